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
	"marketbot/handlers/rulebook"
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

// careForFiles is what wants care, for who organises the files, in two queries.
func (h Handler) careForFiles(ctx context.Context, tx *store.Tx, now time.Time, roll audience.Roll) ([]daily.Line, error) {
	files, err := vault.In(tx).Wanting(ctx, vault.Wanting{
		Prefix: fileKey, From: h.oldest(now, draftDays), To: h.until(now, draftDays), New: filesAtOnce,
		Before: h.stale(now), Others: maxNamed,
	})
	if err != nil {
		return nil, err
	}
	waiting, err := vault.In(tx).Waiting(ctx, h.stale(now))
	list := append(h.lackLines(files[vault.New], now), h.lastingLines(files, waiting, now)...)
	hearing := roll.Hearing(h.keeper())
	able := slices.ContainsFunc(hearing.To, checks)
	for i := range list {
		l := &list[i]
		if l.Text != "" {
			l.For = hearing
		}
		if l.Text != "" && !able { // who only hears of it is given nothing to press
			l.Text, l.Command, l.Label = l.Text+"由"+rulebook.Holders(rulebook.MoveCustomers)+"处理。", "", ""
		}
	}
	return list, err
}

// stale is the moment before which a file must have been changed or found right
// to be told of; zero: none is.
func (h Handler) stale(now time.Time) time.Time {
	if h.Config.StaleDays == 0 {
		return time.Time{}
	}
	return h.until(now, h.Config.StaleDays)
}

// lackLines are the files that were begun a week ago and still lack facts. Of
// one that lacks none there is nothing to say any more.
func (h Handler) lackLines(begun []vault.WantingCustomer, now time.Time) []daily.Line {
	var list []daily.Line
	for _, c := range begun {
		l := daily.Line{Key: fileKey + c.ID}
		if lacks := lackWords(c); lacks != "" {
			l.Since, l.Urgency, l.Names = h.Rules.Day(c.Created).Add(draftDays), daily.Due, 1
			l.Text = fmt.Sprintf("新档案 %s %s 建了 %d 天还不全%s（档-1）", c.Name, c.ID, h.days(c.Created, now), lacks)
			l.Command = "改客户 " + c.ID + " 字段=值"
		}
		list = append(list, l)
	}
	return list
}

// lastingLines are what waits, every day as long as it does: the files that
// nobody has checked for the longest time, with what they lack (R38, R47), what
// readers entered, and leads.
func (h Handler) lastingLines(files map[vault.Why][]vault.WantingCustomer, waiting vault.Waiting, now time.Time) []daily.Line {
	var list []daily.Line
	if some := files[vault.Stale]; len(some) > 0 {
		list = append(list, h.staleLine(some, waiting.Stale, now))
	}
	if some := files[vault.Unchecked]; len(some) > 0 {
		list = append(list, uncheckedLine(some[0], waiting.Unchecked))
	}
	if waiting.Leads > 0 {
		text := fmt.Sprintf("%d 条线索等着判断（档-7）。", waiting.Leads)
		list = append(list, daily.Line{Key: "customer/leads", Text: text, Command: "线索", Label: "看线索"})
	}
	for i := range list {
		list[i].Key += "/" + string(h.Rules.Day(now))
	}
	return list
}

func (h Handler) staleLine(some []vault.WantingCustomer, all int, now time.Time) daily.Line {
	lines := []string{fmt.Sprintf("%d 份档案超过 %d 天没有核对，最久的是：", all, h.Config.StaleDays)}
	for _, c := range some {
		lines = append(lines, fmt.Sprintf("• %s %s：%d 天%s", c.Name, c.ID, h.days(c.Checked, now), lackWords(c)))
	}
	lines = append(lines, "看过没有变化就发：核对 客户（档-8）")
	return daily.Line{
		Key: "customer/stale", Names: len(some), Text: strings.Join(lines, "\n"), Command: "客户 " + some[0].ID, Label: "看 " + some[0].Name,
	}
}

// uncheckedLine counts what readers entered and nobody has looked at yet.
func uncheckedLine(first vault.WantingCustomer, all int) daily.Line {
	return daily.Line{
		Key: "customer/unchecked", Names: 1, Text: fmt.Sprintf("%d 份档案有新内容待核，例如 %s %s。", all, first.Name, first.ID),
		Command: "客户 " + first.ID, Label: "核对 " + first.Name,
	}
}

// lackWords are the wanted facts that a file does not hold; empty when it holds
// all.
func lackWords(c vault.WantingCustomer) string {
	lacks := slices.DeleteFunc(slices.Clone(wanted), func(field string) bool { return slices.Contains(c.Fields, field) })
	if len(lacks) == 0 {
		return ""
	}
	return "，缺 " + strings.Join(lacks, "、")
}

// careItems is what wants care of the files, for who organises them (我的).
func (h Handler) careItems(ctx context.Context, c *command.Call) ([]command.Item, error) {
	if c.Person.Post != h.keeper() || !h.reads(c.Person) || h.Config.StaleDays == 0 {
		return nil, nil
	}
	waiting, err := vault.In(c.Tx).Waiting(ctx, h.stale(c.Now))
	if err != nil || waiting.Stale == 0 {
		return nil, err
	}
	files, err := vault.In(c.Tx).Wanting(ctx, vault.Wanting{Before: h.stale(c.Now), Others: maxNamed})
	stale := files[vault.Stale]
	if err != nil || len(stale) == 0 {
		return nil, err
	}
	return []command.Item{{
		Text:   fmt.Sprintf("%d 份客户档案超过 %d 天没有核对，最久的是 %s（档-8）", waiting.Stale, h.Config.StaleDays, stale[0].Name),
		Button: &chat.Button{Label: "看 " + stale[0].Name, Command: "客户 " + stale[0].ID},
	}}, nil
}
