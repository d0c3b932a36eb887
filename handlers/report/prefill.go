package report

import (
	"context"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/vault"
)

// Limits of what is filled in from check-ins and customer progress.
const (
	mostEntries  = 16
	mostProgress = 80 // characters of each, and …
)

// entryLine is something that was done in the week.
type entryLine struct {
	at   time.Time
	text string
}

// prefill is what a week's form begins with: the version that counts, else what
// the person noted during the week.
func (h Handler) prefill(ctx context.Context, c *command.Call, w store.Week) (store.ReportText, error) {
	reports, err := c.Tx.Reports().Of(ctx, c.Person.ID, w)
	if err != nil {
		return store.ReportText{}, err
	}
	if len(reports) > 0 {
		return effective(reports).Text, nil
	}
	monday := w.Monday(h.Rules.Zone)
	list, err := checkInLines(ctx, c, monday, monday.AddDate(0, 0, 7))
	if err != nil {
		return store.ReportText{}, err
	}
	progress, err := h.progressLines(ctx, c, monday, monday.AddDate(0, 0, 7))
	if err != nil {
		return store.ReportText{}, err
	}
	contracts, err := h.contractLines(ctx, c, h.Rules.Day(monday))
	if err != nil {
		return store.ReportText{}, err
	}
	decisions, err := decisionLines(ctx, c, monday, monday.AddDate(0, 0, 7))
	if err != nil {
		return store.ReportText{}, err
	}
	activities, err := h.activityLines(ctx, c, monday, monday.AddDate(0, 0, 7))
	if err != nil {
		return store.ReportText{}, err
	}
	list = slices.Concat(list, progress, contracts, decisions, activities)
	slices.SortStableFunc(list, func(a, b entryLine) int { return a.at.Compare(b.at) })
	var lines []string
	for _, e := range list[max(0, len(list)-mostEntries):] {
		lines = append(lines, e.at.In(h.Rules.Zone).Format("01-02 ")+e.text)
	}
	for len(lines) > 1 && tooLong(strings.Join(lines, "\n")) {
		lines = lines[1:] // the oldest
	}
	plan, err := h.stepLines(ctx, c, w)
	return store.ReportText{Done: strings.Join(lines, "\n"), Plan: strings.Join(plan[:min(len(plan), mostEntries)], "\n")}, err
}

// stepLines are what the person said would be done with their customers up to the
// end of the week after w, where they may still read the files.
func (h Handler) stepLines(ctx context.Context, c *command.Call, w store.Week) (lines []string, err error) {
	steps, err := vault.In(c.Tx).StepsDue(ctx, h.Rules.Day(w.Monday(h.Rules.Zone)).Add(13), c.Person.ID)
	if err != nil {
		return nil, err
	}
	for _, d := range steps {
		name, err := h.readableName(ctx, c, d.Customer.ID)
		if err != nil {
			return nil, err
		}
		if name != "" {
			lines = append(lines, string(d.Next.Day)[len("2026-"):]+" "+name+"："+stepAsFilledIn(d))
		}
	}
	return lines, nil
}

// stepAsFilledIn is a next step as a report says it.
func stepAsFilledIn(d vault.DueStep) string {
	return text.CutLine(text.MaskPhones(d.Next.What), mostProgress)
}

func checkInLines(ctx context.Context, c *command.Call, from, to time.Time) ([]entryLine, error) {
	in, err := c.Tx.CheckIns().Of(ctx, c.Person.ID, from, to)
	var list []entryLine
	for _, one := range in {
		place := text.CutLine(one.Place, 20)
		if place != "" {
			place += " "
		}
		list = append(list, entryLine{one.At, place + text.CutLine(one.Progress, mostProgress)})
	}
	return list, err
}

// contractLines are the contracts that the person took or signed in the week that
// begins on a day, and what was received for them: neither customer nor amount, for the form is not confidential.
func (h Handler) contractLines(ctx context.Context, c *command.Call, monday store.Day) ([]entryLine, error) {
	contracts, err := c.Tx.Contracts().HeldIn(ctx, c.Person.ID, monday, monday.Add(7))
	var list []entryLine
	for _, ct := range contracts {
		for _, did := range []struct {
			day  store.Day
			what string
		}{{ct.Claimed, "领合同 "}, {ct.Signed, "签合同 "}} {
			if did.day >= monday && did.day < monday.Add(7) && ct.State != store.ContractUndone {
				list = append(list, entryLine{did.day.Start(h.Rules.Zone), did.what + contractWords(ct)})
			}
		}
	}
	if err != nil {
		return nil, err
	}
	receipts, err := h.receiptLines(ctx, c, monday, contracts)
	return append(list, receipts...), err
}

// activityLines are the activities to which the person came in a time; neither for whom
// they were nor what they cost, for the form is not confidential.
func (h Handler) activityLines(ctx context.Context, c *command.Call, from, to time.Time) (list []entryLine, err error) {
	all, err := c.Tx.Activities().Between(ctx, h.Rules.Day(from), h.Rules.Day(to).Add(-1))
	for _, a := range all {
		p := a.Participant(c.Person.ID)
		if p == nil || !p.Came.Came() {
			continue
		}
		at := p.At
		switch first, last := a.First.Start(h.Rules.Zone), a.Last.Start(h.Rules.Zone); {
		case at.Before(first): // noted without the hour, too
			at = first
		case h.Rules.Day(at) > a.Last: // until the end of the next day
			at = last
		}
		if !at.Before(from) && at.Before(to) {
			list = append(list, entryLine{at, "活动 " + a.Code + " " + text.CutLine(text.MaskPhones(a.Name), mostProgress)})
		}
	}
	return list, err
}

// decisionLines are the decisions of meetings that the person reported done in a time:
// their codes alone, for the form is not confidential.
func decisionLines(ctx context.Context, c *command.Call, from, to time.Time) (list []entryLine, err error) {
	own, err := c.Tx.Decisions().OfOwner(ctx, c.Person.ID)
	for _, d := range own {
		if !d.Claimed.Before(from) && d.Claimed.Before(to) {
			list = append(list, entryLine{d.Claimed, "完成决议 " + d.Code})
		}
	}
	return list, err
}

// contractWords name a contract in a line.
func contractWords(ct store.Contract) string {
	return ct.Number + " " + text.CutLine(ct.Project, mostProgress)
}

// receiptLines are what was received for the person's contracts in the week that
// begins on a day, and counts.
func (h Handler) receiptLines(ctx context.Context, c *command.Call, monday store.Day, contracts []store.Contract) ([]entryLine, error) {
	entries, err := c.Tx.Receivables().HeldIn(ctx, c.Person.ID, monday, monday.Add(7))
	var list []entryLine
	for _, r := range rulebook.Receipts(entries) {
		i := slices.IndexFunc(contracts, func(ct store.Contract) bool { return ct.Number == r.Contract })
		if i >= 0 && r.Counts() && r.Day >= monday && r.Day < monday.Add(7) {
			list = append(list, entryLine{r.Day.Start(h.Rules.Zone), "回款 " + r.Code + "：" + contractWords(contracts[i])})
		}
	}
	return list, err
}

// progressLines are the person's own words about customers whose files they
// may still read; no phone goes from a file into a report (档-3).
func (h Handler) progressLines(ctx context.Context, c *command.Call, from, to time.Time) ([]entryLine, error) {
	progress, err := vault.In(c.Tx).OwnProgress(ctx, c.Person.ID, from, to)
	if err != nil {
		return nil, err
	}
	names := map[string]string{} // of the customers; empty: not to be read
	var list []entryLine
	for _, p := range progress {
		name, known := names[p.Customer]
		if !known {
			if name, err = h.readableName(ctx, c, p.Customer); err != nil {
				return nil, err
			}
			names[p.Customer] = name
		}
		if name != "" {
			list = append(list, entryLine{p.At, name + "：" + asFilledIn(p)})
		}
	}
	return list, nil
}

// asFilledIn is an entry of a customer's file as a report says it.
func asFilledIn(p vault.Progress) string {
	return text.CutLine(text.MaskPhones(p.Words), mostProgress)
}

// guard makes an answer about one's own report confidential where what was
// done in the week, or is to be done next, came out of customers' files.
func (h Handler) guard(ctx context.Context, c *command.Call, w store.Week, a *command.Answer, t store.ReportText) error {
	secret, err := h.holdsProgress(ctx, c, w, t)
	if err != nil || !secret {
		return err
	}
	card := a.Reply.Card
	lines := []string{card.Title, "里面有客户的进展，这里不能保密，不显示。"}
	for _, b := range card.Blocks { // the week, how it stands, what can be typed
		lines = append(lines, b.Note)
		for _, f := range b.Facts {
			lines = append(lines, f.Label+"："+f.Value)
		}
	}
	if card.Form != nil {
		lines = append(lines, card.Blocks[0].Text)
	}
	lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" })
	a.Reply.Confidential, a.Reply.Summary = true, strings.Join(lines, "\n")
	return nil
}

// holdsProgress reports whether something of a report came out of customers' files.
func (h Handler) holdsProgress(ctx context.Context, c *command.Call, w store.Week, t store.ReportText) (bool, error) {
	monday := w.Monday(h.Rules.Zone)
	if t.Done != "" {
		progress, err := vault.In(c.Tx).OwnProgress(ctx, c.Person.ID, monday, monday.AddDate(0, 0, 7))
		if err != nil || slices.ContainsFunc(progress, func(p vault.Progress) bool { return strings.Contains(t.Done, asFilledIn(p)) }) {
			return err == nil, err
		}
	}
	if t.Plan == "" {
		return false, nil
	}
	steps, err := vault.In(c.Tx).StepsDue(ctx, h.Rules.Day(monday).Add(13), c.Person.ID)
	return slices.ContainsFunc(steps, func(d vault.DueStep) bool { return strings.Contains(t.Plan, stepAsFilledIn(d)) }), err
}

// readableName is a customer's name; empty when the caller may not read the
// file.
func (h Handler) readableName(ctx context.Context, c *command.Call, id string) (string, error) {
	customer, found, err := vault.In(c.Tx).Sound(ctx, id)
	if err != nil || !found {
		return "", err
	}
	access, err := c.Access(ctx, customer)
	if err != nil || !access.Read() {
		return "", err
	}
	return customer.Name, nil
}
