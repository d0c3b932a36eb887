package customer

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// namedMost is how many customers one reminder names: it is no list to carry
// away (档-3), and tomorrow names the next ones.
const namedMost = 5

// careMark is where the daily job remembers up to when it has looked.
const careMark = "customer/care"

// Care is a daily job: it shows the supervisor which files want care (档-4,
// 档-8) and owners which of their customers had no progress for so many days,
// each number of days once.
func (h Handler) Care(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	last, err := tx.Marked(ctx, careMark)
	if err != nil {
		return nil, err
	}
	if last.IsZero() || last.After(s.At) {
		last = s.At.AddDate(0, 0, -1)
	}
	if err := tx.Mark(ctx, careMark, s.At); err != nil {
		return nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(s.At))
	if err != nil {
		return nil, err
	}
	list, err := h.careForFiles(ctx, tx, s.At, last, roll)
	if err != nil {
		return nil, err
	}
	quiet, err := h.remindOwners(ctx, tx, s.At, last, roll)
	return append(list, quiet...), err
}

// quietFor are customers of one owner without progress for so many days.
type quietFor struct {
	days  int
	named []store.Customer
}

// remindOwners tells owners of what has crossed a number of days since the job
// looked last; what is nobody's goes to who organises the files.
func (h Handler) remindOwners(ctx context.Context, tx *store.Tx, now, last time.Time, roll audience.Roll) ([]chat.Notice, error) {
	quiet := map[string][]quietFor{}
	for _, days := range h.Config.QuietDays {
		found, err := tx.QuietCustomers(ctx, last.AddDate(0, 0, -days), now.AddDate(0, 0, -days))
		if err != nil {
			return nil, err
		}
		for owner, named := range h.byOwner(found, roll, now) {
			quiet[owner] = append(quiet[owner], quietFor{days, named})
		}
	}
	heads := roll.Hearing(h.keeper())
	var list []chat.Notice
	for _, p := range roll.People() {
		mine := quiet[p.ID]
		nobodys := h.reads(p) && heads.Has(p.ID) && len(quiet[""]) > 0
		if len(mine) > 0 {
			list = append(list, h.quietNotice(now, p, mine, "你的客户很久没有跟进", "own"))
		}
		if nobodys {
			list = append(list, h.quietNotice(now, p, quiet[""], "没有负责人的客户很久没有跟进", "nobody"))
		}
	}
	return list, nil
}

// byOwner sorts customers by owner, by "" where there is none any more or the
// owner's post reads no files.
func (h Handler) byOwner(found []store.Customer, roll audience.Roll, now time.Time) map[string][]store.Customer {
	owned := map[string][]store.Customer{}
	for _, c := range found {
		owner := c.Owner
		if p, _ := roll.Active(owner); !h.readsOwn(p, c, now) {
			owner = ""
		}
		owned[owner] = append(owned[owner], c)
	}
	return owned
}

func (h Handler) quietNotice(now time.Time, to store.Person, quiet []quietFor, title, which string) chat.Notice {
	card := chat.Card{Title: title, Tone: chat.Warn}
	for _, q := range quiet {
		card.Blocks = append(card.Blocks, chat.Block{Text: fmt.Sprintf("%d 天没有进展：%s", q.days, namesOf(q.named))})
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: "写一句进展：跟进 客户 进展…（档-8）"})
	first := quiet[0].named[0]
	card.Buttons = []chat.Button{{Label: "跟进 " + first.Name, Command: "跟进 " + first.ID}}
	key := "customer/quiet/" + string(h.Rules.Day(now)) + "/" + which + "/" + to.ID
	return chat.Notice{Key: key, To: to.ID, Message: chat.Message{Card: &card}}
}

// namesOf names the first few customers.
func namesOf(list []store.Customer) string {
	var names []string
	for _, c := range list[:min(len(list), namedMost)] {
		names = append(names, c.Name)
	}
	text := strings.Join(names, "、")
	if more := len(list) - namedMost; more > 0 {
		text += fmt.Sprintf(" 等 %d 个", len(list))
	}
	return text
}
