package feishu

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// What a card may hold. The platform's limits are 200 elements, 5 tables and
// 30 KB of the whole request; a little is kept free for what Send adds.
const (
	maxBytes   = 29 * 1024
	maxTags    = 195
	maxTables  = 5
	maxColumns = 50
	maxCharts  = 5

	titleRunes = 200
	labelRunes = 100
	valueRunes = 1000 // of an input
	maxOptions = 80

	cutNote = "…（内容过长，已截断）"
)

// The elements of card JSON 2.0 that the bot uses. An unknown property is an
// error there, so that a type holds exactly what its tag allows. Words of
// people stand in plain_text only, which neither mentions nor links.
type (
	cardJSON struct {
		Schema string      `json:"schema"`
		Config cardConfig  `json:"config"`
		Header *cardHeader `json:"header,omitempty"`
		Body   cardBody    `json:"body"`
	}
	cardConfig struct {
		UpdateMulti   bool         `json:"update_multi"`
		EnableForward bool         `json:"enable_forward"`
		WidthMode     string       `json:"width_mode,omitempty"`
		Summary       *cardSummary `json:"summary,omitempty"`
	}
	cardSummary struct {
		Content string `json:"content"`
	}
	cardHeader struct {
		Title    plainText `json:"title"`
		Template string    `json:"template,omitempty"`
	}
	cardBody struct {
		Elements []any `json:"elements"`
	}
	plainText struct {
		Tag       string `json:"tag"`
		Content   string `json:"content"`
		TextSize  string `json:"text_size,omitempty"`
		TextColor string `json:"text_color,omitempty"`
	}
	divElement struct {
		Tag  string    `json:"tag"`
		Text plainText `json:"text"`
	}
	tableElement struct {
		Tag      string              `json:"tag"`
		PageSize int                 `json:"page_size"`
		Columns  []tableColumn       `json:"columns"`
		Rows     []map[string]string `json:"rows"`
	}
	tableColumn struct {
		Name        string `json:"name"`
		DisplayName string `json:"display_name"`
		DataType    string `json:"data_type"`
	}
	panelElement struct {
		Tag      string      `json:"tag"`
		Expanded bool        `json:"expanded"`
		Header   panelHeader `json:"header"`
		Elements []any       `json:"elements"`
	}
	panelHeader struct {
		Title plainText `json:"title"`
	}
	chartElement struct {
		Tag         string    `json:"tag"`
		AspectRatio string    `json:"aspect_ratio"`
		Height      string    `json:"height,omitempty"` // in place of the ratio
		Spec        chartSpec `json:"chart_spec"`
	}
	columnsElement struct {
		Tag      string          `json:"tag"`
		FlexMode string          `json:"flex_mode"`
		Columns  []columnElement `json:"columns"`
	}
	columnElement struct {
		Tag      string `json:"tag"`
		Width    string `json:"width"`
		Elements []any  `json:"elements"`
	}
	buttonElement struct {
		Tag            string     `json:"tag"`
		Text           plainText  `json:"text"`
		Type           string     `json:"type"`
		Name           string     `json:"name,omitempty"`
		FormActionType string     `json:"form_action_type,omitempty"`
		Behaviors      []behavior `json:"behaviors"`
	}
	behavior struct {
		Type  string  `json:"type"`
		Value carried `json:"value"`
	}
	// carried comes back with a press. It is visible to clients and must be an
	// object; the event does not tell a group from a private chat, nor what is in
	// a topic, so g does.
	carried struct {
		Command string `json:"c"`
		In      place  `json:"g,omitempty"`
	}
	formElement struct {
		Tag      string `json:"tag"`
		Name     string `json:"name"`
		Elements []any  `json:"elements"`
	}
	inputElement struct {
		Tag           string     `json:"tag"`
		Name          string     `json:"name"`
		Required      bool       `json:"required"`
		Label         plainText  `json:"label"`
		LabelPosition string     `json:"label_position"`
		Placeholder   *plainText `json:"placeholder,omitempty"`
		DefaultValue  string     `json:"default_value,omitempty"`
		Width         string     `json:"width"`
		MaxLength     int        `json:"max_length"`
		InputType     string     `json:"input_type"`
		Rows          int        `json:"rows,omitempty"`
	}
	selectElement struct {
		Tag          string         `json:"tag"`
		Name         string         `json:"name"`
		Required     bool           `json:"required"`
		Placeholder  plainText      `json:"placeholder"`
		InitialIndex int            `json:"initial_index,omitempty"` // counted from 1
		Width        string         `json:"width"`
		Options      []selectOption `json:"options"`
	}
	selectOption struct {
		Text  plainText `json:"text"`
		Value string    `json:"value"`
	}
)

// encode marshals without the HTML escapes, which would count six bytes for
// one against the platform's limit.
func encode(v any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // only strings, numbers and slices of them are encoded
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// runeWeight is how many bytes a character takes within the request: it is quoted
// once in the card and once more in the message's content.
func runeWeight(r rune) int {
	switch {
	case r == '"' || r == '\\':
		return 4
	case r == '\n' || r == '\r' || r == '\t' || r == '\b' || r == '\f':
		return 3
	case r < ' ' || r == '\u2028' || r == '\u2029' || r == utf8.RuneError: // \u and four digits
		return 7
	}
	return utf8.RuneLen(r)
}

// fit cuts a text to what room holds.
func fit(text string, room int) (head string, whole bool) {
	for i, r := range text {
		if room -= runeWeight(r); room < 0 {
			return text[:i], false
		}
	}
	return text, true
}

func plain(text string) plainText { return plainText{Tag: "plain_text", Content: text} }

func div(text string) divElement { return divElement{"div", plain(text)} }

func note(text string) divElement {
	d := div(text)
	d.Text.TextSize, d.Text.TextColor = "notation", "grey"
	return d
}
