package chat

import (
	"slices"
	"strings"

	"marketbot/handlers/text"
)

// Shown is the message as it is owed: whatever people wrote in it cannot look
// like a line of the bot's own. What is one line by its nature is one line, the
// further lines of a fact's value bear the mark of [text.Said], and nothing turns,
// hides or pushes away the words around it. The paragraphs are the areas': words
// of people in them go through [text.Said] or [text.Continued] first.
//
// Command lines stay, and so do options, which are compared with what comes back.
func (m Message) Shown() Message {
	m.Text, m.Summary = text.Shown(m.Text), text.Shown(m.Summary)
	if m.Card != nil {
		c := *m.Card
		c.Title, c.Done, c.Blocks = oneLine(c.Title), oneLine(c.Done), slices.Clone(c.Blocks)
		for i := range c.Blocks {
			c.Blocks[i] = c.Blocks[i].shown()
		}
		c.Buttons = slices.Clone(c.Buttons)
		for i := range c.Buttons {
			c.Buttons[i] = c.Buttons[i].shown()
		}
		if c.Form != nil {
			c.Form = c.Form.shown()
		}
		m.Card = &c
	}
	return m
}

// shown keeps the command line as it is, but what is to be typed is one line.
func (b Button) shown() Button {
	b.Label = oneLine(b.Label)
	if line := b.Line(); strings.Contains(text.Shown(line), "\n") {
		b.Typed = strings.ReplaceAll(text.Shown(line), "\n", " ")
	}
	return b
}

func (b Block) shown() Block {
	b.Text, b.Note, b.Facts = text.Shown(b.Text), text.Shown(b.Note), slices.Clone(b.Facts)
	for i, f := range b.Facts {
		b.Facts[i] = Fact{oneLine(f.Label), text.Continued(f.Value)}
	}
	if b.Table != nil {
		t := Table{Heads: oneLines(b.Table.Heads)}
		for _, row := range b.Table.Rows {
			t.Rows = append(t.Rows, oneLines(row))
		}
		b.Table = &t
	}
	if b.Fold != nil {
		b.Fold = &Folded{oneLine(b.Fold.Title), text.Shown(b.Fold.Text)}
	}
	if b.Chart != nil {
		c := *b.Chart
		c.Title, c.AsOf, c.Categories, c.Series = oneLine(c.Title), oneLine(c.AsOf), oneLines(c.Categories), slices.Clone(c.Series)
		for i := range c.Series {
			c.Series[i].Name = oneLine(c.Series[i].Name)
		}
		b.Chart = &c
	}
	return b
}

func (f Form) shown() *Form {
	f.Fields = slices.Clone(f.Fields)
	for i := range f.Fields {
		one := &f.Fields[i]
		one.Label, one.Hint, one.Value = oneLine(one.Label), oneLine(one.Hint), text.Shown(one.Value)
	}
	f.Submit = oneLine(f.Submit)
	return &f
}

// oneLine is a text that is one line wherever it stands.
func oneLine(s string) string { return text.Line(text.Shown(s)) }

func oneLines(list []string) []string {
	shown := make([]string, len(list))
	for i, s := range list {
		shown[i] = oneLine(s)
	}
	return shown
}
