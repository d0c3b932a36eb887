package main

import (
	"testing"

	parcels "marketbot/bot/wecom/message"
	"marketbot/store/storetest"
)

// The first thing that people see of the bot is one bubble on WeCom: help fits whole
// into one card, for whoever asks.
func TestHelpIsOneBubble(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, everyPost(), thursday())
	page := o.screens.(*page)
	for _, e := range o.staff {
		o.hear(e.Name, "帮助")
		page.read()
		m := *page.lines[len(page.lines)-1].Message
		if parcels.WholeCard(m, "task") == nil {
			t.Errorf("%s (%s) gets more than one message: %+v", e.Name, e.Post, m.Card)
		}
	}
}
