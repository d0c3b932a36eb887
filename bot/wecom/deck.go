package wecom

import (
	"crypto/rand"
	"strings"
	"sync"
)

// deck remembers the cards that were shown lately, so that one that is pressed
// can be shown again with a sign at the button. Of an older one, or after a
// restart, nothing changes on the screen.
type deck struct {
	mu    sync.Mutex
	cards map[string]templateCard // by task
	tasks []string                // oldest first
}

// deckMost is how many cards are remembered.
const deckMost = 512

func (d *deck) add(card templateCard) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cards == nil {
		d.cards = map[string]templateCard{}
	}
	d.cards[card.Task] = card
	if d.tasks = append(d.tasks, card.Task); len(d.tasks) > deckMost {
		delete(d.cards, d.tasks[0])
		d.tasks = d.tasks[1:]
	}
}

// press is the card after one of its buttons was pressed, under a task of its
// own: none may come twice.
func (d *deck) press(task, command string) (templateCard, bool) {
	d.mu.Lock()
	card, ok := d.cards[task]
	d.mu.Unlock()
	if !ok {
		return card, false
	}
	mark, _, _ := strings.Cut(task, "-")
	card = card.pressed(command)
	card.Task = newTask(mark)
	return card, true
}

// newTask is a card's task; the mark is that of the words before it.
func newTask(mark string) string { return mark + "-" + rand.Text() }
