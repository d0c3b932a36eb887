package webchat_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"marketbot/bot/webchat"
	"marketbot/handlers/chat"
)

// newSkinSite is a page with clothes in which everything that is written is read
// as a call, and in which nothing is shown whose text is empty.
func newSkinSite(t *testing.T) *site {
	s := &site{t: t}
	s.now = newClock().now
	o := s.options(s.Receive)
	o.WeCom = &webchat.Skin{
		Dress: func(_ context.Context, to chat.Address, m chat.Message) (*webchat.Dressed, error) {
			if m.Text == "" {
				return nil, errors.New("nothing to show")
			}
			parcel, err := json.Marshal(map[string]any{"says": m.Text, "group": to.Group})
			return &webchat.Dressed{Parcel: parcel}, err
		},
		Read: func(text string) string { return text + "！" },
	}
	s.chat = webchat.New(o)
	s.url = serve(t, s.chat)
	return s
}

func TestOnlyAPageWithClothesOffersThem(t *testing.T) {
	const control = `data-skin-to="wecom"`
	if strings.Contains(string(newSite(t).get("/")), control) {
		t.Error("a page without clothes offers them")
	}
	if !strings.Contains(string(newSkinSite(t).get("/")), control) {
		t.Error("a page with clothes offers none")
	}
}

func TestMessagesComeInBothForms(t *testing.T) {
	s := newSkinSite(t)
	for _, m := range []chat.Message{{Text: "收到"}, {Card: &chat.Card{Title: "没有衣服"}}} {
		payload, err := s.chat.Render(t.Context(), s.Group(), m, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.chat.Send(t.Context(), s.Group(), payload, m.Text); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, f := range s.frames("") {
		if f.name == "entry" {
			var e struct {
				WeCom struct{ Parcel json.RawMessage }
			}
			if err := json.Unmarshal([]byte(f.data), &e); err != nil {
				t.Fatal(err)
			}
			got = append(got, string(e.WeCom.Parcel))
		}
	}
	if len(got) != 2 || got[0] != `{"group":true,"says":"收到"}` || got[1] != "" {
		t.Errorf("the clothes are %q", got)
	}
}

func TestClothesReadOnlyWhatIsWrittenInThem(t *testing.T) {
	s := newSkinSite(t)
	write := func(text string, mention, wecom bool) {
		s.post("/say", map[string]any{"as": "zhangwei", "room": "#group", "text": text, "mention": mention, "wecom": wecom})
	}
	write("一", true, false)
	write("@"+webchat.BotName+" 二", false, true)
	write("三", false, true) // never reaches the bot
	events := s.Events()
	if len(events) != 2 || events[0].Kind != chat.Text || events[0].Text != "一" || events[1].Text != "二！" {
		t.Errorf("the bot hears %+v", events)
	}
	if lines := s.entries(); len(lines) != 3 || lines[2].Text != "三" {
		t.Errorf("the group reads %+v", lines)
	}
}
