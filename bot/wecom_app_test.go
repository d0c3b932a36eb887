package main

import (
	"strings"
	"testing"
	"time"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom/wecomtest"
)

// Every call of the app's API goes wrong in turn: what is owed through it comes
// once, whatever the answer was.
func TestAppFaults(t *testing.T) {
	for name, fault := range map[string]platformtest.Fault{
		"answer lost": platformtest.LostAnswer, "500": wecomtest.Broken, "empty": wecomtest.Hollow,
		"-1": wecomtest.Refuse(-1, "system busy"), "42001": wecomtest.Refuse(42001, "access_token expired"),
		"40014": wecomtest.Refuse(40014, "invalid access_token"), "45009": wecomtest.Refuse(45009, "api freq out of limit"),
		"45033": wecomtest.Refuse(45033, "api concurrent out of limit"), "60020": wecomtest.Refuse(60020, "not allow to access from your ip"),
	} {
		t.Run(name, func(t *testing.T) {
			o, f := openFirm(t)
			f.say("张伟", private, "出差 广州 3天")
			o.deliver()
			before := len(f.app.Seen(f.ids["张伟"]))
			f.app.Fail("/cgi-bin/message/send", 4, fault)
			f.app.Fail("/cgi-bin/gettoken", 2, fault)
			f.place("张伟", "广州塔") // heard by the app, and so answered by it
			for i := range 30 {
				o.move(o.now().Add(time.Duration(i+1) * 10 * time.Second))
			}
			seen := f.app.Seen(f.ids["张伟"])[before:]
			if len(seen) != 1 || strings.Contains(seen[0].Text, "补发") {
				t.Errorf("%d messages are seen, want 1: %+v", len(seen), seen)
			}
		})
	}
}

// The app's events come five times over, the newest first: one effect, one
// answer.
func TestAppRepeats(t *testing.T) {
	o, f := openFirm(t)
	f.say("张伟", private, "出差 广州 3天")
	o.deliver()
	for _, line := range []string{"广州塔", "白云机场"} {
		f.place("张伟", line)
		o.deliver()
	}
	before := len(f.messages("张伟"))
	for range 4 {
		f.app.Repeat()
		o.deliver()
	}
	if n := len(f.messages("张伟")); n != before || before != 3 || f.app.Unacked() != 0 {
		t.Errorf("%d answers, then %d; %d events were given up", before, n, f.app.Unacked())
	}
}
