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
	"marketbot/handlers/daily"
	"marketbot/store"
	"marketbot/store/vault"
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

// fileKey begins the keys under which is said what a new file lacks.
const fileKey = "customer/file/"

// filesAtOnce is how many new files one morning looks into.
const filesAtOnce = 1000

// careForFiles is what wants care, for who organises the files.
func (h Handler) careForFiles(ctx context.Context, tx *store.Tx, now time.Time, roll audience.Roll) ([]daily.Line, error) {
	entered, err := vault.In(tx).Unsaid(ctx, fileKey, oldest(now, draftDays), now.AddDate(0, 0, -draftDays), filesAtOnce)
	if err != nil {
		return nil, err
	}
	var stale []store.Customer
	if h.Config.StaleDays > 0 {
		if stale, err = vault.In(tx).Stale(ctx, now.AddDate(0, 0, -h.Config.StaleDays), maxNamed); err != nil {
			return nil, err
		}
	}
	lacks, err := h.lacking(ctx, tx, slices.Concat(entered, stale))
	if err != nil {
		return nil, err
	}
	list, err := h.lackLines(ctx, tx, entered, lacks, now)
	if err != nil {
		return nil, err
	}
	lasting, err := h.lastingLines(ctx, tx, stale, lacks, now)
	list = append(list, lasting...)
	hearing := roll.Hearing(h.keeper())
	for i := range list {
		list[i].For = hearing
	}
	return list, err
}

// lackLines are the files that were begun a week ago and still lack facts. Of
// one that lacks none there is nothing to say any more.
func (h Handler) lackLines(ctx context.Context, tx *store.Tx, entered []store.Customer, lacks map[string][]string, now time.Time) ([]daily.Line, error) {
	var list []daily.Line
	whole := map[string]int{}
	for _, c := range entered {
		if len(lacks[c.ID]) == 0 {
			whole[fileKey+c.ID] = 0
			continue
		}
		list = append(list, daily.Line{
			Key: fileKey + c.ID, Since: h.Rules.Day(c.Created).Add(draftDays), Urgency: daily.Due, Names: 1,
			Text:    fmt.Sprintf("新档案 %s %s 建了 %d 天还不全%s（档-1）", c.Name, c.ID, daysSince(c.Created, now), lackWords(lacks[c.ID])),
			Command: "改客户 " + c.ID + " 字段=值",
		})
	}
	return list, tx.Said().Say(ctx, whole, now)
}

// lastingLines are what waits, every day as long as it does: the files that
// nobody has checked for the longest time, with what they lack (R38, R47), what
// readers entered, and leads.
func (h Handler) lastingLines(ctx context.Context, tx *store.Tx, stale []store.Customer, lacks map[string][]string, now time.Time) ([]daily.Line, error) {
	var list []daily.Line
	for _, look := range []func() (daily.Line, error){
		func() (daily.Line, error) { return h.staleLine(ctx, tx, stale, lacks, now) },
		func() (daily.Line, error) { return uncheckedLine(ctx, tx) },
		func() (daily.Line, error) { return leadsLine(ctx, tx) },
	} {
		l, err := look()
		if err != nil {
			return nil, err
		}
		if l.Text != "" {
			l.Key += "/" + string(h.Rules.Day(now))
			list = append(list, l)
		}
	}
	return list, nil
}

func (h Handler) staleLine(ctx context.Context, tx *store.Tx, stale []store.Customer, lacks map[string][]string, now time.Time) (daily.Line, error) {
	if len(stale) == 0 {
		return daily.Line{}, nil
	}
	n, err := vault.In(tx).CountStale(ctx, now.AddDate(0, 0, -h.Config.StaleDays))
	lines := []string{fmt.Sprintf("%d 份档案超过 %d 天没有核对，最久的是：", n, h.Config.StaleDays)}
	for _, c := range stale {
		lines = append(lines, fmt.Sprintf("• %s %s：%d 天%s", c.Name, c.ID, daysSince(c.Checked, now), lackWords(lacks[c.ID])))
	}
	lines = append(lines, "看过没有变化就发：核对 客户（档-8）")
	return daily.Line{
		Key: "customer/stale", Names: len(stale), Text: strings.Join(lines, "\n"), Command: "客户 " + stale[0].ID, Label: "看 " + stale[0].Name,
	}, err
}

// uncheckedLine counts what readers entered and nobody has looked at yet.
func uncheckedLine(ctx context.Context, tx *store.Tx) (daily.Line, error) {
	files, err := vault.In(tx).Unchecked(ctx)
	if err != nil || len(files) == 0 {
		return daily.Line{}, err
	}
	var first store.Customer
	found := false
	for i := 0; i < len(files) && !found; i++ {
		if first, found, err = vault.In(tx).Sound(ctx, files[i].Customer); err != nil {
			return daily.Line{}, err
		}
	}
	if !found {
		return daily.Line{}, nil
	}
	return daily.Line{
		Key: "customer/unchecked", Names: 1, Text: fmt.Sprintf("%d 份档案有新内容待核，例如 %s %s。", len(files), first.Name, first.ID),
		Command: "客户 " + first.ID, Label: "核对 " + first.Name,
	}, nil
}

// leadsLine counts the leads that wait to be judged.
func leadsLine(ctx context.Context, tx *store.Tx) (daily.Line, error) {
	n, err := tx.Leads().CountOpen(ctx)
	if err != nil || n == 0 {
		return daily.Line{}, err
	}
	return daily.Line{Key: "customer/leads", Text: fmt.Sprintf("%d 条线索等着判断（档-7）。", n), Command: "线索", Label: "看线索"}, nil
}

// lacking tells which wanted facts the files of some customers do not hold.
func (h Handler) lacking(ctx context.Context, tx *store.Tx, customers []store.Customer) (map[string][]string, error) {
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	held, err := vault.In(tx).FieldsOf(ctx, ids)
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

// careItems is what wants care of the files, for who organises them (我的).
func (h Handler) careItems(ctx context.Context, c *command.Call) ([]command.Item, error) {
	if c.Person.Post != h.keeper() || !h.reads(c.Person) || h.Config.StaleDays == 0 {
		return nil, nil
	}
	before := c.Now.AddDate(0, 0, -h.Config.StaleDays)
	n, err := vault.In(c.Tx).CountStale(ctx, before)
	if err != nil || n == 0 {
		return nil, err
	}
	stale, err := vault.In(c.Tx).Stale(ctx, before, maxNamed)
	if err != nil || len(stale) == 0 {
		return nil, err
	}
	return []command.Item{{
		Text:   fmt.Sprintf("%d 份客户档案超过 %d 天没有核对，最久的是 %s（档-8）", n, h.Config.StaleDays, stale[0].Name),
		Button: &chat.Button{Label: "看 " + stale[0].Name, Command: "客户 " + stale[0].ID},
	}}, nil
}
