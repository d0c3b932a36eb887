package activity

import (
	"context"
	"fmt"
	"slices"
	"strconv"
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

const (
	wholeDay = 24 * time.Hour
	shown    = 60 // characters of what somebody typed that are said back
)

// elsewhere ends what a platform says that cannot keep a secret.
const elsewhere = "完整内容请在应用或飞书里看。"

// when is when an activity takes place: 12月5日 周六 14:00–17:00.
func when(a store.Activity) string {
	if a.First == "" {
		return "未定"
	}
	if !a.Timed {
		return words.Days(a.First, a.Last)
	}
	clock := func(d time.Duration) string { return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60) }
	from := a.First.String() + " " + clock(a.From)
	switch {
	case a.To == wholeDay && a.First == a.Last:
		return from + " 起"
	case a.To == wholeDay:
		return from + " 至 " + a.Last.String()
	case a.First == a.Last:
		return from + "–" + clock(a.To)
	}
	return from + " 至 " + a.Last.String() + " " + clock(a.To)
}

// outline is what may be said of an activity anywhere but in a group.
func outline(a store.Activity, at time.Time) string {
	return fmt.Sprintf("活动 %s：%s，%s，%d 人。", a.Code, rulebook.ActivityState(a, at), when(a), len(a.People)) + elsewhere
}

func subject(a store.Activity) string {
	if a.Code == "" {
		return "activities"
	}
	return "activity/" + a.Code
}

// private makes an answer confidential where it is said in a private chat: a group
// hears it without what is secret. The title, which it hears as well, says what was
// done; of a look it says nothing more. Where customers or a contract are named, the
// answer is private from a group, too: it would tell there that they exist (档-3).
func private(c *command.Call, answer *command.Answer, a store.Activity) *command.Answer {
	if !c.Event.Chat.Group || namesTies(c) {
		answer.Reply.Confidential, answer.Reply.Summary = true, strings.TrimPrefix(answer.Reply.Card.Title+"\n"+outline(a, c.Now), "活动 "+a.Code+"\n")
	}
	return answer
}

// namesTies reports whether a call names customers or a contract.
func namesTies(c *command.Call) bool {
	if !slices.ContainsFunc(c.Spec.Args, func(a command.Arg) bool { return a.Kind == command.Fields }) {
		return false
	}
	values := c.Fields("字段")
	return text.HasWords(values[fieldCustomer]) || text.HasWords(values[fieldContract])
}

// names are those of who takes part who would be told of a change, as notify does.
func (h Handler) names(ctx context.Context, c *command.Call, a store.Activity) (list []string, err error) {
	for _, id := range ids(a.People) {
		p, _, err := c.Tx.People().ByID(ctx, id)
		if err != nil {
			return nil, err
		}
		if p.Active() && id != c.Person.ID {
			list = append(list, p.Name)
		}
	}
	return list, nil
}

// peopleTyped are who takes part, and their tasks, as they are typed.
func (h Handler) peopleTyped(ctx context.Context, tx *store.Tx, a store.Activity) (people, tasks string, err error) {
	var list, parts []string
	for _, p := range a.People {
		who, found, err := tx.People().ByID(ctx, p.Person)
		if err != nil {
			return "", "", err
		}
		if !found || !who.Active() {
			continue
		}
		list = append(list, who.Name)
		if p.Task != "" {
			parts = append(parts, who.Name+":"+p.Task)
		}
	}
	return strings.Join(list, "、"), strings.Join(parts, "；"), nil
}

func ids(people []store.Participant) (list []string) {
	for _, p := range people {
		list = append(list, p.Person)
	}
	return list
}

// notify tells participants who are here still, but for the caller, something that
// names them for ever by the version of the activity and what it is.
func (h Handler) notify(ctx context.Context, c *command.Call, a store.Activity, to []string, what string, say func(store.Participant) chat.Card, files ...chat.File) ([]chat.Notice, error) {
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	var people []store.Person
	for _, id := range to {
		if p, active := roll.Active(id); active && id != c.Person.ID {
			people = append(people, p)
		}
	}
	key := "activity/" + a.Code + "/" + strconv.Itoa(a.Version) + "/" + what
	list := audience.Notices(key, people, func(p store.Person) chat.Message {
		part := store.Participant{Person: p.ID}
		if mine := a.Participant(p.ID); mine != nil {
			part = *mine
		}
		card := say(part)
		return chat.Message{Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: outline(a, c.Now)}}
	})
	for i := range list {
		list[i].Files = files
	}
	return list, nil
}

// told tells participants of a plan, each with their own task: who is new is asked
// whether they can, everybody is when the time is another; who stays hears what
// changed, who does not that they need not come.
func (h Handler) told(ctx context.Context, c *command.Call, was, is store.Activity) ([]chat.Notice, error) {
	anew := was.State != store.ActivityPlanned || moved(was, is)
	var asked, changed, gone []string
	for _, p := range is.People {
		old := was.Participant(p.Person)
		switch {
		case anew || old == nil:
			asked = append(asked, p.Person)
		case old.Task != p.Task || was.Place != is.Place || was.Content != is.Content || was.Name != is.Name:
			changed = append(changed, p.Person)
		}
	}
	if was.State == store.ActivityPlanned {
		for _, p := range was.People {
			if is.Participant(p.Person) == nil {
				gone = append(gone, p.Person)
			}
		}
	}
	title := "请你参加：" + is.Name
	if moved(was, is) {
		title = "活动改期，请重新答复：" + is.Name
	}
	clashes, err := h.clashes(ctx, c.Tx, is)
	if err != nil {
		return nil, err
	}
	list, err := h.notify(ctx, c, is, asked, "asked", func(p store.Participant) chat.Card {
		card := chat.Card{Title: title, Blocks: []chat.Block{{Facts: ownFacts(is, p)}}, Buttons: answerButtons(is)}
		if own := clashesOf(clashes, p.Person); len(own) > 0 {
			card.Blocks = append(card.Blocks, chat.Block{Text: clashWords(own)})
		}
		return card
	}, calendarFile(is))
	if err != nil {
		return nil, err
	}
	more, err := h.notify(ctx, c, is, changed, "changed", func(p store.Participant) chat.Card {
		return chat.Card{Title: "活动有改动：" + is.Name, Blocks: []chat.Block{{Facts: ownFacts(is, p)}}}
	})
	if err != nil {
		return nil, err
	}
	rest, err := h.notify(ctx, c, is, gone, "gone", func(store.Participant) chat.Card {
		return chat.Card{Title: "不用参加了：" + is.Name, Blocks: []chat.Block{{Facts: []chat.Fact{{Label: codeArg, Value: is.Code}, {Label: "时间", Value: when(is)}}}}}
	})
	return slices.Concat(list, more, rest), err
}

// ownFacts are what a participant is told, with their own task; neither what it
// costs nor for whom it is.
func ownFacts(a store.Activity, p store.Participant) []chat.Fact {
	list := []chat.Fact{{Label: codeArg, Value: a.Code}, {Label: fieldTime, Value: when(a)}}
	for _, f := range []chat.Fact{{Label: fieldPlace, Value: a.Place}, {Label: fieldContent, Value: a.Content}, {Label: "你的任务", Value: p.Task}} {
		if f.Value != "" {
			list = append(list, f)
		}
	}
	return list
}

func answerButtons(a store.Activity) []chat.Button {
	return []chat.Button{
		{Label: "能去", Command: "能去 " + a.Code, Primary: true},
		{Label: "不能去", Command: "不能去 " + a.Code, Typed: "不能去 " + a.Code + " 原因…"},
	}
}

// clash is why a participant may not be there.
type clash struct {
	person, words string
}

func clashesOf(list []clash, person string) (own []clash) {
	for _, c := range list {
		if c.person == person {
			own = append(own, c)
		}
	}
	return own
}

// asPlanned ends what is said of clashes where a plan is entered all the same.
const asPlanned = "照样登记，请自己协调。"

func clashWords(list []clash) string {
	var lines []string
	for _, c := range list {
		lines = append(lines, c.words)
	}
	return "冲突：" + strings.Join(lines, "；") + "。"
}

// clashes are the leave, the trips and the other activities of participants that
// touch an activity, in the order of its participants.
func (h Handler) clashes(ctx context.Context, tx *store.Tx, a store.Activity) (list []clash, err error) {
	if a.First == "" || len(a.People) == 0 {
		return nil, nil
	}
	busy, err := h.busy(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	n := audience.NewNames(tx)
	for _, p := range a.People {
		for _, why := range busy[p.Person] {
			name, err := n.Of(ctx, p.Person)
			if err != nil {
				return nil, err
			}
			list = append(list, clash{p.Person, name + " " + why})
		}
	}
	return list, nil
}

// busy is what keeps people from an activity, by person id.
func (h Handler) busy(ctx context.Context, tx *store.Tx, a store.Activity) (map[string][]string, error) {
	all := map[string][]string{}
	leaves, err := tx.Leaves().Days(ctx, a.First, a.Last)
	if err != nil {
		return nil, err
	}
	for _, l := range leaves {
		if !h.Rules.ActivityEnds(a).After(l.First.Start(h.Rules.Zone).Add(l.Begins)) {
			continue // it is over when the leave begins
		}
		all[l.Person] = append(all[l.Person], words.Days(l.First, l.Last)+" 请假")
	}
	trips, err := tx.Trips().Between(ctx, a.First, a.Last)
	if err != nil {
		return nil, err
	}
	for _, t := range trips {
		if place, there := text.Bare(a.Place), text.Bare(t.Place); place != "" && there != "" && (strings.Contains(place, there) || strings.Contains(there, place)) {
			continue // it leads there
		}
		all[t.Person] = append(all[t.Person], words.Days(t.First, t.Last)+" 出差")
	}
	people, err := tx.People().Active(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if p.Gone(a.Last.Start(h.Rules.Zone)) {
			all[p.ID] = append(all[p.ID], h.Rules.Day(p.Ends).String()+" 起离职")
		}
	}
	others, err := tx.Activities().Between(ctx, a.First, a.Last)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		if o.Code == a.Code || o.State != store.ActivityPlanned || !h.overlap(o, a) {
			continue
		}
		for _, p := range o.People {
			if p.Answer != store.Cannot {
				all[p.Person] = append(all[p.Person], "同时参加 "+o.Code)
			}
		}
	}
	return all, nil
}

// overlap reports whether two activities are at the same time.
func (h Handler) overlap(a, b store.Activity) bool {
	return h.Rules.ActivityBegins(a).Before(h.Rules.ActivityEnds(b)) && h.Rules.ActivityBegins(b).Before(h.Rules.ActivityEnds(a))
}
