package staff

import (
	"context"
	"slices"
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

// receiving are the posts to which reminders and escalations go.
var receiving = []store.Post{store.Supervisor, store.MarketingDirector, store.GeneralManager}

// vacancy says who stands in for a receiving post without a holder; empty when
// there is nothing to say. It begins on a line of its own.
func vacancy(ctx context.Context, tx *store.Tx, post store.Post) (string, error) {
	if !slices.Contains(receiving, post) {
		return "", nil
	}
	people, vacant, err := command.Reach(ctx, tx, post)
	switch {
	case err != nil || !vacant:
		return "", err
	case len(people) == 0:
		return "\n" + string(post) + "没有人，上面的岗位也没有人，提醒和上报没人收。请安排：人员 岗位 姓名 " + string(post), nil
	default:
		return "\n" + string(post) + "没有人，提醒和上报先转给" + people[0].Name + "（" + string(people[0].Post) + "）。", nil
	}
}

// joined puts names into a sentence; a long list is cut, its number said.
func joined(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, "、")
	}
	return strings.Join(names[:most], "、") + " 等 " + number(len(names)) + " 人"
}
