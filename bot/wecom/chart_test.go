package wecom

import (
	"errors"
	"strings"
	"testing"

	"marketbot/handlers/chat"
)

func charted(confidential bool) chat.Message {
	c := &chat.Chart{Title: "业绩", Kind: chat.Bars, Unit: chat.Yuan, Categories: []string{"张伟"}, Series: []chat.Series{{Name: "签约", Values: []int64{100}}}}
	return chat.Message{Secrecy: chat.Secrecy{Confidential: confidential}, Card: &chat.Card{Title: "图", Blocks: []chat.Block{{Chart: c}}}}
}

// The app shows the picture behind the text with its figures, as locked as
// that; what cannot be drawn is words only, what cannot be uploaded comes later.
func TestAppShowsCharts(t *testing.T) {
	for _, secret := range []bool{false, true} {
		f := newFirm(t, nil, nil)
		if err := f.say(private(wangID), charted(secret), "k"); err != nil {
			t.Fatal(err)
		}
		seen := f.API.Seen(wangID)
		if len(seen) != 2 || seen[1].Type != "image" || seen[1].Locked != secret || seen[0].Locked != secret || !strings.Contains(seen[0].Text, "张伟：1.00 元") {
			t.Errorf("confidential %v: %+v is seen", secret, seen)
		}
	}
}

func TestAppSaysWhatCannotBeDrawn(t *testing.T) {
	f := newFirm(t, nil, nil)
	f.DrawWith(func(chat.Chart) ([]byte, error) { return nil, errors.New("no ink") })
	if err := f.say(private(wangID), charted(true), "k"); err != nil {
		t.Fatal(err)
	}
	if seen := f.API.Seen(wangID); len(seen) != 1 || !strings.Contains(seen[0].Text, "张伟：1.00 元") {
		t.Errorf("%+v is seen", seen)
	}
	f.DrawWith(func(chat.Chart) ([]byte, error) { return []byte("no picture"), nil })
	if _, err := f.Render(t.Context(), private(wangID), charted(true), nil); refusal(t, err).Failure == chat.Uncertain {
		t.Errorf("a picture that is not taken gives %v", err)
	}
}
