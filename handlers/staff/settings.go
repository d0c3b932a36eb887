package staff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

// changesWord asks for what was changed.
const changesWord = "变更"

func (h Handler) settingsCommand() command.Spec {
	return command.Spec{
		Name: "设置", Aliases: []string{"sz", "settings"}, Summary: "每一项设置、现在的值、从哪天起；设置 变更 看改过的；凭证不显示", Lists: true,
		Said:     []string{"看设置", "系统设置", "配置", "看配置", "参数设置"},
		Args:     []command.Arg{{Name: "名称", Kind: command.Word, Optional: true}, command.PageArg()},
		Examples: []string{"设置", "设置 contracts", "设置 变更"}, Who: rulebook.SeeSettings, Private: true, Clause: "附-4", Run: h.settings,
	}
}

// settings is 设置: what each is and since when, or what it was before.
func (h Handler) settings(ctx context.Context, c *command.Call) (*command.Answer, error) {
	all, err := c.Tx.Settings().All(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s store.Setting) bool { return s.At.After(c.Now) })
	word, line := text.Fold(c.Text("名称")).Text, "设置 "+c.Text("名称")
	if word == "" || word == allWord {
		word, line = "", "设置 "+allWord
	}
	rows, title := h.settingRows(all, word, h.Rules.Day(c.Now)), "设置"
	switch {
	case word == changesWord:
		rows, title = h.settingChanges(all), "设置的变更，新的在前"
	case word != "" && len(rows) == 0:
		return nil, &command.Refusal{Text: "没有设置" + text.Quote(c.Text("名称")) + "。", Hint: "设置（看全部）、设置 contracts、设置 " + changesWord, Clause: "附-4", Private: true}
	}
	page, err := c.Page(len(rows), command.MaxRows, line)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		rows = []string{"记下以来没有改过。"}
	} else {
		rows = command.Rows(page, rows)
	}
	if rest := page.Rest(); rest != "" {
		rows = append(rows, rest)
	}
	a := command.Card(chat.Card{Title: title, Blocks: []chat.Block{
		{Text: strings.Join(rows, "\n")}, {Note: "每次启动时和上次启动时比，不一样的记下；改设置在服务器上的配置文件里。"},
	}, Buttons: page.Turn("接着看")})
	a.Subject = "settings"
	return a, nil
}

// settingRows are the settings whose names hold a word, with what they are now, and what
// an edition of the rules has in their place.
func (h Handler) settingRows(all []store.Setting, word string, today store.Day) (rows []string) {
	for i, s := range all {
		last := i+1 == len(all) || all[i+1].Name != s.Name
		if last && s.Value != "" && strings.Contains(s.Name, word) {
			row := fmt.Sprintf("• %s：%s（%s 起）", s.Name, text.CutLine(s.Value, maxSetting), string(h.Rules.Day(s.At)))
			if value, from, steered := h.Rules.Book.Instead(s.Name, today); steered {
				row += fmt.Sprintf("；按制度 %s 版是 %s", string(from), value)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// maxSetting is how many characters of a value one line shows.
const maxSetting = 80

// settingChanges are what was changed, old and new, the newest first.
func (h Handler) settingChanges(all []store.Setting) (rows []string) {
	var list []store.SettingChange
	for i, s := range all {
		if i > 0 && all[i-1].Name == s.Name {
			list = append(list, store.SettingChange{Was: all[i-1], Is: s})
		}
	}
	slices.SortStableFunc(list, func(a, b store.SettingChange) int { return b.Is.At.Compare(a.Is.At) })
	for _, c := range list {
		rows = append(rows, "• "+string(h.Rules.Day(c.Is.At))+" "+changeWords(c))
	}
	return rows
}

func changeWords(c store.SettingChange) string {
	if c.Was.Value == c.Is.Value {
		return c.Is.Name + "：换过（不显示）"
	}
	return fmt.Sprintf("%s：%s → %s", c.Is.Name, settingWords(c.Was), settingWords(c.Is))
}

// openers begin the names of the settings that say who reads files, how many, and who
// is told of it.
var openers = []string{"customers.", "rules.before_files"}

// Opened tells all who must hear of a change that gives rights that the settings of a
// start changed who reads files (档-4): what is in the configuration file needs
// nobody's word, but is no way around theirs in silence.
func Opened(ctx context.Context, tx *store.Tx, changes []store.SettingChange, now time.Time) ([]chat.Notice, error) {
	var rows []string
	for _, c := range changes {
		if slices.ContainsFunc(openers, func(name string) bool { return strings.HasPrefix(c.Is.Name, name) }) {
			rows = append(rows, changeWords(c))
		}
	}
	if len(rows) == 0 {
		return nil, nil
	}
	w, err := readPower(ctx, tx, now)
	said := "配置文件改了谁能看客户档案、怎么看：\n" + strings.Join(rows, "\n") + "\n已生效。如果不对，请马上让人改回来；改过的都在：设置 " + changesWord
	return news(tx, now, w.heads(), said), err
}

func settingWords(s store.Setting) string {
	if s.Value == "" {
		return "没有这一项"
	}
	return text.CutLine(s.Value, maxSetting)
}
