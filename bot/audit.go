package main

import (
	"cmp"
	"context"
	"regexp"
	"strings"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
)

// auditShown is how many audit entries the page lists.
const auditShown = 30

// audit is the audit's tail as the page shows it. It holds the lock so that
// the store is not closed meanwhile.
func (d *demo) audit() []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.play == nil {
		return nil
	}
	lines, err := auditLines(context.Background(), d.play.DB, d.play.Rules.Zone)
	if err != nil {
		d.log.Error("read the audit", "error", err)
	}
	return lines
}

func auditLines(ctx context.Context, db *store.DB, zone *time.Location) (lines []string, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		tail, _, err := tx.Audit().Tail(ctx, auditShown)
		if err != nil {
			return err
		}
		for i := len(tail) - 1; i >= 0; i-- {
			line, err := auditLine(ctx, tx, tail[i], zone)
			if err != nil {
				return err
			}
			lines = append(lines, line)
		}
		return nil
	})
	return lines, err
}

// rowID is what ids of rows look like.
var rowID = regexp.MustCompile(`^[0-9a-f]{28}$`)

// auditLine is an entry with names in place of ids.
func auditLine(ctx context.Context, tx *store.Tx, a ledger.Entry, zone *time.Location) (string, error) {
	who, _, err := tx.People().ByID(ctx, a.Person)
	if err != nil {
		return "", err
	}
	words := []string{a.At.In(zone).Format("01-02 15:04"), cmp.Or(who.Name, "未登记"), a.Act}
	var subject []string
	for id := range strings.SplitSeq(a.Subject, "/") {
		p, found, err := tx.People().ByID(ctx, id)
		switch {
		case err != nil:
			return "", err
		case found:
			subject = append(subject, p.Name)
		case !rowID.MatchString(id): // an id of nobody tells a reader nothing
			subject = append(subject, id)
		}
	}
	if a.Subject != "" && a.Subject != a.Act {
		words = append(words, strings.Join(subject, "/"))
	}
	line := strings.Join(words, " ") + " → " + outcomeWord(a.Outcome)
	if a.Clause != "" {
		line += "（" + a.Clause + "）"
	}
	return line, nil
}

func outcomeWord(o ledger.Outcome) string {
	switch o {
	case ledger.Done:
		return "完成"
	case ledger.Denied:
		return "无权"
	case ledger.Refused:
		return "不成"
	case ledger.Failed:
		return "出错"
	}
	return "未识别"
}
