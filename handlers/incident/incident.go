// Package incident is the area of what must not happen: a file that got out, a form
// that is lost (2-3, 档-5, R11, R41). Anybody reports it, to the general manager and the
// director; it is closed with what came of it.
//
// Who reported it is protected: the general manager alone learns the name, and it rests
// sealed. The software keeps evidence and punishes nobody.
package incident

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// clause is the rule that the area serves; forms that are lost are of another.
const (
	clause = "档-5"
	forms  = "2-3"
)

const (
	maxWords      = 1000
	reportPrompt  = "发生了什么？写清时间、经过，有追踪码或合同号的写上。"
	outcomePrompt = "结论是什么？写一句。"
	codeArg       = "编号"
	elsewhere     = "完整内容请在应用或飞书里看。"
)

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules rulebook.Rules
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	code := command.Arg{Name: codeArg, Kind: command.Number, Prompt: "哪一件？写编号，例如 S3。"}
	optional := code
	optional.Optional = true
	list := []command.Spec{
		{
			Name: "事件", Aliases: []string{"sj"}, Summary: "看登记的事件：自己登记的；总经理和市场总监看全部", Lists: true, Of: "S",
			Said: []string{"事件列表", "看事件", "有哪些事件", "我的事件", "什么事件", "泄密事件"},
			Args: []command.Arg{optional, command.PageArg()}, Examples: []string{"事件"}, Who: rulebook.TakePart, Run: h.look,
		},
		{
			Name: "事件 登记", Aliases: []string{"sjdj"}, Summary: "登记泄密、遗失等不该发生的事，只有总经理和总监知道，登记人受保护",
			Said:     []string{"登记事件", "上报事件", "举报", "我要举报", "泄密了", "报告事件", "资料外泄"},
			Tells:    []string{"有人泄密", "泄露", "有人…发出去", "名单…发出去", "有人…截图"},
			Args:     []command.Arg{{Name: "内容", Kind: command.Free, Prompt: reportPrompt}},
			Examples: []string{"事件 登记 群里有人发了客户名单的截图，追踪码 7KQ2MX"}, Who: rulebook.TakePart, Asks: true, Unnamed: true, Run: h.report, Undo: h.undo,
		},
		{
			Name: "事件 结案", Aliases: []string{"sjja"}, Summary: "写下结论，事件结案",
			Said:     []string{"结案", "事件了结"},
			Args:     []command.Arg{code, {Name: "结论", Kind: command.Free, Optional: true}},
			Examples: []string{"事件 结案 S3 查清是截图误发，已删除"}, Who: rulebook.HandleIncidents, Settles: true, Run: h.close, Undo: h.undo,
		},
	}
	for i := range list {
		list[i].Private, list[i].Clause, list[i].Also = true, clause, []string{forms, "档-9"}
	}
	return list
}

// incidents are incidents by their numbers.
func incidents() command.Numbered[store.Incident] {
	return command.Numbered[store.Incident]{
		What: "事件", List: "事件", Letter: "S", Clause: clause,
		Find: func(ctx context.Context, tx *store.Tx, code string) (store.Incident, bool, error) {
			return tx.Incidents().ByCode(ctx, code)
		},
		Code: func(i store.Incident) string { return i.Code },
		At:   func(i store.Incident) time.Time { return i.At },
		End: func(i store.Incident, _ time.Time) *command.Ended {
			if i.State != store.IncidentClosed {
				return nil
			}
			return &command.Ended{By: i.By, At: i.Closed, How: "结案"}
		},
	}
}

// seen reports of incidents whether the caller may see them: who handles them, and who
// stands in for a general manager whom nobody is, sees all, everybody their own.
func (h Handler) seen(ctx context.Context, c *command.Call) (func(store.Incident) bool, error) {
	all := rulebook.Allows(rulebook.HandleIncidents, c.Person)
	if c.Person.Post == rulebook.Superior(store.GeneralManager) {
		roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
		if err != nil {
			return nil, err
		}
		all = slices.ContainsFunc(roll.Standing(store.GeneralManager).To, func(p store.Person) bool { return p.ID == c.Person.ID })
	}
	return func(i store.Incident) bool {
		return i.State != store.IncidentWithdrawn && (all || i.Giver == c.Person.ID)
	}, nil
}

// traced finds the code of a look, and numbered the number of a form, in what somebody
// wrote.
var (
	traced   = regexp.MustCompile(`追踪码\s*[:：]?\s*([A-Za-z0-9]{6})\b`)
	numbered = regexp.MustCompile(`[A-Za-z]+[-－]?\d{4,8}[-－]\d{2,}`)
)

// links puts what an incident is about: the look of a trace code and the form of a
// number, where there is such a one.
func links(ctx context.Context, tx *store.Tx, i *store.Incident) error {
	if m := traced.FindStringSubmatch(i.Words); m != nil {
		_, found, err := tx.Audit().ByTrace(ctx, strings.ToUpper(m[1]))
		if err != nil {
			return err
		}
		if found {
			i.Trace = strings.ToUpper(m[1])
		}
	}
	if number := numbered.FindString(i.Words); number != "" {
		ct, found, err := tx.Contracts().Get(ctx, command.FoldedContract(number))
		if err != nil && !tx.PassOver(err) {
			return err
		}
		if found {
			i.Contract = ct.Number
		}
	}
	return nil
}

// report is 事件 登记.
func (h Handler) report(ctx context.Context, c *command.Call) (*command.Answer, error) {
	said, err := wordsIn(c.Text("内容"), reportPrompt)
	if err != nil {
		return nil, err
	}
	i := store.Incident{At: c.Now, Giver: c.Person.ID, Words: said}
	if err := links(ctx, c.Tx, &i); err != nil {
		return nil, err
	}
	if i, err = c.Tx.Incidents().Add(ctx, i); err != nil {
		return nil, err
	}
	card := chat.Card{Title: "已登记事件 " + i.Code, Tone: chat.Good, Blocks: []chat.Block{
		{Facts: facts(i, "")}, {Note: "只告诉总经理和市场总监；你的名字只有总经理看得到。有结论会告诉你。"},
	}, Buttons: []chat.Button{command.UndoButton}}
	a := h.secret(card, i)
	a.Undo = i.Code
	a.Notices, err = h.tell(ctx, c, i, "reported", "新的事件 "+i.Code, chat.Bad)
	return a, err
}

// wordsIn are what somebody wrote, or a question for it.
func wordsIn(typed, prompt string) (string, error) {
	typed = strings.TrimSpace(typed)
	switch {
	case !text.HasWords(typed):
		return "", &command.Question{Prompt: prompt}
	case len([]rune(typed)) > maxWords:
		return "", &command.Refusal{Text: command.TooLong("内容", typed, maxWords) + "。", Hint: "写短一些，分几次登记", Clause: clause, Private: true}
	}
	return typed, nil
}

// facts are what stands of an incident; giver is the name, where the reader may know.
func facts(i store.Incident, giver string) []chat.Fact {
	list := []chat.Fact{{Label: codeArg, Value: i.Code}, {Label: "状态", Value: string(i.State)}, {Label: "内容", Value: text.Continued(i.Words)}}
	for _, f := range []chat.Fact{{Label: "追踪码", Value: i.Trace}, {Label: "合同", Value: i.Contract}, {Label: "登记人", Value: giver}, {Label: "结论", Value: text.Continued(i.Outcome)}} {
		if f.Value != "" {
			list = append(list, f)
		}
	}
	return list
}

// secret is an answer about an incident.
func (h Handler) secret(card chat.Card, i store.Incident) *command.Answer {
	a := command.Card(card)
	a.Reply.Secrecy = keep(i)
	a.Subject = "incident/" + i.Code
	return a
}

func keep(i store.Incident) chat.Secrecy {
	return chat.Secrecy{Confidential: true, Summary: "事件 " + i.Code + " " + string(i.State) + "。" + elsewhere}
}

// tell tells the general manager, who learns whose word it is, and the director, who
// does not.
func (h Handler) tell(ctx context.Context, c *command.Call, i store.Incident, what, title string, tone chat.Tone) ([]chat.Notice, error) {
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	giver, err := audience.NewNames(c.Tx).Of(ctx, i.Giver)
	if err != nil {
		return nil, err
	}
	to := audience.Join(roll.Standing(store.GeneralManager).To, roll.Standing(store.MarketingDirector).To)
	key := fmt.Sprintf("incident/%s/%d/%s", i.Code, i.Version, what)
	return audience.Notices(key, audience.But(to, c.Person.ID, i.Giver), func(p store.Person) chat.Message {
		card := chat.Card{Title: title, Tone: tone, Blocks: []chat.Block{{Facts: facts(i, shownTo(p, giver))}}, Buttons: buttons(p, i)}
		return chat.Message{Card: &card, Secrecy: keep(i)}
	}), nil
}

// shownTo is the giver's name for who may know it.
func shownTo(p store.Person, giver string) string {
	if p.Post != store.GeneralManager {
		return ""
	}
	return giver
}

// buttons lead on from an incident.
func buttons(p store.Person, i store.Incident) (list []chat.Button) {
	if i.Trace != "" && rulebook.Allows(rulebook.TraceLooks, p) {
		list = append(list, chat.Button{Label: "溯源 " + i.Trace, Command: "溯源 " + i.Trace, Primary: true})
	}
	if i.Contract != "" && rulebook.Allows(rulebook.SeeContracts, p) {
		list = append(list, chat.Button{Label: "看合同", Command: "合同 " + i.Contract})
	}
	if i.State == store.IncidentOpen && rulebook.Allows(rulebook.HandleIncidents, p) {
		list = append(list, chat.Button{Label: "结案 " + i.Code, Command: "事件 结案 " + i.Code, Typed: "事件 结案 " + i.Code + " 结论…"})
	}
	return list
}

// look is 事件.
func (h Handler) look(ctx context.Context, c *command.Call) (*command.Answer, error) {
	seen, err := h.seen(ctx, c)
	if err != nil {
		return nil, err
	}
	if c.Has(codeArg) {
		i, err := incidents().Get(ctx, c, codeArg, seen)
		if err != nil {
			return nil, err
		}
		giver, err := audience.NewNames(c.Tx).Of(ctx, i.Giver)
		if err != nil {
			return nil, err
		}
		card := chat.Card{Title: "事件 " + i.Code, Blocks: []chat.Block{{Facts: facts(i, shownTo(c.Person, giver))}, {Note: "登记于 " + words.Moment(i.At.In(h.Rules.Zone))}}, Buttons: buttons(c.Person, i)}
		return h.secret(card, i), nil
	}
	all, err := c.Tx.Incidents().All(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(i store.Incident) bool { return !seen(i) || i.At.After(c.Now) })
	page, err := c.Page(len(all), command.MaxRows, "事件")
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		a := command.Text("没有登记的事件。")
		a.Subject = "incidents"
		return a, nil
	}
	var rows []string
	for _, i := range command.Rows(page, all) {
		rows = append(rows, fmt.Sprintf("• %s %s %s %s", i.Code, h.Rules.Day(i.At), i.State, text.CutLine(i.Words, 40)))
	}
	if rest := page.Rest(); rest != "" {
		rows = append(rows, rest)
	}
	a := command.Card(chat.Card{Title: fmt.Sprintf("事件（%d 件）", len(all)), Blocks: []chat.Block{{Text: strings.Join(rows, "\n")}}, Buttons: page.Turn("更早的")})
	a.Reply.Confidential, a.Reply.Summary = true, fmt.Sprintf("事件：%d 件。", len(all))+elsewhere
	a.Subject = "incidents"
	return a, nil
}

// close is 事件 结案: whoever reported it hears what came of it.
func (h Handler) close(ctx context.Context, c *command.Call) (*command.Answer, error) {
	seen, err := h.seen(ctx, c)
	if err != nil {
		return nil, err
	}
	i, err := incidents().Get(ctx, c, codeArg, seen)
	if err != nil {
		return nil, err
	}
	if happened, err := incidents().Happened(ctx, c, i.Code, i); err != nil || happened != "" {
		if err == nil {
			err = &command.Refusal{Text: happened + "，没有再办一次。", Hint: "事件 " + i.Code, Clause: clause, Private: true}
		}
		return nil, err
	}
	if i.Outcome, err = wordsIn(c.Text("结论"), outcomePrompt); err != nil {
		return nil, err
	}
	i.State, i.By, i.Closed = store.IncidentClosed, c.Person.ID, c.Now
	if err := h.save(ctx, c, &i); err != nil {
		return nil, err
	}
	card := chat.Card{Title: "已结案 " + i.Code, Tone: chat.Good, Blocks: []chat.Block{{Facts: facts(i, "")}}, Buttons: []chat.Button{command.UndoButton}}
	a := h.secret(card, i)
	a.Undo = i.Code
	if a.Notices, err = h.tell(ctx, c, i, "closed", words.WithPost(c.Person)+"结案 "+i.Code, chat.Plain); err != nil {
		return nil, err
	}
	giver, found, err := c.Tx.People().ByID(ctx, i.Giver)
	if err == nil && found && giver.Active() && giver.ID != c.Person.ID {
		own := chat.Card{Title: "你登记的事件 " + i.Code + " 已结案", Blocks: []chat.Block{{Facts: facts(i, "")}}}
		a.Notices = append(a.Notices, audience.Same(fmt.Sprintf("incident/%s/%d/giver", i.Code, i.Version), []store.Person{giver}, chat.Message{Card: &own, Secrecy: keep(i)})...)
	}
	return a, err
}

func (h Handler) save(ctx context.Context, c *command.Call, i *store.Incident) error {
	ok, err := c.Tx.Incidents().Save(ctx, *i)
	if err == nil && !ok {
		err = &command.Refusal{Text: i.Code + " 刚刚被别人改动了，请看过再办。", Hint: "事件 " + i.Code, Clause: clause, Private: true}
	}
	i.Version++
	return err
}

// undo takes back a report that nobody has closed, or opens again what was closed.
func (h Handler) undo(ctx context.Context, c *command.Call, ref string) (string, error) {
	i, found, err := c.Tx.Incidents().ByCode(ctx, ref)
	if err != nil || !found {
		return "", fmt.Errorf("undo incident %s: found %v: %w", ref, found, err)
	}
	said := "登记事件 " + i.Code
	switch {
	case c.Spec.Name == "事件 结案" && i.State == store.IncidentClosed, i.State == store.IncidentClosed && i.By == c.Person.ID:
		said = "事件 " + i.Code + " 的结案，现在未结案"
		i.State, i.Outcome, i.By, i.Closed = store.IncidentOpen, "", "", time.Time{}
	case i.State == store.IncidentOpen && i.Giver == c.Person.ID:
		i.State = store.IncidentWithdrawn
	default:
		return "", &command.Refusal{Text: i.Code + " 后来又有变动（" + string(i.State) + "），不能撤销了。", Hint: "事件 " + i.Code, Clause: clause, Private: true}
	}
	return said, h.save(ctx, c, &i)
}

// Owes is what waits for the caller to be closed (我的).
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	if !rulebook.Allows(rulebook.HandleIncidents, c.Person) {
		return nil, nil
	}
	all, err := c.Tx.Incidents().All(ctx)
	all = slices.DeleteFunc(all, func(i store.Incident) bool { return i.State != store.IncidentOpen || i.At.After(c.Now) })
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return []command.Item{{Text: fmt.Sprintf("%d 件事件没有结案（%s）", len(all), clause), Button: &chat.Button{Label: "看事件", Command: "事件"}}}, nil
}
