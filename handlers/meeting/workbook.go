package meeting

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/pdf"
	"marketbot/handlers/sheet"
	"marketbot/handlers/words"
	"marketbot/store"
)

// minutesRecipe names the workbook of minutes in a chat.File, packRecipe that of a
// pack.
const (
	minutesRecipe = "minutes"
	printedRecipe = "minutes-pdf" // the same as pages
	packRecipe    = "pack"
)

// Files are the files that the area makes, by the name of their recipe.
func (h Handler) Files() map[string]command.Maker {
	return map[string]command.Maker{minutesRecipe: h.minutesExcel, printedRecipe: h.minutesPages, packRecipe: h.packBook}
}

// minutesExcel makes the workbook of minutes for its reader.
func (h Handler) minutesExcel(ctx context.Context, tx *store.Tx, arg string) ([]byte, error) {
	b, err := h.minutesBook(ctx, tx, arg)
	if err != nil {
		return nil, err
	}
	return b.Write()
}

// minutesPages makes the pages of minutes for their reader.
func (h Handler) minutesPages(ctx context.Context, tx *store.Tx, arg string) ([]byte, error) {
	b, err := h.minutesBook(ctx, tx, arg)
	if err != nil {
		return nil, err
	}
	return pdf.Write(b)
}

// minutesBook are minutes for their reader.
func (h Handler) minutesBook(ctx context.Context, tx *store.Tx, arg string) (b sheet.Book, err error) {
	asked, err := command.ReadRecipe(ctx, tx, arg, 2, h.Rules.Zone)
	if err != nil {
		return b, err
	}
	var version int
	if _, err := fmt.Sscan(asked.Of[1], &version); err != nil {
		return b, fmt.Errorf("make %s %q: %w", minutesRecipe, arg, err)
	}
	r, found, err := readMinutes(ctx, tx, asked.Of[0], version)
	if err != nil || !found {
		return b, fmt.Errorf("make %s %q: found %v: %w", minutesRecipe, arg, found, err)
	}
	return sheet.Book{
		Company: h.Rules.Company, Period: r.Title, Sheets: r.sheets(asked.Reader, h),
		About: sheet.About{Made: asked.At, AsOf: words.Moment(r.Closed.In(h.Rules.Zone)), Version: fmt.Sprintf("v%d", r.Version), Reader: asked.Reader.Name, Trace: asked.Trace},
	}, nil
}

// sheets are 月会纪要 and what became of what was decided before.
func (r record) sheets(reader store.Person, h Handler) []sheet.Sheet {
	counts, who := r.came()
	items := sheet.Sheet{Tab: "月会纪要", Name: "会议纪要", Columns: heads("编号", "议题", "来源", "讨论要点", "结论", "负责人", "协办", "期限"), Sign: true, Notes: []sheet.Note{
		{Label: "时间", Text: r.when(h.Rules.Zone)}, {Label: "地点", Text: r.Place}, {Label: "主持", Text: r.Chair}, {Label: "记录", Text: "市场部助手"}, {Label: "应到/实到/请假", Text: counts}, {Label: "到会情况", Text: strings.Join(who, "；")},
	}}
	var rows [][]sheet.Value
	for _, i := range r.Items {
		subject := i.Title
		for _, l := range i.Lines {
			if seesLine(reader, l) {
				subject += "\n" + l.Text
			}
		}
		var talks, helpers []string
		for _, t := range i.Talks {
			if whole(reader) || t.By.ID == reader.ID {
				talks = append(talks, t.By.Name+" "+h.clock(t.At)+"："+t.Words)
			}
		}
		for _, n := range i.Helpers {
			helpers = append(helpers, n.Name)
		}
		said, due := string(i.State), sheet.Value{}
		if i.State == store.ItemDecided {
			said += " " + i.Decision
		}
		if i.unread() {
			said += unread
		}
		if i.Words != "" && i.concerns(reader) {
			said += "：" + i.Words
		}
		if i.Due != "" && i.State != store.ItemNoted {
			due = sheet.Day(i.Due.Start(time.UTC))
		}
		rows = append(rows, []sheet.Value{
			sheet.Text(i.Code), sheet.Text(subject), sheet.Text(i.Source), sheet.Text(strings.Join(talks, "\n")), sheet.Text(said), sheet.Text(i.Owner.Name), sheet.Text(strings.Join(helpers, "、")), due,
		})
	}
	items.Groups = sheet.Rows(rows...)
	return []sheet.Sheet{items, r.earlier(reader, h.Rules.Zone)}
}

// earlier is what became of what was decided before, as a reader may see it.
func (r record) earlier(reader store.Person, zone *time.Location) sheet.Sheet {
	var rows [][]sheet.Value
	for _, d := range r.Earlier {
		said, done := "", sheet.Value{}
		if whole(reader) || d.Owner.ID == reader.ID || slices.Contains(d.Helpers, reader.ID) {
			said = d.Words
		}
		if !d.Done.IsZero() {
			done = sheet.Day(d.Done.In(zone))
		}
		due := string(d.Due)
		if d.Moved > 0 {
			due += fmt.Sprintf("（原定 %s，改期 %d 次）", d.First, d.Moved)
		}
		rows = append(rows, []sheet.Value{sheet.Text(d.Code), sheet.Text(said), sheet.Text(d.Owner.Name), sheet.Text(due), done, sheet.Text(string(d.State))})
	}
	return sheet.Sheet{Tab: "上次决议", Name: "上次决议", Columns: heads("编号", "内容", "负责人", "期限（改期）", "完成日", "状态"), Groups: sheet.Rows(rows...)}
}

func heads(names ...string) (list []sheet.Column) {
	for _, n := range names {
		list = append(list, sheet.Column{Head: n})
	}
	return list
}
