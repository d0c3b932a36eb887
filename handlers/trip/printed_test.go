package trip

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers/reading"
	"marketbot/handlers/words"
	"marketbot/store"
)

// TestWhatIsPrintedIsRead reads days, weeks and amounts as they are printed: people
// copy them from one message into the next.
func TestWhatIsPrintedIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := store.Day("2026-11-24").Add(rapid.IntRange(-400, 400).Draw(t, "today"))
		first := today.Add(rapid.IntRange(-150, 150).Draw(t, "first"))
		last := first.Add(rapid.IntRange(0, 30).Draw(t, "days"))
		for _, printed := range []string{words.Days(first, last), words.DaysCounted(first, last), string(first) + "~" + string(last)} {
			d, n, err := reading.Span(printed, reading.Base{Today: today, Halves: rapid.Bool().Draw(t, "halves")})
			if err != nil || d.From != first || d.To != last || n != len(printed) {
				t.Errorf("on %s %s is %v, %q is left, %v", today, printed, d, printed[n:], err)
			}
		}
		week := store.WeekOf(first.Start(time.UTC))
		weeks := []string{week.String(), week.Key()}
		if first <= today.Add(28) { // a week's report is asked of what was: 3月2日 in November is last March's
			weeks = append(weeks, words.Date(first))
		}
		for _, printed := range weeks {
			w, n, err := reading.Week(printed, today)
			if err != nil || w != week || n != len(printed) {
				t.Errorf("on %s %s is %v, %q is left, %v", today, printed, w, printed[n:], err)
			}
		}
		fen := rapid.Int64Range(0, 1e12).Draw(t, "fen")
		printed := words.Money(fen)
		if got, n, err := reading.Money(printed); err != nil || got != fen || n != len(printed) {
			t.Errorf("%s is %d, %q is left, %v", printed, got, printed[n:], err)
		}
	})
}
