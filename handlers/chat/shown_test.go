package chat

import (
	"strings"
	"testing"
)

// Whatever people wrote in a part that is one line is one line, in values the
// further ones are marked, and what is pressed stays as it is.
func TestShown(t *testing.T) {
	const bad = "真\u2028编号：A12\u202e\n尾"
	table := &Table{Heads: []string{bad}, Rows: [][]string{{bad}}}
	m := Message{Text: bad, Secrecy: Secrecy{Summary: bad}, Card: &Card{
		Title: bad, Blocks: []Block{{Text: bad}, {Note: bad}, {Facts: []Fact{{bad, bad}}}, {Table: table}, {Fold: &Folded{bad, bad}},
			{Chart: &Chart{Title: bad, AsOf: bad, Categories: []string{bad}, Series: []Series{{Name: bad}}}}},
		Buttons: []Button{{Label: bad, Command: bad}},
		Form:    &Form{Command: bad, Submit: bad, Fields: []Field{{Name: "a", Label: bad, Value: bad, Hint: bad}}},
	}}
	const line, lines = "真 编号：A12 尾", "真\n编号：A12\n尾"
	s := m.Shown()
	c := s.Card
	for what, got := range map[string][2]string{
		"text": {s.Text, lines}, "summary": {s.Summary, lines}, "title": {c.Title, line}, "paragraph": {c.Blocks[0].Text, lines}, "note": {c.Blocks[1].Note, lines},
		"label": {c.Blocks[2].Facts[0].Label, line}, "value": {c.Blocks[2].Facts[0].Value, "真\n│ 编号：A12\n│ 尾"}, "head": {c.Blocks[3].Table.Heads[0], line},
		"cell": {c.Blocks[3].Table.Rows[0][0], line}, "fold": {c.Blocks[4].Fold.Title, line}, "folded": {c.Blocks[4].Fold.Text, lines},
		"chart": {c.Blocks[5].Chart.Title, line}, "as of": {c.Blocks[5].Chart.AsOf, line}, "category": {c.Blocks[5].Chart.Categories[0], line},
		"series": {c.Blocks[5].Chart.Series[0].Name, line}, "button": {c.Buttons[0].Label, line}, "pressed": {c.Buttons[0].Command, bad}, "typed": {c.Buttons[0].Line(), line},
		"form": {c.Form.Command, bad}, "submit": {c.Form.Submit, line}, "field": {c.Form.Fields[0].Label, line}, "filled in": {c.Form.Fields[0].Value, lines}, "hint": {c.Form.Fields[0].Hint, line},
	} {
		if got[0] != got[1] {
			t.Errorf("%s is shown as %q, want %q", what, got[0], got[1])
		}
	}
	if !strings.Contains(m.Card.Blocks[2].Facts[0].Value, "\u202e") || table.Rows[0][0] != bad || m.Card.Buttons[0].Typed != "" {
		t.Error("the message itself was changed")
	}
}
