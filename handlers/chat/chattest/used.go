package chattest

import (
	"errors"
	"strings"
	"testing"

	"marketbot/handlers/chat"
)

// usedCardSaysSo: what came of its buttons stands in their place, and is no message
// of its own.
func usedCardSaysSo(t *testing.T, w world) {
	e, can := w.p.(chat.Editor)
	if !can {
		return
	}
	for i, secret := range []bool{false, true} {
		show := func(m chat.Message, old, key string) (string, error) {
			t.Helper()
			payload, err := w.p.Render(t.Context(), w.person(), m, nil)
			if err != nil {
				return "", err
			}
			return e.Show(t.Context(), w.person(), payload, key+string(rune('a'+i)), old)
		}
		m := chat.Message{About: "A12", Secrecy: chat.Secrecy{Confidential: secret}, Card: &chat.Card{
			Title: "申请 A12", Blocks: []chat.Block{{Text: "段"}}, Buttons: []chat.Button{{Label: "批准", Command: "批准 A12"}, {Label: "驳回", Command: "驳回 A12"}},
		}}
		id, err := show(m, "", "used/")
		if err != nil {
			t.Fatal(err)
		}
		before := w.Messages(w.person())
		used := m.Card.Used("已由陈总（总经理）于 11月27日 周五 10:30 批准 " + hostile[0])
		m.About, m.Card = "", &used
		if id == "" {
			staysAsItIs(t, m, show)
			continue
		}
		for range 2 { // the answer may be lost
			if _, err := show(m, id, "used/now/"); err != nil {
				t.Fatal(err)
			}
		}
		all := w.Messages(w.person())
		if len(all) != len(before) {
			t.Fatalf("%d messages are seen after one was changed, want %d", len(all), len(before))
		}
		was, now := before[len(before)-1], all[len(all)-1]
		if now.ID != was.ID || len(now.Buttons) > 0 || !strings.Contains(now.Text, used.Done) || len(now.Mentions)+len(now.Links) > 0 || now.Locked != was.Locked {
			t.Errorf("a used card is seen as %+v", now)
		}
	}
}

// staysAsItIs: what the platform lets be, it refuses for good to change.
func staysAsItIs(t *testing.T, m chat.Message, show func(m chat.Message, old, key string) (string, error)) {
	t.Helper()
	_, err := show(m, "no card of ours", "used/not/")
	var refused *chat.SendError
	if !errors.As(err, &refused) || refused.Failure == chat.Busy || refused.Failure == chat.Uncertain {
		t.Errorf("what cannot be changed ends with %v", err)
	}
}
