// Package intake takes in what a department kept in tables before: customers,
// contracts, whatever else the same way.
//
// # What an import is
//
// An area offers a [Kind]: how a file becomes [Row]s. For that it writes its
// table down once, as a list of [Column]s (the head, what else people call it,
// whether a row needs it, and how a cell is put into a record), and [Read] finds
// the table in the file. Each row carries a function that enters it within a
// transaction, or says why not. The empty workbook that people fill in is made
// of the same columns.
//
// # What is promised
//
// Every row of the file and every cell under a known head ends in a record, or
// is named in the [Report] as wrong; nothing is lost in silence, and nothing is
// guessed. The trial run goes the same way as the real one and says the same.
// A row is entered whole or not at all. One that is there already is passed
// over, so that an import that was cut off is run again.
//
// It is not for the bytes of a workbook, which [marketbot/handlers/sheet] reads,
// nor for what the rows of an area mean.
package intake

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"marketbot/handlers/sheet"
	"marketbot/store"
)

// batch is how many rows one transaction enters.
const batch = 50

// Area is an area that takes in what was kept in tables before.
type Area interface {
	Imports() []Kind
}

// Kind is one kind of import.
type Kind struct {
	Name     string // 客户: as it is asked for
	Unit     string // 个客户: as rows of it are counted
	Read     func(*sheet.File) (*Book, error)
	Template func() ([]byte, error) // an empty workbook, as Read takes it
}

// Book is a file as it was read, before anything was compared with the store.
type Book struct {
	Notes []string // about the file as a whole, for people
	Rows  []Row
}

// Row is what is to be entered at once.
type Row struct {
	Line int // as people count
	Name string
	Problems
	Take func(context.Context, *store.Tx, Import) (Outcome, error) // not asked where something is wrong
}

// Problems is what is to be said of a row; of each kind a few are enough.
type Problems struct {
	Wrong  []string // why it is not entered
	Warned []string // what is entered otherwise than it stands there
}

const maxProblems = 8

// Fail says what is wrong with a row.
func (p *Problems) Fail(format string, args ...any) {
	if len(p.Wrong) < maxProblems {
		p.Wrong = append(p.Wrong, fmt.Sprintf(format, args...))
	}
}

// Warn says what is not entered as it stands.
func (p *Problems) Warn(format string, args ...any) {
	if len(p.Warned) < maxProblems {
		p.Warned = append(p.Warned, fmt.Sprintf(format, args...))
	}
}

// Result is how a row ended.
type Result string

// The results of a row, as people read them.
const (
	New   Result = "可导入" // the trial run's Done
	Done  Result = "已导入"
	Known Result = "跳过" // it is there already
	Wrong Result = "有错"
)

// Outcome is how a row ended, and why.
type Outcome struct {
	Result  Result
	Text    string // names and numbers only, no other content
	Differs bool   // what is there already says something else
}

// There is the outcome of a row that is there already; others names what it says
// otherwise, which nobody has changed.
func There(text string, others ...string) Outcome {
	if len(others) > 0 {
		text += "，但" + strings.Join(others, "、") + "和这里的不一样，没有改"
	}
	return Outcome{Result: Known, Text: text, Differs: len(others) > 0}
}

// Import is one run of a kind.
type Import struct {
	DB    *store.DB
	By    store.Person // who answers for it
	File  string       // its name, for the source of what is entered
	Apply bool         // otherwise only says what it would do
	Now   time.Time
	Step  func(done int) // hears how many rows are through; may be nil
}

// Run goes through the rows. The report is as good as it got when there is an
// error, which is ours or the store's.
func (i Import) Run(ctx context.Context, rows []Row) (*Report, error) {
	report := &Report{apply: i.Apply, count: map[Result]int{}}
	do := i.DB.View
	if i.Apply {
		do = i.DB.Update
	}
	for done := 0; done < len(rows); {
		these := rows[done:min(len(rows), done+batch)]
		var lines []line
		err := ctx.Err() // whoever stops it need not wait for the rest
		if err == nil {
			err = do(ctx, func(tx *store.Tx) (err error) {
				lines, err = i.take(ctx, tx, these)
				return err
			})
		}
		if err != nil {
			return report, fmt.Errorf("import rows %d to %d: %w", these[0].Line, these[len(these)-1].Line, err)
		}
		report.add(lines)
		if done += len(these); i.Step != nil {
			i.Step(done)
		}
	}
	return report, nil
}

func (i Import) take(ctx context.Context, tx *store.Tx, rows []Row) ([]line, error) {
	var lines []line
	for _, r := range rows {
		l := line{row: r, outcome: Outcome{Result: Wrong}}
		if len(r.Wrong) == 0 {
			var err error
			if l.outcome, err = r.Take(ctx, tx, i); err != nil {
				return nil, err
			}
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// Open reads a file of a kind. Its error is a *[sheet.Unreadable], or the
// reader's.
func (k Kind) Open(r io.Reader) (*Book, error) {
	f, err := sheet.Open(r)
	if err != nil {
		return nil, err
	}
	return k.Read(f)
}
