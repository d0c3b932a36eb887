package staff

import (
	"context"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// told is news for one person about something that just happened, so its key
// is as unique as the happening.
func told(tx *store.Tx, now time.Time, to, text string) chat.Notice {
	return chat.Notice{Key: "staff/" + tx.NewID(now) + "/" + to, To: to, Message: chat.Message{Text: text}}
}

// toldAll is the same news for several, but not for who caused it.
func toldAll(tx *store.Tx, now time.Time, to []store.Person, but, text string) []chat.Notice {
	var list []chat.Notice
	for _, p := range to {
		if p.ID != but {
			list = append(list, told(tx, now, p.ID, text))
		}
	}
	return list
}

// superiors are those to whom p reports, up the line when a post is vacant.
func superiors(ctx context.Context, tx *store.Tx, p store.Person) ([]store.Person, error) {
	above := rulebook.Superior(p.Post)
	if above == "" {
		return nil, nil
	}
	list, _, err := command.Reach(ctx, tx, above)
	return list, err
}

// joined puts names into a sentence; a long list is cut, its number said.
func joined(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, "、")
	}
	return strings.Join(names[:most], "、") + " 等 " + number(len(names)) + " 人"
}
