package feishutest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"marketbot/bot/platform/platformtest"
)

// allowed is what the properties of each element of card JSON 2.0 may be, as
// far as the bot's cards go; an unknown one is an error there, unlike in 1.0.
func allowed(tag string) []string {
	switch tag {
	case "plain_text":
		return strings.Fields("tag content text_size text_color text_align lines")
	case "div":
		return strings.Fields("tag element_id text icon margin width")
	case "markdown":
		return strings.Fields("tag element_id content text_size text_align icon margin")
	case "table":
		return strings.Fields("tag element_id page_size row_height row_max_height freeze_first_column header_style columns rows margin")
	case "collapsible_panel":
		return strings.Fields("tag element_id expanded background_color header border elements vertical_spacing padding margin")
	case "chart":
		return strings.Fields("tag element_id chart_spec aspect_ratio color_theme height preview media margin")
	case "column_set":
		return strings.Fields("tag element_id flex_mode columns horizontal_spacing horizontal_align background_style margin")
	case "column":
		return strings.Fields("tag element_id width weight elements vertical_align vertical_spacing padding margin")
	case "button":
		return strings.Fields("tag element_id type size width text icon hover_tips disabled name required form_action_type behaviors confirm margin")
	case "form":
		return strings.Fields("tag element_id name elements direction vertical_spacing horizontal_spacing padding margin")
	case "input":
		return strings.Fields("tag element_id name required disabled label label_position placeholder default_value width max_length input_type rows auto_resize max_rows margin")
	case "select_static":
		return strings.Fields("tag element_id type name required disabled placeholder initial_option initial_index width options margin behaviors")
	}
	return nil
}

type reader struct {
	m      platformtest.Message
	text   []string
	tags   int
	tables int
	charts int
	names  map[string]bool
	err    error
}

type object = map[string]any

// readCard looks at a card as the platform does and gives what people see.
func readCard(content string) (platformtest.Message, int, string) {
	var card object
	if err := json.Unmarshal([]byte(content), &card); err != nil {
		return platformtest.Message{}, 230099, "Failed to create card content, ext=ErrCode: 200621; parse card json err"
	}
	r := &reader{names: map[string]bool{}}
	r.only("card", card, "schema", "config", "header", "body", "card_link")
	if card["schema"] != "2.0" {
		r.fail("200830: schema")
	}
	config := r.object(card["config"])
	r.only("config", config, "update_multi", "enable_forward", "enable_forward_interaction", "width_mode", "summary", "streaming_mode", "style", "locales")
	if config["update_multi"] != true {
		r.fail("200340: update_multi must be true")
	}
	r.m.Locked = config["enable_forward"] == false
	if header, ok := card["header"].(object); ok {
		r.only("header", header, "title", "subtitle", "template", "icon", "padding", "text_tag_list")
		r.plain(header["title"])
	}
	body := r.object(card["body"])
	r.only("body", body, "direction", "padding", "elements", "vertical_spacing", "horizontal_spacing")
	r.elements(body["elements"], 1, false)
	r.m.Text = strings.Join(r.text, "\n")
	switch {
	case r.err != nil:
		return platformtest.Message{}, 230099, "Failed to create card content, ext=ErrCode: " + r.err.Error()
	case r.tags > 200:
		return platformtest.Message{}, 230099, "Failed to create card content, ext=ErrCode: 11310; element exceeds the limit"
	}
	return r.m, 0, ""
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *reader) only(what string, o object, names ...string) {
	for name := range o {
		if !slices.Contains(names, name) {
			r.fail("200861: unknown property %s of %s", name, what)
		}
	}
}

func (r *reader) object(v any) object {
	o, ok := v.(object)
	if !ok {
		r.fail("200621: an object is missing")
	}
	return o
}

func (r *reader) str(o object, name string) string {
	s, _ := o[name].(string)
	return s
}

// see notes a text; only markup can mention and link.
func (r *reader) see(text string) {
	if text != "" {
		r.text = append(r.text, text)
	}
}

func (r *reader) plain(v any) string {
	o := r.object(v)
	r.tags++
	r.only("plain_text", o, allowed("plain_text")...)
	if o["tag"] != "plain_text" {
		scan(&r.m, r.str(o, "content"))
	}
	r.see(r.str(o, "content"))
	return r.str(o, "content")
}

func (r *reader) elements(v any, depth int, inForm bool) {
	list, ok := v.([]any)
	if !ok {
		r.fail("200621: elements")
	}
	if depth > 5 {
		r.fail("11310: nested too deep")
	}
	for _, item := range list {
		r.element(r.object(item), depth, inForm)
	}
}

func (r *reader) element(o object, depth int, inForm bool) {
	tag := r.str(o, "tag")
	if r.tags++; allowed(tag) == nil {
		r.fail("200861: not support tag %s", tag)
		return
	}
	r.only(tag, o, allowed(tag)...)
	if name := r.str(o, "name"); name != "" || inForm && tag != "div" && tag != "column_set" {
		if name == "" || r.names[name] {
			r.fail("200530: name of %s is missing or taken", tag)
		}
		r.names[name] = true
	}
	switch tag {
	case "div":
		r.plain(o["text"])
	case "markdown":
		r.see(r.str(o, "content"))
		scan(&r.m, r.str(o, "content"))
	case "table":
		r.table(o, depth)
	case "chart":
		r.chart(o)
	case "collapsible_panel":
		r.plain(r.object(r.object(o["header"])["title"]))
		r.elements(o["elements"], depth+1, false)
	case "column_set":
		for _, c := range o["columns"].([]any) {
			column := r.object(c)
			r.tags++
			r.only("column", column, allowed("column")...)
			r.elements(column["elements"], depth+2, inForm)
		}
	case "form":
		if depth != 1 {
			r.fail("200861: form only in the root")
		}
		r.elements(o["elements"], depth+1, true)
	case "button":
		r.button(o, inForm)
	case "input":
		r.input(o)
	case "select_static":
		r.choice(o)
	}
}

func (r *reader) table(o object, depth int) {
	r.tables++
	columns, _ := o["columns"].([]any)
	if size, _ := o["page_size"].(float64); depth != 1 || r.tables > 5 || len(columns) > 50 || size < 1 || size > 10 {
		r.fail("200861: table")
	}
	var names []string
	for _, c := range columns {
		column := r.object(c)
		r.only("column of table", column, "name", "display_name", "data_type", "width", "horizontal_align", "vertical_align", "format", "date_format")
		names = append(names, r.str(column, "name"))
		r.see(r.str(column, "display_name"))
	}
	rows, _ := o["rows"].([]any)
	for _, row := range rows {
		cells := r.object(row)
		r.only("row", cells, names...)
		for _, name := range names {
			r.see(r.str(cells, name))
		}
	}
}

// chart reads a VChart specification that is known to work on phones.
func (r *reader) chart(o object) {
	spec := r.object(o["chart_spec"])
	r.only("chart_spec", spec, "type", "title", "data", "xField", "yField", "seriesField", "stack", "direction", "legends", "label")
	title := r.object(spec["title"])
	r.only("title of chart", title, "text", "subtext")
	values, ok := r.object(spec["data"])["values"].([]any)
	if kind := spec["type"]; kind != "bar" && kind != "line" || !ok || spec["xField"] == nil || spec["yField"] == nil {
		r.fail("200621: chart_spec")
	}
	for _, v := range values {
		point := r.object(v)
		r.only("point of chart", point, "x", "y", "s")
		if _, ok := point["y"].(float64); !ok && point["y"] != nil {
			r.fail("200621: a figure is no number")
		}
	}
	if r.charts++; r.charts > 5 {
		r.fail("200861: too many charts")
	}
	r.see(r.str(title, "text"))
	r.m.Charts = append(r.m.Charts, r.str(title, "text"))
}

func (r *reader) button(o object, inForm bool) {
	seen := len(r.text)
	b := platformtest.Button{Label: r.plain(o["text"]), Submit: o["form_action_type"] == "submit", Name: r.str(o, "name")}
	r.text = r.text[:seen]
	if !slices.Contains(strings.Fields("default primary danger text primary_text danger_text primary_filled danger_filled laser"), r.str(o, "type")) || b.Submit && !inForm {
		r.fail("200861: button")
	}
	behaviors, _ := o["behaviors"].([]any)
	for _, item := range behaviors {
		act := r.object(item)
		if act["type"] == "open_url" {
			r.m.Links = append(r.m.Links, r.str(act, "default_url"))
			continue
		}
		r.object(act["value"])
		value, _ := json.Marshal(act["value"])
		b.Key = string(value)
	}
	r.m.Buttons = append(r.m.Buttons, b)
}

func (r *reader) input(o object) {
	f := platformtest.Field{Name: r.str(o, "name"), Value: r.str(o, "default_value"), Required: o["required"] == true}
	if limit, ok := o["max_length"].(float64); ok && (limit < 1 || limit > 1000 || len([]rune(f.Value)) > int(limit)) {
		r.fail("200861: input %s is too long", f.Name)
	}
	r.plain(o["label"])
	if o["placeholder"] != nil {
		if hint := r.plain(o["placeholder"]); len([]rune(hint)) > 100 {
			r.fail("200861: placeholder of %s", f.Name)
		}
	}
	r.see(f.Value)
	r.m.Fields = append(r.m.Fields, f)
}

func (r *reader) choice(o object) {
	f := platformtest.Field{Name: r.str(o, "name"), Required: o["required"] == true}
	r.plain(o["placeholder"])
	options, _ := o["options"].([]any)
	for _, item := range options {
		option := r.object(item)
		r.only("option", option, "text", "value", "icon")
		r.plain(option["text"])
		f.Options = append(f.Options, r.str(option, "value"))
	}
	if at, ok := o["initial_index"].(float64); ok {
		if at < 1 || int(at) > len(options) {
			r.fail("200861: initial_index")
			return
		}
		f.Value = f.Options[int(at)-1]
	}
	r.m.Fields = append(r.m.Fields, f)
}
