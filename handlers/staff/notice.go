package staff

import (
	"context"
	"slices"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// news is what several people hear of something that just happened, so its key
// is as unique as the happening.
func news(tx *store.Tx, now time.Time, to []store.Person, text string) []chat.Notice {
	return audience.Same("staff/"+tx.NewID(now), to, chat.Message{Text: text})
}

// everywhere is what a person hears of a change that concerns them, on all
// accounts that they had until then: whoever is stopped hears it too, though
// nothing else any more. Who has none and is stopped cannot be told.
func everywhere(tx *store.Tx, now time.Time, p store.Person, had []chat.Account, text string) []chat.Notice {
	if len(had) == 0 && text == stoppedText {
		return nil
	}
	return []chat.Notice{{Key: "staff/" + tx.NewID(now), To: p.ID, Accounts: had, Message: chat.Message{Text: text}}}
}

// stoppedText is what somebody hears who was stopped.
const stoppedText = "你的登记已停用，不能再使用，也不再收到消息；记录都保留。如果弄错了，请找管理员恢复。"

// superiors are those to whom p reports, up the line when a post is vacant, but
// not who caused what they are told.
func superiors(ctx context.Context, tx *store.Tx, p store.Person, now time.Time, but string) ([]store.Person, error) {
	r, err := audience.Read(ctx, tx, store.DayOf(now))
	return audience.But(r.Standing(rulebook.Superior(p.Post)).To, but), err
}

// receiving are the posts to which reminders and escalations go.
var receiving = []store.Post{store.Supervisor, store.MarketingDirector, store.GeneralManager}

// vacancy says who stands in for a receiving post without a holder; empty when
// there is nothing to say. It begins on a line of its own.
func vacancy(r audience.Roll, post store.Post) string {
	a := r.Standing(post)
	switch {
	case !slices.Contains(receiving, post) || !a.Vacant:
		return ""
	case len(a.To) == 0:
		return "\n" + string(post) + "没有人，上面的岗位也没有人，提醒和上报没人收。请安排：人员 岗位 姓名 " + string(post)
	default:
		return "\n" + string(post) + "没有人，提醒和上报先转给" + a.To[0].Name + "（" + string(a.To[0].Post) + "）。"
	}
}

// vacated is vacancy after a change that was just made.
func vacated(ctx context.Context, tx *store.Tx, post store.Post, now time.Time) (string, error) {
	r, err := audience.Read(ctx, tx, store.DayOf(now))
	return vacancy(r, post), err
}

// maxNames is how many names stand in a sentence.
const maxNames = 8
