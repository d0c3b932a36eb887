package intake

import (
	"fmt"
	"io"
	"strings"

	"marketbot/handlers/text"
)

// Report is what is to be said of the rows: those that are as they should be
// are counted, the others named.
type Report struct {
	apply bool
	lines []line
	count map[Result]int
}

type line struct {
	row     Row
	outcome Outcome
}

const (
	maxTitle = 60
	maxKnown = 20 // of what is there already; run again, an import finds all of it
)

func (r *Report) add(lines []line) {
	for _, l := range lines {
		r.count[l.outcome.Result]++
		if l.outcome.Result == Wrong || l.outcome.Result == Known || len(l.row.Warned) > 0 || l.outcome.Text != "" {
			r.lines = append(r.lines, l)
		}
	}
}

// Count is how many rows ended so.
func (r *Report) Count(result Result) int { return r.count[result] }

// String is a line as it is printed.
func (l line) String() string {
	why := append(append([]string{}, l.row.Wrong...), l.outcome.Text)
	if l.outcome.Result != Wrong {
		why = append(why, l.row.Warned...)
	}
	s := fmt.Sprintf("第 %d 行\t%s\t%s\t%s", l.row.Line, l.outcome.Result, text.CutLine(l.row.Name, maxTitle), joined(why))
	return strings.TrimRight(s, "\t")
}

func joined(why []string) string {
	var some []string
	for _, w := range why {
		if w != "" {
			some = append(some, w)
		}
	}
	return strings.Join(some, "；")
}

// Print says what is there already, what is entered otherwise than it stands,
// what is wrong, and at the end the counts.
func (r *Report) Print(out io.Writer, unit string) error {
	var b strings.Builder
	r.section(&b, maxKnown, func(l line) bool { return l.outcome.Result == Known && !l.outcome.Differs })
	r.section(&b, len(r.lines), func(l line) bool { return l.outcome.Differs })
	r.section(&b, len(r.lines), func(l line) bool { return l.outcome.Result == New || l.outcome.Result == Done })
	r.section(&b, len(r.lines), func(l line) bool { return l.outcome.Result == Wrong })
	if r.apply {
		fmt.Fprintf(&b, "\n已导入 %d %s，跳过 %d %s，有错 %d 行。\n", r.count[Done], unit, r.count[Known], unit, r.count[Wrong])
	} else {
		fmt.Fprintf(&b, "\n试读完毕，什么也没写。可导入 %d %s，跳过 %d %s，有错 %d 行。\n", r.count[New], unit, r.count[Known], unit, r.count[Wrong])
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// section prints the lines of one kind, and how many more there are.
func (r *Report) section(b *strings.Builder, most int, of func(line) bool) {
	n := 0
	for _, l := range r.lines {
		if !of(l) {
			continue
		}
		if n++; n <= most {
			fmt.Fprintln(b, l)
		}
	}
	if n > most {
		fmt.Fprintf(b, "……还有 %d 行也跳过\n", n-most)
	}
}
