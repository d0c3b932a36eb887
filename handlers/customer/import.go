package customer

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/vault"
)

// importBatch is how many customers one transaction enters.
const importBatch = 50

// ImportResult is how a row of an Excel ended.
type ImportResult string

// The results of a row, as people read them.
const (
	RowNew   ImportResult = "可导入" // without apply
	RowDone  ImportResult = "已导入"
	RowKnown ImportResult = "跳过" // there is a file already
	RowWrong ImportResult = "有错"
)

// ImportLine is what the report says of one row.
type ImportLine struct {
	Row    int // as people count
	Name   string
	Result ImportResult
	Text   string // why; names and numbers only, no other content
}

// String is the line as it is printed.
func (l ImportLine) String() string {
	s := fmt.Sprintf("第 %d 行\t%s\t%s", l.Row, l.Result, text.CutLine(l.Name, maxName))
	if l.Text != "" {
		s += "\t" + l.Text
	}
	return s
}

// Import enters the customers of an Excel.
type Import struct {
	DB    *store.DB
	By    store.Person // who answers for it: the entries are theirs where the Excel names nobody
	File  string       // the Excel's name, for the source of each fact
	Apply bool         // otherwise only says what it would do
	Now   time.Time
	Say   func(ImportLine) error // hears of each row in order
}

// Run goes through a book. A customer is entered with everything or not at all;
// one that has a file is passed over, so that an import that was cut off can be
// run again. It tells how many rows ended how.
func (h Handler) Run(ctx context.Context, i Import, book *Book) (map[ImportResult]int, error) {
	count := map[ImportResult]int{}
	say := func(lines []ImportLine) error {
		for _, l := range lines {
			count[l.Result]++
			if err := i.Say(l); err != nil {
				return err
			}
		}
		return nil
	}
	do := i.DB.View
	if i.Apply {
		do = i.DB.Update
	}
	for rows := book.rows; len(rows) > 0; {
		batch := rows[:min(len(rows), importBatch)]
		rows = rows[len(batch):]
		var lines []ImportLine
		err := do(ctx, func(tx *store.Tx) (err error) {
			lines, err = h.importBatch(ctx, tx, i, batch)
			return err
		})
		if err != nil {
			return count, fmt.Errorf("import rows %d to %d: %w", batch[0].line, batch[len(batch)-1].line, err)
		}
		if err := say(lines); err != nil {
			return count, err
		}
	}
	var strays []ImportLine
	for _, r := range book.strays {
		strays = append(strays, ImportLine{r.line, r.name(), RowWrong, strings.Join(r.wrong, "；")})
	}
	return count, say(strays)
}

func (h Handler) importBatch(ctx context.Context, tx *store.Tx, i Import, rows []bookRow) ([]ImportLine, error) {
	var lines []ImportLine
	for _, r := range rows {
		l, err := h.importRow(ctx, tx, i, r)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// importRow enters one customer, or says why not.
func (h Handler) importRow(ctx context.Context, tx *store.Tx, i Import, r bookRow) (ImportLine, error) {
	l := ImportLine{Row: r.line, Name: r.name(), Result: RowWrong}
	if r.future(i.Now) {
		r.fail("录入时间在将来")
	}
	if len(r.wrong) > 0 {
		l.Text = strings.Join(r.wrong, "；")
		return l, nil
	}
	known, err := h.knownNames(ctx, tx, r)
	if err != nil {
		return l, err
	}
	if len(known) > 0 {
		l.Result = RowKnown
		l.Text, err = knownText(ctx, tx, "已有档案 ", known[0])
		return l, err
	}
	if known, err = alike(ctx, tx, r.distinct()...); err != nil {
		return l, err
	}
	if len(known) > 0 { // nobody can be asked here
		l.Result = RowKnown
		l.Text, err = knownText(ctx, tx, "只差地名，像是已有档案 ", known[0])
		l.Text += "；不是同一家请用 新客户 录入"
		return l, err
	}
	owner, author, err := h.importPeople(ctx, tx, i, &r)
	if err != nil {
		return l, err
	}
	l.Result, l.Text = RowNew, strings.Join(r.warned, "；")
	if !i.Apply {
		return l, nil
	}
	l.Result = RowDone
	id, err := h.enterRow(ctx, tx, i, r, owner, author)
	l.Text = strings.Join(append([]string{id}, r.warned...), "；")
	return l, err
}

// knownNames are customers that bear the name of a row, or a former one. A
// short name may be that of several.
func (h Handler) knownNames(ctx context.Context, tx *store.Tx, r bookRow) ([]store.Customer, error) {
	for _, name := range r.distinct() {
		known, err := vault.Search(tx).Similar(ctx, vault.FoldName(name))
		if err != nil || len(known) > 0 {
			return known, err
		}
	}
	return nil, nil
}

func knownText(ctx context.Context, tx *store.Tx, how string, c store.Customer) (string, error) {
	text := how + c.ID
	if c.Owner == "" {
		return text, nil
	}
	owner, _, err := tx.People().ByID(ctx, c.Owner)
	return text + "，负责人 " + owner.Name, err
}

// importPeople finds the owner and the original author of a row. Who is not
// registered is said, and the author's name is kept in the sources.
func (h Handler) importPeople(ctx context.Context, tx *store.Tx, i Import, r *bookRow) (owner, author store.Person, err error) {
	author = i.By
	if name := r.extra[fieldOwner]; name != "" {
		var active bool
		if owner, active, err = tx.People().Named(ctx, name); err != nil {
			return owner, author, err
		}
		if !active || !rulebook.Allows(rulebook.EnterCustomers, owner) {
			r.warn("负责人「%s」不在册或不能负责客户，先没有负责人", name)
			owner = store.Person{}
		}
	}
	name := r.extra[columnAuthor]
	if name == "" {
		return owner, author, nil
	}
	p, found, err := tx.People().Named(ctx, name)
	if err == nil && !found {
		p, found, err = tx.People().StoppedNamed(ctx, name)
	}
	if err != nil {
		return owner, author, err
	}
	if !found {
		r.warn("录入人「%s」不在册，写在来源里", name)
		return owner, author, nil
	}
	return owner, p, nil
}
