package handlerstest

import (
	"strings"
	"testing"

	"marketbot/handlers/chat"
)

// Told is who hears what of some notices, by name.
func (o *Office) Told(list []chat.Notice) map[string]string {
	words := map[string]string{}
	for _, n := range list {
		for name, p := range o.People {
			if p.ID == n.To {
				words[name] += Flat(n.Message) + "\n"
			}
		}
	}
	return words
}

// Owed is what somebody owes or waits for in words, each with what its button
// does.
func (o *Office) Owed(name string) (words string) {
	o.T.Helper()
	for _, i := range o.Owes(name) {
		words += i.Text
		if i.Button != nil {
			words += " [" + i.Button.Command + "]"
		}
		words += "\n"
	}
	return words
}

// Flat is all the words of a message.
func Flat(m chat.Message) string {
	words := m.Text
	if m.File != nil {
		words += m.File.Name
	}
	if m.Card == nil {
		return words
	}
	words += m.Card.Title + "\n"
	for _, x := range m.Card.Blocks {
		words += block(x)
	}
	if m.Card.Form != nil {
		for _, f := range m.Card.Form.Fields {
			words += f.Label + "=" + f.Value + "\n" + strings.Join(f.Options, "/") + "\n"
		}
	}
	words += m.Card.Done
	for _, x := range m.Card.Buttons {
		words += "[" + x.Label + ":" + x.Command + "]"
	}
	return words
}

func block(x chat.Block) string {
	words := x.Text + x.Note + "\n"
	for _, f := range x.Facts {
		words += f.Label + "=" + f.Value + "\n"
	}
	if x.Table != nil {
		for _, row := range x.Table.Rows {
			words += strings.Join(row, "|") + "\n"
		}
	}
	if x.Chart != nil {
		words += x.Chart.Words() + "\n"
	}
	if x.Fold != nil {
		words += x.Fold.Title + "\n" + x.Fold.Text + "\n"
	}
	return words
}

// Wants fails unless text has every fragment; one that begins with ! must be
// absent.
func Wants(t testing.TB, text string, fragments ...string) {
	t.Helper()
	for _, f := range fragments {
		if absent, not := strings.CutPrefix(f, "!"); not {
			Lacks(t, text, absent)
		} else if !strings.Contains(text, f) {
			t.Errorf("%q lacks %q", text, f)
		}
	}
}

// Lacks fails when text has one of the fragments.
func Lacks(t testing.TB, text string, fragments ...string) {
	t.Helper()
	for _, f := range fragments {
		if strings.Contains(text, f) {
			t.Errorf("%q has %q", text, f)
		}
	}
}
