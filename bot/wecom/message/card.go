package message

import (
	"slices"
	"strings"
	"unicode/utf8"

	lru "github.com/hashicorp/golang-lru/v2"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

// What a template card shows without cutting; the platform advises shorter
// texts than it takes.
const (
	cardTitle   = 26 // characters
	cardText    = 112
	cardFacts   = 6
	factLabel   = 5
	factValue   = 26
	cardButtons = 6
	buttonRunes = 10
	buttonKey   = 1024 // bytes
)

// Card is a card with buttons (button_interaction) as the robot and
// the app take it. All its texts are plain text.
type Card struct {
	Kind    string       `json:"card_type"`
	Title   cardHead     `json:"main_title"`
	Text    string       `json:"sub_title_text,omitempty"`
	Facts   []cardFact   `json:"horizontal_content_list,omitempty"`
	Buttons []cardButton `json:"button_list"`
	Task    string       `json:"task_id"` // unique for ever
}

type cardHead struct {
	Title string `json:"title"`
	Desc  string `json:"desc,omitempty"`
}

type cardFact struct {
	Label string `json:"keyname"`
	Value string `json:"value"`
}

type cardButton struct {
	Label string `json:"text"`
	Style int    `json:"style"` // 1 blue, 2 grey with blue text, 3 grey with red text
	Key   string `json:"key"`   // the command line, which comes back when it is pressed
}

// ButtonCard is a card's buttons alone, for a message whose words stand in a
// text before it; nil when no button fits. What does not fit has to be typed,
// as that text says.
func ButtonCard(c *chat.Card, task string) *Card {
	if c == nil {
		return nil
	}
	out := &Card{Kind: "button_interaction", Title: cardHead{Title: inert(text.Cut(c.Title, cardTitle-1)), Desc: "点按钮，或照上一条回复"}, Task: task}
	if c.Title == "" {
		out.Title.Title = "请选择"
	}
	for _, b := range c.Buttons {
		if len(b.Command) <= buttonKey && len(out.Buttons) < cardButtons {
			out.Buttons = append(out.Buttons, cardButton{inert(text.Cut(b.Label, buttonRunes-1)), style(b), b.Command})
		}
	}
	if len(out.Buttons) == 0 {
		return nil
	}
	return out
}

func style(b chat.Button) int {
	switch {
	case b.Danger:
		return 3
	case b.Primary:
		return 1
	}
	return 2
}

// WholeCard is a message as one template card with everything in it, the words
// to type instead of each button too; nil when that does not fit uncut.
func WholeCard(m chat.Message, task string) *Card {
	c := m.Card
	if c == nil || c.Form != nil || c.Title == "" || len(c.Buttons) > cardButtons || slices.ContainsFunc(c.Buttons, long) {
		return nil
	}
	out := ButtonCard(c, task)
	if out == nil || len(out.Buttons) < len(c.Buttons) {
		return nil
	}
	out.Title.Desc = ""
	var lines []string
	if m.Text != "" {
		lines = append(lines, m.Text)
	}
	if runes(c.Title) > cardTitle {
		lines = append(lines, c.Title)
	}
	for _, b := range c.Blocks {
		if b.Facts != nil && out.addFacts(b.Facts) {
			continue
		}
		lines = append(lines, blockLines(b)...)
	}
	ways := []string{typed(c, ""), briefly(c)}
	if !slices.ContainsFunc(c.Buttons, func(b chat.Button) bool { return b.Label != b.Line() }) {
		ways = append(ways, "（也可以回复按钮上的字）")
	}
	for _, says := range ways {
		if text := strings.Join(append(lines[:len(lines):len(lines)], says), "\n"); runes(text) <= cardText {
			out.Text = inert(text)
			return out
		}
	}
	return nil
}

// long reports whether a button's label would be cut.
func long(b chat.Button) bool { return runes(b.Label) > buttonRunes }

// briefly is what to type instead of each button, in their order, where there is
// no room for more.
func briefly(c *chat.Card) string {
	all := make([]string, len(c.Buttons))
	for i, b := range c.Buttons {
		all[i] = b.Line()
	}
	return "或回复：" + strings.Join(all, " / ")
}

// addFacts puts facts below the text; false when they do not fit.
func (t *Card) addFacts(facts []chat.Fact) bool {
	if len(t.Facts)+len(facts) > cardFacts {
		return false
	}
	var list []cardFact
	for _, f := range facts {
		if runes(f.Label) > factLabel || runes(f.Value) > factValue || strings.Contains(f.Value, "\n") || f.Value == "" {
			return false
		}
		list = append(list, cardFact{inert(f.Label), inert(f.Value)})
	}
	t.Facts = append(t.Facts, list...)
	return true
}

// Pressed is the card after one of its buttons was pressed: that button says
// so, and all of them stay; where something came of it for good, done, which is
// said then, it alone does, because a card without any is none.
func (t Card) Pressed(command, done string) Card {
	t.Buttons = append([]cardButton(nil), t.Buttons...)
	for i, b := range t.Buttons {
		if b.Key == command && !strings.HasPrefix(b.Label, pressedSign) {
			t.Buttons[i].Label = pressedSign + b.Label
			if done != "" {
				t.Buttons, t.Title.Desc = t.Buttons[i:i+1], inert(done)
			}
			break
		}
	}
	return t
}

const pressedSign = "✓"

func runes(s string) int { return utf8.RuneCountInString(s) }

// maxShown is how many cards are remembered.
const maxShown = 512

// Deck makes a memory of the cards that were shown lately, by task, so that one
// that is pressed can be shown again with a sign at the button. Of an older one,
// or after a restart, nothing changes on the screen.
func Deck() *lru.Cache[string, Card] { return platform.Memory[string, Card](maxShown) }
