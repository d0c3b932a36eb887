package main

import (
	"slices"
	"strings"
	"testing"

	"marketbot/bot/platform/platformtest"
	"marketbot/store/storetest"
)

// What is asked in a topic of a group is answered there; where that cannot be
// any more, in the group. What is confidential goes to the asker alone.
func TestAnswersStayInTheirTopic(t *testing.T) {
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onFeishu, department(), thursday())
	c := o.screens.(*company)
	asked := c.server.SayInTopic(c.ids["张伟"], feishuGroup, "omt_1", "签到 广州 拜访客户")
	o.deliver()
	seen := c.server.Seen(feishuGroup)
	if len(seen) != 1 || seen[0].Topic != asked {
		t.Fatalf("asked in a topic, answered %+v", seen)
	}
	i := slices.IndexFunc(seen[0].Buttons, func(b platformtest.Button) bool { return strings.HasPrefix(b.Label, "撤销") })
	if i < 0 {
		t.Fatalf("nothing to press: %+v", seen[0])
	}
	if _, err := c.server.Press(c.ids["张伟"], seen[0].ID, seen[0].Buttons[i].Label); err != nil {
		t.Fatal(err)
	}
	o.deliver()
	if pressed := c.server.Seen(feishuGroup); len(pressed) != 2 || pressed[1].Topic != seen[0].ID {
		t.Errorf("pressed in a topic, answered %+v", pressed[1:])
	}
	c.server.Say(c.ids["张伟"], feishuGroup, "@市场部助手 我的")
	o.deliver()
	for _, m := range c.server.Seen(feishuGroup)[2:] {
		if m.Topic != "" {
			t.Errorf("asked outside, answered in a topic: %+v", m)
		}
	}

	before := len(c.server.Seen(feishuGroup))
	gone := c.server.SayInTopic(c.ids["刘洋"], feishuGroup, "omt_1", "签到 深圳 看展位")
	c.server.Withdraw(gone)
	o.deliver()
	seen = c.server.Seen(feishuGroup)[before:]
	if len(seen) != 1 || seen[0].Topic != "" {
		t.Errorf("asked in a topic that is gone, answered %+v", seen)
	}

	private := len(c.server.Seen(c.ids["张伟"]))
	c.server.SayInTopic(c.ids["张伟"], feishuGroup, "omt_1", "周报")
	o.deliver()
	for _, m := range c.server.Seen(c.ids["张伟"])[private:] {
		if m.Topic != "" {
			t.Errorf("a private answer is in a topic: %+v", m)
		}
	}
}
