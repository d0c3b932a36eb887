package target

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/closing"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// move is that somebody came to another post within a month.
type move struct {
	from, to store.Post
	day      store.Day // the first one at the new post
	at       time.Time
	before   int // days of the month before it
	of       int // days of the month
}

// moved is the first time that somebody came to another post within a month; false
// where they did not.
func (h Handler) moved(ctx context.Context, tx *store.Tx, person string, month store.Day) (move, bool, error) {
	tenures, err := tx.People().Tenures(ctx, person)
	if err != nil {
		return move{}, false, err
	}
	var from store.Post
	for _, t := range tenures {
		if t.Post == "" {
			continue
		}
		day := h.Rules.Day(t.Since)
		if from != "" && from != t.Post && day > month && day < month.NextMonth() {
			return move{from, t.Post, day, t.Since, day.Since(month), month.NextMonth().Since(month)}, true, nil
		}
		from = t.Post
	}
	return move{}, false, nil
}

// words say what a move is: 11月16日起从业务员改任市场主管.
func (m move) words() string {
	return fmt.Sprintf("%s起从%s改任%s", words.Date(m.day), m.from, m.to)
}

// share says which part of the month was before it: 15/30 天.
func (m move) share() string { return fmt.Sprintf("%d/%d 天", m.before, m.of) }

// prorate is 目标 折算: what was set for somebody before they came to another post
// goes down to the days before it, half up; the rest is named, and set for nobody.
func (h Handler) prorate(ctx context.Context, c *command.Call) (*command.Answer, error) {
	today := h.Rules.Day(c.Now)
	p, month := c.Who(whoArg), today.Month()
	if c.Has(monthArg) {
		month = c.Day(monthArg).Month()
	}
	m, found, err := h.moved(ctx, c.Tx, p.ID, month)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &command.Refusal{Text: p.Name + monthIn(month, today) + "没有月中换岗，不用折算。", Hint: "目标 " + p.Name + " " + monthKey(month) + " 金额", Clause: clause, Private: true}
	}
	card := chat.Card{Title: "目标已按天折算：" + p.Name + " " + monthIn(month, today), Tone: chat.Good, Blocks: []chat.Block{{Text: p.Name + " " + m.words() + "，折算为 " + m.share() + "。"}}}
	note, err := closing.Note(ctx, c.Tx, h.Rules, month, c.Now)
	if err != nil {
		return nil, err
	}
	if note != "" {
		card.Blocks = append(card.Blocks, chat.Block{Text: note})
	}
	var ids []string
	var notices []chat.Notice
	for _, measure := range store.Measures {
		w := wish{said: said{name: p.Name, month: month, measure: measure}, person: p, reason: "月中换岗按天折算（" + m.share() + "）"}
		if w.was, err = c.Tx.Targets().Versions(ctx, p.ID, month, measure); err != nil {
			return nil, err
		}
		last, set := w.last()
		if !set || last.Fen == 0 || !setAt(w.was).Before(m.at) {
			continue
		}
		w.fen = rulebook.Portion(last.Fen, m.before, m.of)
		t, err := h.add(ctx, c, w, false)
		if err != nil {
			return nil, err
		}
		ids, notices = append(ids, t.ID), append(notices, h.tell(c, w, t, c.Person.Name+"折算了你的目标", note)...)
		card.Blocks = append(card.Blocks, chat.Block{Facts: h.facts(c, w, t)}, chat.Block{Note: fmt.Sprintf("其余 %s 没有算在任何人名下；要给新岗位就发：目标 姓名 %s %s 金额", words.Money(last.Fen-t.Fen), monthKey(month), measure)})
	}
	if len(ids) == 0 {
		return nil, &command.Refusal{Text: p.Name + monthIn(month, today) + "没有换岗前定的目标，或者已经折算、重定过了。", Hint: "目标 " + p.Name, Clause: clause, Private: true}
	}
	card.Buttons = []chat.Button{{Label: "看目标", Command: "目标 " + monthKey(month)}, command.UndoButton}
	a := command.Card(card)
	a.Reply.Confidential, a.Reply.Summary = true, "目标已按天折算："+p.Name+" "+monthIn(month, today)+"（"+m.share()+"）。"+elsewhere
	a.Undo, a.Subject, a.Notices = strings.Join(ids, ","), "target/"+string(month)+"/"+p.ID, notices
	return a, nil
}

// unasked are the moves of a month about which it is open whether the targets from
// before are to be prorated.
func (h Handler) unasked(ctx context.Context, tx *store.Tx, month store.Day, people []store.Person) (list []movedPerson, err error) {
	all, err := tx.Targets().Between(ctx, month, month)
	if err != nil {
		return nil, err
	}
	was := map[string]map[store.Measure][]store.Target{}
	for _, t := range all {
		if t.Month != month || t.Person == "" {
			continue
		}
		if was[t.Person] == nil {
			was[t.Person] = map[store.Measure][]store.Target{}
		}
		was[t.Person][t.Measure] = append(was[t.Person][t.Measure], t)
	}
	for _, p := range people {
		if was[p.ID] == nil {
			continue
		}
		m, found, err := h.moved(ctx, tx, p.ID, month)
		if err != nil {
			return nil, err
		}
		for _, versions := range was[p.ID] {
			t := versions[len(versions)-1]
			if found && !t.None && t.Fen > 0 && setAt(versions).Before(m.at) {
				list = append(list, movedPerson{p, m})
				break
			}
		}
	}
	return list, nil
}

// movedPerson is somebody who came to another post, with their target of before.
type movedPerson struct {
	store.Person
	move
}
