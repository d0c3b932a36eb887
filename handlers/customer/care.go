package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store"
)

// draftDays is how old a new file may be before it is said what it lacks.
const draftDays = 7

// wanted are the facts of 档-1 that every file should hold. Facts about persons
// are never asked for (C13).
var wanted = []string{"地址", "电话", "行业", "特征", "业务状况", "股东"}

// keeper is the post that organises the files: the supervisor's, unless the
// settings keep the files from them (C1).
func (h Handler) keeper() store.Post {
	if h.Config.SupervisorIsSteward {
		return store.Supervisor
	}
	return store.MarketingDirector
}

// careForFiles shows who organises the files, or stands for them, what wants care.
func (h Handler) careForFiles(ctx context.Context, tx *store.Tx, now, last time.Time, roll audience.Roll) ([]chat.Notice, error) {
	hearing := roll.Hearing(h.keeper())
	keepers := slices.DeleteFunc(slices.Clone(hearing.To), func(p store.Person) bool { return !h.reads(p) })
	if len(keepers) == 0 {
		return nil, nil
	}
	card := chat.Card{Title: "客户档案整理", Tone: chat.Warn}
	for _, add := range []func(context.Context, *store.Tx, *chat.Card, span) error{h.addStale, h.addLacking, h.addUnchecked, h.addLeads} {
		if err := add(ctx, tx, &card, span{last, now}); err != nil {
			return nil, err
		}
	}
	if len(card.Blocks) == 0 {
		return nil, nil
	}
	var list []chat.Notice
	for _, p := range keepers {
		key := "customer/care/" + string(h.Rules.Day(now)) + "/" + p.ID
		list = append(list, chat.Notice{Key: key, To: p.ID, Message: chat.Message{Card: &card}})
	}
	return append(list, roll.Vacancy(hearing, "客户档案整理的提醒", h.Rules.Week(now).Key())...), nil
}

// span is the time since the daily job looked last.
type span struct{ last, now time.Time }

// addStale names the files that nobody has checked for the longest time, with
// what they lack (R38, R47).
func (h Handler) addStale(ctx context.Context, tx *store.Tx, card *chat.Card, s span) error {
	if h.Config.StaleDays == 0 {
		return nil
	}
	before := s.now.AddDate(0, 0, -h.Config.StaleDays)
	stale, err := tx.StaleCustomers(ctx, before, namedMost)
	if err != nil || len(stale) == 0 {
		return err
	}
	n, err := tx.CountStale(ctx, before)
	if err != nil {
		return err
	}
	lacks, err := h.lacking(ctx, tx, stale)
	if err != nil {
		return err
	}
	lines := []string{fmt.Sprintf("%d 份档案超过 %d 天没有核对，最久的是：", n, h.Config.StaleDays)}
	for _, c := range stale {
		days := int(s.now.Sub(c.Checked).Hours() / 24)
		lines = append(lines, fmt.Sprintf("• %s %s：%d 天%s", c.Name, c.ID, days, lackWords(lacks[c.ID])))
	}
	card.Blocks = append(card.Blocks, chat.Block{Text: strings.Join(lines, "\n")}, chat.Block{Note: "看过没有变化就发：核对 客户（档-8）"})
	card.Buttons = append(card.Buttons, chat.Button{Label: "看 " + stale[0].Name, Command: "客户 " + stale[0].ID})
	return nil
}

// addLacking names the files that were begun a week ago and still lack facts.
func (h Handler) addLacking(ctx context.Context, tx *store.Tx, card *chat.Card, s span) error {
	entered, err := tx.CustomersEntered(ctx, s.last.AddDate(0, 0, -draftDays), s.now.AddDate(0, 0, -draftDays))
	if err != nil {
		return err
	}
	lacks, err := h.lacking(ctx, tx, entered)
	if err != nil {
		return err
	}
	incomplete := slices.DeleteFunc(entered, func(c store.Customer) bool { return len(lacks[c.ID]) == 0 })
	if len(incomplete) == 0 {
		return nil
	}
	lines := []string{fmt.Sprintf("%d 份新档案建了 %d 天还不全：", len(incomplete), draftDays)}
	for _, c := range incomplete[:min(len(incomplete), namedMost)] {
		lines = append(lines, fmt.Sprintf("• %s %s%s", c.Name, c.ID, lackWords(lacks[c.ID])))
	}
	card.Blocks = append(card.Blocks, chat.Block{Text: strings.Join(lines, "\n")}, chat.Block{Note: "补充：改客户 客户 字段=值（档-1）"})
	return nil
}

// lacking tells which wanted facts the files of some customers do not hold.
func (h Handler) lacking(ctx context.Context, tx *store.Tx, customers []store.Customer) (map[string][]string, error) {
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	held, err := tx.FieldsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, f := range held {
		if f.Person == "" {
			has[f.Customer+"/"+f.Field] = true
		}
	}
	lacks := map[string][]string{}
	for _, id := range ids {
		for _, field := range wanted {
			if !has[id+"/"+field] {
				lacks[id] = append(lacks[id], field)
			}
		}
	}
	return lacks, nil
}

func lackWords(fields []string) string {
	if len(fields) == 0 {
		return ""
	}
	return "，缺 " + strings.Join(fields, "、")
}

// addUnchecked counts what readers entered and nobody has looked at yet.
func (h Handler) addUnchecked(ctx context.Context, tx *store.Tx, card *chat.Card, _ span) error {
	files, err := tx.UncheckedFiles(ctx)
	if err != nil || len(files) == 0 {
		return err
	}
	first, found, err := tx.Customer(ctx, files[0].Customer)
	if err != nil || !found {
		return err
	}
	text := fmt.Sprintf("%d 份档案有新内容待核，例如 %s %s。", len(files), first.Name, first.ID)
	card.Blocks = append(card.Blocks, chat.Block{Text: text})
	card.Buttons = append(card.Buttons, chat.Button{Label: "核对 " + first.Name, Command: "客户 " + first.ID})
	return nil
}

// addLeads counts the leads that wait to be judged.
func (h Handler) addLeads(ctx context.Context, tx *store.Tx, card *chat.Card, _ span) error {
	n, err := tx.CountOpenLeads(ctx)
	if err != nil || n == 0 {
		return err
	}
	card.Blocks = append(card.Blocks, chat.Block{Text: fmt.Sprintf("%d 条线索等着判断（档-7）。", n)})
	card.Buttons = append(card.Buttons, chat.Button{Label: "看线索", Command: "线索"})
	return nil
}

// careItems is what wants care of the files, for who organises them (我的).
func (h Handler) careItems(ctx context.Context, c *command.Call) ([]command.Item, error) {
	if c.Person.Post != h.keeper() || !h.reads(c.Person) || h.Config.StaleDays == 0 {
		return nil, nil
	}
	before := c.Now.AddDate(0, 0, -h.Config.StaleDays)
	n, err := c.Tx.CountStale(ctx, before)
	if err != nil || n == 0 {
		return nil, err
	}
	stale, err := c.Tx.StaleCustomers(ctx, before, 1)
	if err != nil || len(stale) == 0 {
		return nil, err
	}
	return []command.Item{{
		Text:   fmt.Sprintf("%d 份客户档案超过 %d 天没有核对，最久的是 %s（档-8）", n, h.Config.StaleDays, stale[0].Name),
		Button: &chat.Button{Label: "看 " + stale[0].Name, Command: "客户 " + stale[0].ID},
	}}, nil
}
