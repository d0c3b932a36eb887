package feishu

import (
	"bytes"
	"fmt"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

// draft is a card being filled until it is full.
type draft struct {
	endless  bool // nothing is weighed: most cards are far from full
	elements []any
	bytes    int // still free
	tags     int // still free
	tables   int
	charts   int
}

// cost measures an element as the platform does.
func (d *draft) cost(element any) (bytes_, tags int) {
	if d.endless {
		return 0, 0
	}
	return measure(encode(element))
}

// measure weighs what is encoded, by the runeWeight of its characters.
func measure(element []byte) (bytes_, tags int) {
	quoted := bytes.Count(element, []byte(`"`)) + bytes.Count(element, []byte(`\`))
	return len(element) + 3*quoted + 1, bytes.Count(element, []byte(`"tag":"`))
}

func (d *draft) reserve(elements ...any) {
	for _, e := range elements {
		size, tags := d.cost(e)
		d.bytes -= size
		d.tags -= tags
	}
}

func (d *draft) add(element any) bool {
	size, tags := d.cost(element)
	if size > d.bytes || tags > d.tags {
		return false
	}
	d.bytes -= size
	d.tags -= tags
	d.elements = append(d.elements, element)
	return true
}

// addText adds as much of a text as there is room for; make builds the element
// around it.
func (d *draft) addText(text string, make func(string) any) (whole bool) {
	if strings.TrimSpace(text) == "" {
		return true
	}
	size, tags := d.cost(make(""))
	if tags > d.tags || size >= d.bytes {
		return false
	}
	if d.endless {
		return d.add(make(text))
	}
	head, whole := fit(text, d.bytes-size)
	return head != "" && d.add(make(head)) && whole
}

// addBlock adds a block and reports whether all of it went in.
func (d *draft) addBlock(b chat.Block) bool {
	asDiv := func(text string) any { return div(text) }
	switch {
	case b.Text != "":
		return d.addText(b.Text, asDiv)
	case b.Note != "":
		return d.addText(b.Note, func(text string) any { return note(text) })
	case len(b.Facts) > 0:
		lines := make([]string, len(b.Facts))
		for i, f := range b.Facts {
			lines[i] = f.Label + "：" + f.Value
		}
		return d.addText(strings.Join(lines, "\n"), asDiv)
	case b.Table != nil && d.tables < maxTables && len(b.Table.Heads) <= maxColumns && len(b.Table.Heads) > 0:
		return d.addTable(b.Table)
	case b.Table != nil:
		return d.addText(tableText(b.Table), asDiv)
	case b.Chart != nil:
		return d.addChart(*b.Chart)
	case b.Fold != nil:
		return d.addText(b.Fold.Text, func(part string) any {
			return panelElement{"collapsible_panel", false, panelHeader{plain(text.Cut(b.Fold.Title, titleRunes))}, []any{div(part)}}
		})
	}
	return true
}

func (d *draft) addTable(t *chat.Table) bool {
	element := tableElement{Tag: "table", PageSize: 10, Rows: []map[string]string{}}
	for i, head := range t.Heads {
		element.Columns = append(element.Columns, tableColumn{columnName(i), text.Cut(head, labelRunes), "text"})
	}
	size, tags := d.cost(element)
	if size > d.bytes || tags > d.tags {
		return false
	}
	d.tables++
	whole := true
	for _, row := range t.Rows {
		cells := make(map[string]string, len(row))
		for i := range t.Heads {
			if i < len(row) {
				cells[columnName(i)] = row[i]
			}
		}
		more, _ := d.cost(cells)
		if size += more; size > d.bytes {
			whole = false
			break
		}
		element.Rows = append(element.Rows, cells)
	}
	return d.add(element) && whole
}

func columnName(i int) string { return fmt.Sprintf("c%d", i) }

// tableText is a table as lines, where the card may hold no more tables.
func tableText(t *chat.Table) string {
	lines := []string{strings.Join(t.Heads, " | ")}
	for _, row := range t.Rows {
		lines = append(lines, strings.Join(row, " | "))
	}
	return strings.Join(lines, "\n")
}
