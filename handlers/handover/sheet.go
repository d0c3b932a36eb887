package handover

import (
	"context"
	"fmt"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/pdf"
	"marketbot/handlers/sheet"
	"marketbot/handlers/words"
	"marketbot/store"
)

// recipe names the 工作交接单 of a departure in a chat.File.
const (
	recipe        = "handover"
	printedRecipe = "handover-pdf" // the same as pages
)

// Files are the files that the area makes, by the name of their recipe.
func (h Handler) Files() map[string]command.Maker {
	return map[string]command.Maker{recipe: h.excel, printedRecipe: h.pages}
}

// excel makes the workbook of the 工作交接单 for its reader.
func (h Handler) excel(ctx context.Context, tx *store.Tx, arg string) ([]byte, error) {
	b, err := h.certificate(ctx, tx, arg)
	if err != nil {
		return nil, err
	}
	return b.Write()
}

// pages makes the pages of the 工作交接单 for their reader.
func (h Handler) pages(ctx context.Context, tx *store.Tx, arg string) ([]byte, error) {
	b, err := h.certificate(ctx, tx, arg)
	if err != nil {
		return nil, err
	}
	return pdf.Write(b)
}

// certificate is the 工作交接单 of a departure for its reader.
func (h Handler) certificate(ctx context.Context, tx *store.Tx, arg string) (b sheet.Book, err error) {
	asked, err := command.ReadRecipe(ctx, tx, arg, 1, h.Rules.Zone)
	if err != nil {
		return b, err
	}
	d, found, err := tx.Departures().Get(ctx, asked.Of[0])
	if err == nil && !found {
		err = fmt.Errorf("make %s: no such departure", recipe)
	}
	if err != nil {
		return b, err
	}
	e, err := leaving.Read(ctx, tx, h.Leaves, d, asked.At)
	if err != nil {
		return b, err
	}
	tab, err := h.sheet(ctx, tx, e)
	if err != nil {
		return b, err
	}
	return sheet.Book{
		Company: h.Rules.Company, Period: e.Leaver.Name, Sheets: []sheet.Sheet{tab},
		About: sheet.About{Made: asked.At, AsOf: words.Moment(asked.At), Version: "v1", Reader: asked.Reader.Name, Trace: asked.Trace},
	}, nil
}

// sheet is the 工作交接单: what was handed over to whom and when, what was not, the
// accounts, and who signed.
func (h Handler) sheet(ctx context.Context, tx *store.Tx, e leaving.Estate) (sheet.Sheet, error) {
	names := audience.NewNames(tx)
	var rows [][]sheet.Value
	for _, t := range e.Taken {
		who, err := names.Of(ctx, t.Taker)
		if err != nil {
			return sheet.Sheet{}, err
		}
		rows = append(rows, []sheet.Value{sheet.Text(t.Kind), sheet.Text(t.Ref), sheet.Text(t.Name), sheet.Text(who), sheet.Moment(t.At.In(h.Rules.Zone)), sheet.Text(string(t.State))})
	}
	for _, i := range e.Items {
		rows = append(rows, []sheet.Value{sheet.Text(i.Kind), sheet.Text(i.Ref), sheet.Text(i.Name), {}, {}, sheet.Text(i.Status())})
	}
	var columns []sheet.Column
	for _, head := range []string{"类别", "编号", "内容", "接收人", "接收时间", "状态"} {
		columns = append(columns, sheet.Column{Head: head})
	}
	notes := []sheet.Note{
		{Label: "离职人", Text: e.Leaver.Name}, {Label: "岗位", Text: string(e.Post)}, {Label: "提出日", Text: h.Rules.Day(e.Given).String()},
		{Label: "最后工作日", Text: e.Last.String() + shortText(e.Departure)}, {Label: "书面说明", Text: e.Words},
	}
	if e.Kind == store.Transfer {
		notes = append(notes, sheet.Note{Label: "新岗位", Text: string(e.To)})
	}
	signed := []struct {
		label, by string
		at        string
	}{{label: "账务", by: e.ClearedBy, at: accountWords(e)}, {label: "签字", by: e.ReleasedBy}}
	if !e.Cleared.IsZero() {
		signed[0].at += "，" + words.Moment(e.Cleared.In(h.Rules.Zone))
	}
	if e.Cleaning != "" {
		signed[0].at += "；" + strings.ReplaceAll(e.Cleaning, "\n", "；")
	}
	if !e.Released.IsZero() {
		signed[1].at = words.Moment(e.Released.In(h.Rules.Zone))
	}
	if e.Alone {
		signed[1].at += "，无人复核"
	}
	for _, s := range signed {
		text := s.at
		if s.by != "" {
			who, err := names.Of(ctx, s.by)
			if err != nil {
				return sheet.Sheet{}, err
			}
			text = who + "，" + s.at
		}
		notes = append(notes, sheet.Note{Label: s.label, Text: text})
	}
	return sheet.Sheet{Tab: "工作交接单", Name: "工作交接单", Columns: columns, Groups: sheet.Rows(rows...), Notes: notes, Sign: true}, nil
}
