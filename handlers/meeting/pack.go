package meeting

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/closing"
	"marketbot/handlers/command"
	"marketbot/handlers/pack"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/handlers/words"
	"marketbot/store"
)

// What a card of figures holds.
const (
	mostTables = 5
	mostCharts = 5
)

func (h Handler) packCommands() []command.Spec {
	return []command.Spec{{
		Name: "月会", Aliases: []string{"yh"}, Summary: "月会资料：会-4 的各项表，本月和上月对照，附图和 Excel", Lists: true,
		Said: []string{"月会资料", "月度会议", "月会材料", "月度资料", "月会表", "月报"},
		Args: []command.Arg{{Name: monthArg, Kind: command.Month, Optional: true, Past: true}, {Name: "做什么", Kind: command.Free, Optional: true}}, Examples: []string{"月会", "月会 11月"},
		Who: rulebook.SeeMeetings, Private: true, Daily: true, Clause: monthly, Also: []string{summing, deciding}, Run: h.show,
	}}
}

// thePack is the pack of a month: as it was kept, or as it is now.
type thePack struct {
	Month    store.Day
	At       time.Time // as of when
	Sections []pack.Section
	Frozen   bool
	Late     bool     // by the clock, without a meeting
	Since    []change // what is otherwise by now, where it was kept
	Lost     int      // how many damaged records the sections lack
	content  string   // all this, as it is kept for the workbook; see pressed
}

// kept is a pack as it is kept.
type kept struct {
	Sections []pack.Section
	Lost     int `json:",omitempty"` // see thePack
}

// pack is the pack of a month for a moment: where it was kept, that, with what has
// changed since.
func (h Handler) pack(ctx context.Context, tx *store.Tx, month store.Day, at time.Time) (thePack, error) {
	p := thePack{Month: month, At: at}
	sections, err := h.sections(ctx, tx, month, at)
	if err != nil {
		return p, err
	}
	p.Lost = len(tx.Damaged())
	frozen, found, err := tx.Months().Frozen(ctx, month)
	if err != nil || !found {
		p.Sections = sections
		return p, err
	}
	tables, err := tx.Months().Kept(ctx, keptName, month, month)
	if err != nil {
		return p, err
	}
	if len(tables) == 0 { // from before there were packs, or damaged, and told as such: what is now is shown as that
		p.Sections = sections
		return p, nil
	}
	var k kept
	if err := json.Unmarshal([]byte(tables[0].Content), &k); err != nil {
		return p, fmt.Errorf("pack of %s: %w", string(month), err)
	}
	p.Frozen, p.Late = true, frozen.By == ""
	p.At, p.Sections, p.Lost, p.Since = frozen.At.In(h.Rules.Zone), k.Sections, k.Lost, since(k.Sections, sections)
	return p, nil
}

// sections are those of a month as it is now, the work that was done first.
func (h Handler) sections(ctx context.Context, tx *store.Tx, month store.Day, at time.Time) ([]pack.Section, error) {
	makers := append([]pack.Maker{h.work}, h.Sections...)
	return pack.Make(ctx, tx, pack.Ask{Month: month, At: at.In(h.Rules.Zone)}, makers)
}

// keptName is under what a pack is kept when its month freezes.
const keptName = "pack"

// Keep is the pack of a month that freezes: as it was in its meeting, or at the end of
// the 15th.
func (h Handler) Keep(ctx context.Context, tx *store.Tx, month store.Day, at time.Time) ([]store.KeptTable, error) {
	sections, err := h.sections(ctx, tx, month, at)
	if err != nil {
		return nil, err
	}
	table, err := closing.Table(month, keptName, kept{sections, len(tx.Damaged())})
	return []store.KeptTable{table}, err
}

// freeze freezes the month of a meeting that ends, in all areas.
func (h Handler) freeze(ctx context.Context, c *command.Call, m store.Meeting) error {
	if m.Kind != store.MonthlyMeeting {
		return nil
	}
	return h.Months.Freeze(ctx, c.Tx, m.Month, c.Now, c.Person.ID)
}

// show is 月会. What else may be done with one stands behind the month, too: 月会 11月
// 不开 原因.
func (h Handler) show(ctx context.Context, c *command.Call) (*command.Answer, error) {
	month := ""
	if c.Has(monthArg) {
		month = " " + string(c.Day(monthArg)[:7])
	}
	if said := strings.TrimSpace(c.Text("做什么")); said != "" {
		for _, verb := range []string{"不开", "开始"} {
			if rest, ok := strings.CutPrefix(said, verb); ok {
				return &command.Answer{Next: &command.Next{Line: strings.TrimSpace("月会 " + verb + month + " " + strings.TrimSpace(rest))}}, nil
			}
		}
		return nil, &command.Refusal{Text: "月会后面写月份。", Hint: "月会 11月", Clause: monthly, Private: true}
	}
	of, err := h.shownMonth(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	if c.Has(monthArg) {
		of = c.Day(monthArg).Month()
	}
	if of > h.Rules.Day(c.Now) {
		return nil, &command.Refusal{Text: words.Month(of) + "还没有到。", Hint: "月会", Clause: monthly, Private: true}
	}
	p, err := h.readPack(ctx, c, of)
	if err != nil {
		return nil, err
	}
	trace, err := c.LookedAt(ctx, "pack/"+string(of), monthly)
	if err != nil {
		return nil, err
	}
	if !p.Frozen {
		p.Lost = 0 // an answer says itself what it lacks, and names it
	}
	card := h.packCard(p, c.Person, trace)
	if card.Buttons, err = packButtons(ctx, c, of); err != nil {
		return nil, err
	}
	a := secret(card, "pack/"+string(of), h.packOutline(p))
	file, err := h.packFile(ctx, c, p, trace)
	a.Recorded, a.Files = true, []chat.File{file}
	return a, err
}

// packButtons are what the caller may do next about the meeting of a month.
func packButtons(ctx context.Context, c *command.Call, month store.Day) ([]chat.Button, error) {
	m, found, err := c.Tx.Meetings().Of(ctx, month)
	switch {
	case found && m.State == store.MeetingClosed:
		return []chat.Button{{Label: "看纪要", Command: "纪要 " + string(month[:7])}}, err
	case found && m.State == store.MeetingOpen:
		return []chat.Button{{Label: "看议程", Command: "议题"}}, err
	case rulebook.Allows(rulebook.HeadMeetings, c.Person):
		return []chat.Button{{Label: "开月会", Command: "月会 开始 " + string(month[:7])}}, err
	}
	return nil, err
}

// ahead is the day of a month from which on the present month is of more interest than
// one whose meeting is over.
const ahead = 21

// shownMonth is the month whose pack is shown where nobody names one: the one before,
// while it is spoken of.
func (h Handler) shownMonth(ctx context.Context, tx *store.Tx, day store.Day) (store.Day, error) {
	before := day.Month().Add(-1).Month()
	known, err := h.tells(ctx, tx, before)
	if err != nil || !known {
		return day.Month(), err
	}
	m, found, err := tx.Meetings().Of(ctx, before)
	if found && m.State != store.MeetingOpen && day.Since(day.Month()) >= ahead-1 {
		return day.Month(), err
	}
	return before, err
}

// packOutline is what may be said of a pack anywhere: that there is one.
func (h Handler) packOutline(p thePack) string {
	return words.Month(p.Month) + "的月会资料，" + h.asOf(p.At) + "。" + elsewhere
}

// packCard are the figures of a pack, each beside the month before.
func (h Handler) packCard(p thePack, reader store.Person, trace string) chat.Card {
	card := chat.Card{Title: words.Month(p.Month) + "月会资料"}
	state := "（未定稿）"
	switch {
	case p.Late:
		state = "（到期定稿）"
	case p.Frozen:
		state = "（会上定稿）"
	}
	card.Blocks = []chat.Block{{Note: h.asOf(p.At) + state + "，括号里是上月"}}
	if p.Lost > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: words.Lost(p.Lost)})
	}
	tables, charts := 0, 0
	for _, s := range p.Sections {
		facts := []chat.Fact{{Label: "【" + s.Name + "】", Value: fmt.Sprintf("%d 项要议", len(s.Items))}}
		if s.More > 0 { // not in a line of its own: a card of 50 people has no room for one
			facts[0].Value += fmt.Sprintf("，下表是前 %d 行%s", len(s.Table.Rows), words.More(s.More))
		}
		for _, f := range s.Figures {
			facts = append(facts, chat.Fact{Label: f.Label, Value: f.Words()})
		}
		card.Blocks = append(card.Blocks, chat.Block{Facts: facts})
		if s.Table != nil && tables < mostTables {
			tables++
			card.Blocks = append(card.Blocks, chat.Block{Table: s.Table})
		}
	}
	if p.Frozen {
		said := "此后变化：没有。"
		if len(p.Since) > 0 {
			var lines []string
			for _, c := range p.Since[:min(len(p.Since), command.MaxRows)] {
				lines = append(lines, c.words())
			}
			if rest := len(p.Since) - len(lines); rest > 0 {
				lines = append(lines, words.More(rest))
			}
			said = "此后变化：\n" + strings.Join(lines, "\n")
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: said})
	}
	for _, s := range p.Sections {
		for i := range s.Charts {
			if charts < mostCharts {
				charts++
				card.Blocks = append(card.Blocks, chat.Block{Chart: &s.Charts[i]})
			}
		}
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: reader.Name + " 查看 · 追踪码 " + trace})
	return card
}

// readPack reads the pack of a month for a call, with what its workbook is made of.
func (h Handler) readPack(ctx context.Context, c *command.Call, month store.Day) (thePack, error) {
	return command.Ahead(ctx, c, "pack/"+string(month), func(ctx context.Context, tx *store.Tx) (thePack, error) {
		p, err := h.pack(ctx, tx, month, c.Now)
		if err != nil {
			return p, err
		}
		p.content, err = pressed(p)
		return p, err
	})
}

// pressed is a pack as it is kept until its workbook is made. It has the lines of all
// contracts: compressed, so that whoever writes meanwhile does not wait for megabytes.
func pressed(p thePack) (string, error) {
	var b strings.Builder
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		err = errors.Join(json.NewEncoder(z).Encode(p), z.Close())
	}
	return b.String(), err
}

// readPressed reads what pressed made, or an older program, which did not compress.
func readPressed(content string) (p thePack, err error) {
	plain := []byte(content)
	if !strings.HasPrefix(content, "{") {
		z, err := gzip.NewReader(strings.NewReader(content))
		if err != nil {
			return p, err
		}
		if plain, err = io.ReadAll(z); err != nil {
			return p, err
		}
	}
	return p, json.Unmarshal(plain, &p)
}

// packFile is the workbook of a pack, a tab for each table, made of what its card
// shows.
func (h Handler) packFile(ctx context.Context, c *command.Call, p thePack, trace string) (chat.File, error) {
	id := c.Tx.NewID(c.Clock())
	err := c.Tx.Shown().Keep(ctx, id, c.Clock(), p.content)
	return chat.File{Name: fmt.Sprintf("%s_市场部月会资料_v1.xlsx", words.Month(p.Month)), Recipe: c.Recipe(packRecipe, trace, id)}, err
}

// packBook makes the workbook of a pack as its card showed it.
func (h Handler) packBook(ctx context.Context, tx *store.Tx, arg string) ([]byte, error) {
	asked, err := command.ReadRecipe(ctx, tx, arg, 1, h.Rules.Zone)
	if err != nil {
		return nil, err
	}
	content, err := tx.Shown().Content(ctx, asked.Of[0])
	if err != nil {
		return nil, err
	}
	p, err := readPressed(content)
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", packRecipe, err)
	}
	book := sheet.Book{
		Company: h.Rules.Company, Period: words.Month(p.Month),
		About: sheet.About{Made: asked.At, AsOf: words.Moment(p.At.In(h.Rules.Zone)), Unit: "元", Version: "v1", Reader: asked.Reader.Name, Trace: asked.Trace},
	}
	for _, s := range p.Sections {
		book.Sheets = append(book.Sheets, s.Sheets...)
	}
	if len(p.Since) > 0 {
		var rows [][]sheet.Value
		for _, c := range p.Since {
			rows = append(rows, []sheet.Value{sheet.Text(c.Section), sheet.Text(c.What), sheet.Text(c.Was), sheet.Text(c.Is)})
		}
		book.Sheets = append(book.Sheets, sheet.Sheet{Tab: "此后变化", Name: "此后变化", Columns: heads("表", "项目", "定稿时", "现在"), Groups: sheet.Rows(rows...)})
	}
	return book.Write()
}

// SendPack tells the supervisor, the director and the general manager the pack of
// the month before, each under a trace code of their own.
func (h Handler) SendPack(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	send, err := h.PackAhead(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	return send(ctx, tx, s)
}

// Sending is what is left to do of SendPack once the pack was read.
type Sending = func(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error)

// PackAhead reads the pack of SendPack, which takes long, for whoever sends it.
func (h Handler) PackAhead(ctx context.Context, tx *store.Tx, s rulebook.Slot) (Sending, error) {
	month := h.Rules.Day(s.At).Month().Add(-1).Month()
	known, err := h.knows(ctx, tx, month)
	if err != nil || !known {
		return func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) { return nil, nil }, err
	}
	p, err := h.readPack(ctx, &command.Call{Tx: tx, Now: s.At}, month)
	return func(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
		return h.send(ctx, tx, s, p)
	}, err
}

// send tells a pack to those whom it is for.
func (h Handler) send(ctx context.Context, tx *store.Tx, s rulebook.Slot, p thePack) ([]chat.Notice, error) {
	month := p.Month
	roll, err := audience.Read(ctx, tx, h.Rules.Day(s.At))
	if err != nil {
		return nil, err
	}
	var list []chat.Notice
	heads := audience.Join(roll.Hearing(store.Supervisor).To, roll.Hearing(store.MarketingDirector).To, roll.Hearing(store.GeneralManager).To)
	for _, reader := range heads {
		c := &command.Call{Tx: tx, Person: reader, Now: s.At, Spec: &command.Spec{Name: "月会"}}
		trace, err := c.LookedAt(ctx, "pack/"+string(month), monthly)
		if err != nil {
			return nil, err
		}
		card := h.packCard(p, reader, trace)
		if card.Buttons, err = packButtons(ctx, c, month); err != nil {
			return nil, err
		}
		one := audience.Same("pack/"+string(month), []store.Person{reader}, chat.Message{Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: h.packOutline(p), Right: string(rulebook.SeeMeetings)}})
		file, err := h.packFile(ctx, c, p, trace)
		if err != nil {
			return nil, err
		}
		one[0].Files = []chat.File{file}
		list = append(list, one...)
	}
	return list, nil
}
