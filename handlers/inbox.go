package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"marketbot/handlers/chat"
)

// act names a press or submit so that its double click is known; the platform
// gives each click an id of its own. Where the second one does nothing anyway,
// it is to hear what the first one did.
func (d *Desk) act(e chat.Event) string {
	if e.Kind != chat.Press && e.Kind != chat.Submit {
		return ""
	}
	if spec, _, ok := d.router.Match(e.Command); ok && spec.Settles {
		return ""
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q", e.From.ID, e.Card, e.Command)
	for _, k := range slices.Sorted(maps.Keys(e.Values)) {
		fmt.Fprintf(h, " %q=%q", k, e.Values[k])
	}
	return e.Platform() + "/" + hex.EncodeToString(h.Sum(nil)[:16])
}

// body is what the inbox keeps of an event.
func body(e chat.Event) string {
	switch e.Kind {
	case chat.Text:
		return e.Text
	case chat.Location:
		return e.Place
	case chat.Submit:
		values, err := json.Marshal(e.Values)
		if err != nil { // a map of strings always has a form
			return e.Command
		}
		return e.Command + "\n" + string(values)
	}
	return e.Command
}
