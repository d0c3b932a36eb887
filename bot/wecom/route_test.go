package wecom

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/bot/wecom/app"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/message"
	"marketbot/bot/wecom/robot"
	"marketbot/handlers/chat"
)

// Whatever ways there are, and whatever was learnt about a chat: what is
// confidential goes by the app, to one person, as safe text, or its summary does;
// and a message goes by a way that is there.
func TestSecretsGoByTheAppOnly(t *testing.T) {
	const secret = "13800000000"
	rapid.Check(t, func(t *rapid.T) {
		flip := rapid.Bool()
		var cfg Config
		if flip.Draw(t, "robot") {
			cfg.Robot = &robot.Config{BotID: "b", Secret: "s", Name: "小助"}
		}
		if flip.Draw(t, "app") {
			cfg.App = &app.Config{CorpID: "c", AgentID: 1, Secret: "s"}
		}
		if flip.Draw(t, "hook") || cfg.Robot == nil && cfg.App == nil {
			cfg.WebhookKey = "k"
		}
		if flip.Draw(t, "group named") {
			cfg.Group = groupID
		}
		a, err := New(cfg, nil, nil, time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		to := rapid.SampledFrom([]chat.Address{private(wangID), inGroup(), a.Group(), chats.Group("wrOther")}).Draw(t, "to")
		a.chats.Learn(t.Context(), to, func(k *chats.Known) {
			k.Came = rapid.SampledFrom([]string{"", robot.Way, app.Way}).Draw(t, "came")
			k.Open, k.Shut = flip.Draw(t, "open"), flip.Draw(t, "shut")
		})
		a.chats.Hide(to, flip.Draw(t, "hidden"))
		m := chat.Message{Text: secret, Secrecy: chat.Secrecy{Confidential: flip.Draw(t, "confidential"), Summary: rapid.SampledFrom([]string{"", "华东机电"}).Draw(t, "summary")}}
		if flip.Draw(t, "card") {
			m.Card = &chat.Card{Title: secret, Blocks: []chat.Block{{Note: secret}}, Buttons: []chat.Button{{Label: "改", Command: "改 " + secret}}}
		}
		payload, err := a.Render(t.Context(), to, m, nil)
		if err != nil {
			if _, open := a.Render(t.Context(), to, m.Redacted(), nil); open == nil {
				t.Fatalf("not even the summary is said, though it could be: %v", err)
			}
			return
		}
		p, err := message.Unpack(payload)
		if err != nil || a.way(p.Way) == nil {
			t.Fatalf("it goes by %q, which is not there: %v", p.Way, err)
		}
		if !m.Confidential || !bytes.Contains(payload, []byte(secret)) {
			return
		}
		unsafe := slices.ContainsFunc(p.Bodies, func(b json.RawMessage) bool {
			var body struct{ Safe int }
			return json.Unmarshal(b, &body) != nil || body.Safe != 1
		})
		if p.Way != app.Way || to.Group || unsafe {
			t.Fatalf("a secret goes to %v by %s: %s", to, p.Way, payload)
		}
	})
}
