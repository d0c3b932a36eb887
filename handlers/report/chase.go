package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// chasePause is how long nobody is chased again.
const chasePause = 30 * time.Minute

func (h Handler) chaseCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "谁没交", Aliases: []string{"sjmj", "smj"}, Summary: "某一周谁已交、迟交、未交、请假", Lists: true,
			Said:     []string{"谁没交周报", "谁…没交周报", "谁…没交", "周报谁没交", "没交周报的", "没交的人", "没交名单", "未交名单", "未交", "谁交了", "谁迟交", "迟交名单", "谁晚交", "几个人没交", "多少人没交", "哪些人没交", "交齐了", "交齐", "提交情况", "周报情况", "交了几份", "周报进度"},
			Args:     []command.Arg{{Name: "周", Kind: command.Week, Optional: true}},
			Examples: []string{"谁没交", "谁没交 上周"},
			Daily:    true, Who: rulebook.Chase, Private: true, Clause: clause, Also: []string{"附-1"}, Run: h.states,
		},
		{
			Name: "催交", Aliases: []string{"cj"}, Summary: "私信提醒没交周报的人，每人 30 分钟内最多一次",
			Said:     []string{"催…交周报", "催…周报", "催", "催促…", "提醒…没交周报的人", "没交周报的…提醒", "没交周报的发", "催…的周报", "提醒…没交", "没交…提醒", "没交周报…提醒", "催…交", "提醒…交周报", "提醒…周报", "催交周报", "催一下"},
			Args:     []command.Arg{{Name: "姓名", Kind: command.Person, Optional: true}, {Name: "周", Kind: command.Week, Optional: true}},
			Examples: []string{"催交", "催交 上周"},
			Who:      rulebook.Chase, Private: true, Clause: clause, Run: h.chase,
		},
	}
}

// askedSheet is the sheet of the week that a head's command is about.
func (h Handler) askedSheet(ctx context.Context, c *command.Call, read load) (sheet, error) {
	return h.sheetAbout(ctx, c, c.Week("周"), c.Has("周"), read)
}

// sheetAbout is askedSheet with the week that was named, if any.
func (h Handler) sheetAbout(ctx context.Context, c *command.Call, w store.Week, named bool, read load) (sheet, error) {
	w, err := h.asked(ctx, c, w, named)
	if err != nil {
		return sheet{}, err
	}
	if _, err := h.dueOf(w); err != nil {
		return sheet{}, err
	}
	return h.sheet(ctx, c.Tx, w, read)
}

func (h Handler) states(ctx context.Context, c *command.Call) (*command.Answer, error) {
	s, err := h.askedSheet(ctx, c, store.Reports.Heads)
	if err != nil {
		return nil, err
	}
	sent, err := h.sentWords(ctx, c.Tx, s)
	if err != nil {
		return nil, err
	}
	a := command.Card(h.statesCard(s, sent, c.Person))
	a.Subject = "report/" + s.week.Key()
	return a, nil
}

// sentWords is what became of the consolidated report, for the heads: sent up
// or not, and who above has read it.
func (h Handler) sentWords(ctx context.Context, tx *store.Tx, s sheet) (string, error) {
	up, sent, err := tx.Weeks().SentUp(ctx, s.week)
	if err != nil {
		return "", err
	}
	if !sent {
		if due, ok := h.Rules.ConsolidatedDue(s.week); ok {
			return "还没上报（" + h.at(due) + " 截止）", nil
		}
		return "还没上报", nil
	}
	text := fmt.Sprintf("%s 已于 %s 上报（%s）", s.name(up.Person), h.at(up.Sent), upWords(up.Late))
	readings, err := tx.Weeks().Readings(ctx, s.week)
	if err != nil {
		return "", err
	}
	if len(readings) == 0 {
		return text + "，总经理未阅", nil
	}
	for _, r := range readings {
		text += "，" + s.name(r.Person) + " 已阅 " + h.at(r.At)
	}
	return text, nil
}

func (h Handler) chase(ctx context.Context, c *command.Call) (*command.Answer, error) {
	s, err := h.askedSheet(ctx, c, store.Reports.Heads)
	if err != nil {
		return nil, err
	}
	targets := slices.DeleteFunc(s.in(missing), func(e entry) bool { return !e.person.Active() })
	if c.Has("姓名") {
		if targets, err = s.target(c.Who("姓名")); err != nil {
			return nil, err
		}
	}
	if len(targets) == 0 {
		return command.Text(fmt.Sprintf("%s没有人要催：%s%s。", s.week, cameWords(s), andLeave(s))), nil
	}
	reminded, spared, err := pick(ctx, c, targets)
	if err != nil {
		return nil, err
	}
	a := command.Text(chaseWords(s, reminded, spared))
	a.Subject = "report/" + s.week.Key()
	for _, e := range reminded {
		a.Subject += " " + e.person.ID
		a.Notices = append(a.Notices, h.chaseNotice(c, s, e.person))
	}
	return a, nil
}

// target is the one person to be chased; a Refusal when there is no reason to.
func (s sheet) target(p store.Person) ([]entry, error) {
	e, ok := s.of(p.ID)
	text := ""
	switch {
	case !ok:
		text = fmt.Sprintf("%s（%s）%s不用交周报。", p.Name, p.Post, s.week)
	case e.state == onLeave:
		text = fmt.Sprintf("%s 请假，%s不用交周报。", p.Name, s.week)
	case e.state == freed:
		text = fmt.Sprintf("%s %s不用交周报，而且已经交了。", p.Name, s.week)
	case e.state != missing:
		text = fmt.Sprintf("%s %s周报已经交了（%s），不用催。", p.Name, s.week, stateWords(e))
	default:
		return []entry{e}, nil
	}
	return nil, &command.Refusal{Text: text, Hint: "看全部：谁没交 " + s.week.Key(), Clause: clause}
}

// pick parts those to be reminded now from those who were a moment ago.
func pick(ctx context.Context, c *command.Call, targets []entry) (reminded, spared []entry, err error) {
	chased, err := c.Tx.Reports().Chased(ctx, c.Now.Add(-chasePause))
	if err != nil {
		return nil, nil, err
	}
	for _, e := range targets {
		if _, recently := chased[e.person.ID]; recently {
			spared = append(spared, e)
			continue
		}
		if err := c.Tx.Reports().Chase(ctx, e.person.ID, c.Now); err != nil {
			return nil, nil, err
		}
		reminded = append(reminded, e)
	}
	return reminded, spared, nil
}

func chaseWords(s sheet, reminded, spared []entry) string {
	lines := []string{s.week.String()}
	if len(reminded) > 0 {
		lines = append(lines, fmt.Sprintf("已私信提醒 %d 人：%s", len(reminded), words.Names(names(reminded), mostNames)))
	}
	if len(spared) > 0 {
		lines = append(lines, fmt.Sprintf("30 分钟内刚提醒过，这次没有再发：%s", words.Names(names(spared), mostNames)))
	}
	if away := s.in(onLeave); len(away) > 0 {
		lines = append(lines, "请假，不催："+words.Names(names(away), mostNames))
	}
	return strings.Join(lines, "\n")
}

// chaseNotice is read now, whenever the chase was sent.
func (h Handler) chaseNotice(c *command.Call, s sheet, p store.Person) chat.Notice {
	now := c.Clock()
	card := h.missingCard(s, now, "催交："+short(s.week)+"周报还没交", "（"+words.Distance(now, s.due)+"）")
	return chat.Notice{Key: key(s.week, fmt.Sprintf("chase/%d/%s", c.Now.UnixMilli(), p.ID)), To: p.ID, Message: chat.Message{Card: &card}}
}

// key names a notice of the area for ever, together with who gets it.
func key(w store.Week, what string) string { return "report/" + w.Key() + "/" + what }
