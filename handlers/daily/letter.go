package daily

import (
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/words"
	"marketbot/store"
)

// maxButtons is how many buttons every platform shows.
const maxButtons = 6

// madeUp marks what comes late because an area had failed.
const madeUp = "补："

// notices are the letters as they go out; mark stands in front of each.
func notices(day store.Day, letters []Letter, mark string) []chat.Notice {
	var list []chat.Notice
	for _, l := range letters {
		key := "daily/" + string(day)
		switch {
		case l.Alarm:
			key = l.Lines[0].Key
		case mark != "":
			key += "/again"
		}
		some := audience.Same(key, []store.Person{l.To}, l.message(mark))
		some[0].Urgent = l.Alarm
		list = append(list, some...)
	}
	return list
}

// message is a letter in words. A single line without a button stays one line.
func (l Letter) message(mark string) chat.Message {
	var m chat.Message
	m.Confidential = slices.ContainsFunc(l.Lines, func(l Line) bool { return l.Harmless != "" })
	if m.Confidential {
		m.Summary = l.summary(mark)
	}
	if len(l.Lines) == 1 && l.More == 0 && l.Lines[0].Label == "" {
		m.Text = mark + l.Lines[0].said(true)
		return m
	}
	card := chat.Card{Title: mark + l.title(), Tone: chat.Warn}
	for i, line := range l.Lines {
		button := line.Label != "" && len(card.Buttons) < maxButtons
		if button {
			card.Buttons = append(card.Buttons, chat.Button{Label: line.Label, Command: line.Command})
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: fmt.Sprintf("%d. %s", i+1, line.said(!button))})
	}
	if l.More > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Note: l.more()})
	}
	m.Card = &card
	return m
}

func (l Letter) title() string { return fmt.Sprintf("今日提醒（%d 条）", len(l.Lines)+l.More) }

func (l Letter) more() string { return words.More(l.More) + "，明天接着提醒。" }

// summary is the letter where a platform cannot keep a secret.
func (l Letter) summary(mark string) string {
	lines := []string{mark + l.title()}
	for i, line := range l.Lines {
		if line.Harmless != "" {
			line.Text, line.Command = line.Harmless, ""
		}
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, line.said(true)))
	}
	if l.More > 0 {
		lines = append(lines, l.more())
	}
	return strings.Join(lines, "\n")
}

// said is the line in words: why others hear it than it was meant for, and the
// command where it has no button.
func (l Line) said(typed bool) string {
	text := l.Text
	if why := l.For.Why(); why != "" {
		text += "（" + why + "，转给你）"
	}
	if typed && l.Command != "" {
		text += " → " + l.Command
	}
	return text
}
