package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

// burnQuestion asks for the highest numbers on paper.
func (h Handler) burnQuestion(ctx context.Context, tx *store.Tx, now time.Time) (string, error) {
	n, today := h.Config.numbering(), h.Rules.Day(now)
	series := n.Series(today)
	drawn, err := tx.Contracts().Drawn(ctx, series)
	known := "这里还没有本月的编号"
	if drawn > 0 {
		known = "这里记到 " + n.Number(today, drawn)
	}
	return "数据库用备份恢复过，备份以后领过的合同编号没有记录了。" + known + "。请核对纸上用到的最大编号，再发：烧号 合同号（几个月的都写上）；没有更大的就发：烧号 没有。核对之前不能领合同，编号不会重复使用（2-3）。", err
}

// burn is 烧号: what the keeper finds on paper after a restore, asked first.
func (h Handler) burn(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if err := h.mayDo(ctx, c, rulebook.DeedFile, store.Contract{}); err != nil {
		return nil, &command.Refusal{Text: "「烧号」只有" + rulebook.Holders(rulebook.ArchiveContracts) + "可以用。", Hint: "请档案员来核对", Clause: taking, Denied: true}
	}
	since, err := c.Tx.Marks().At(ctx, store.ContractsUnsureMark)
	if err != nil {
		return nil, err
	}
	if since.IsZero() {
		return nil, &command.Refusal{Text: "没有要核对的编号：上次核对以后没有恢复过备份。", Hint: "看每个编号的去向：缺号", Clause: taking}
	}
	highest, err := h.highest(ctx, c)
	if err != nil {
		return nil, err
	}
	total := 0
	var lines []string
	for _, s := range highest {
		total += s.to - s.drawn
		lines = append(lines, fmt.Sprintf("%s 到 %s，%d 个", h.numberIn(s.series, s.drawn+1, s.day), h.numberIn(s.series, s.to, s.day), s.to-s.drawn))
	}
	if total == 0 {
		lines = []string{"纸上没有更大的编号，从下一个接着领。"}
	}
	if total > maxBurnt {
		return nil, &command.Refusal{Text: fmt.Sprintf("要烧掉 %d 个编号，太多了，请核对。", total), Hint: "烧号 合同号", Clause: taking}
	}
	if version := command.VersionOf(since, lines); !c.Confirms(version) {
		a := command.Card(chat.Card{Title: fmt.Sprintf("记为烧号：%d 个？", total), Tone: chat.Warn, Blocks: []chat.Block{
			{Text: strings.Join(lines, "\n")}, {Note: "烧掉的编号不再使用；查清是谁领的，用 缺号 合同号 说明… 补上。"},
		}})
		a.Reply.Confidential, a.Reply.Summary, a.Subject = true, fmt.Sprintf("记为烧号：%d 个。", total), "contracts/burnt"
		return a.Preview(version), nil
	}
	return h.burnt(ctx, c, highest, total)
}

// span is what is burnt of a series.
type span struct {
	series    string
	day       store.Day
	drawn, to int
}

// highest reads the highest numbers on paper: none that is known already counts.
func (h Handler) highest(ctx context.Context, c *command.Call) ([]span, error) {
	typed := strings.TrimSpace(c.Text("编号"))
	if slices.Contains([]string{"没有", "无", "没有更大的", "没有了"}, text.Bare(typed)) {
		return nil, nil
	}
	var list []span
	for _, word := range strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(" 　,，;；、\n\t", r) }) {
		series, seq, ok := h.Config.numbering().Read(text.Code(word))
		if !ok {
			return nil, &command.Refusal{Text: text.Quote(word) + "不像合同号。", Hint: "烧号 " + h.Config.numbering().Number(h.Rules.Day(c.Now), 7) + "；没有就发：烧号 没有", Clause: taking}
		}
		drawn, err := c.Tx.Contracts().Drawn(ctx, series)
		if err != nil {
			return nil, err
		}
		if seq > drawn && !slices.ContainsFunc(list, func(s span) bool { return s.series == series }) {
			list = append(list, span{series, h.dayOf(series, h.Rules.Day(c.Now)), drawn, seq})
		}
	}
	return list, nil
}

// burnt burns numbers and lets people claim again.
func (h Handler) burnt(ctx context.Context, c *command.Call, list []span, total int) (*command.Answer, error) {
	for _, s := range list {
		for seq := s.drawn + 1; seq <= s.to; seq++ {
			if _, err := h.addBurnt(ctx, c, s.series, seq, false, ""); err != nil {
				return nil, err
			}
		}
		if err := c.Tx.Contracts().Raise(ctx, s.series, s.to); err != nil {
			return nil, err
		}
	}
	if err := c.Tx.Marks().Clear(ctx, store.ContractsUnsureMark); err != nil {
		return nil, err
	}
	said := fmt.Sprintf("编号核对好了，烧号 %d 个，可以领合同了。", total)
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	a := command.Text(said)
	a.Subject = fmt.Sprintf("contracts/burnt %d", total)
	key := fmt.Sprintf("contract/burnt/%d", c.Now.UnixMilli())
	a.Notices = audience.Same(key, audience.But(hearers{heads: true, keepers: true}.of(roll), c.Person.ID), chat.Message{Text: said})
	return a, nil
}
