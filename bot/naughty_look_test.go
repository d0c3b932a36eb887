package main

import (
	"context"
	"unicode/utf8"

	"marketbot/store"
)

// naughtyRequest asks to read files, for a reason and for a customer, and is
// rejected with a reason.
func (o *office) naughtyRequest(i int, s string) {
	o.t.Helper()
	for _, line := range []string{"申请查阅 甲公司 因为 " + s, "申请查阅 " + s + " 布展"} {
		o.screens.say("小林", private, line)
		o.screens.say("小林", private, "取消") // what was empty is asked for
	}
	var codes []string
	o.update(func(ctx context.Context, tx *store.Tx) error {
		list, err := tx.Requests().Open(ctx, o.now())
		for _, r := range list {
			codes = append(codes, r.Code)
			if r.Words == "甲公司" {
				o.kept("reason", "因为 "+s, r.Why)
			}
		}
		if len(list) == 0 && utf8.RuneCountInString(s) < 400 {
			o.t.Errorf("no request with %q", s)
		}
		return err
	})
	for _, code := range codes {
		o.screens.say("陈总", private, "批准 "+code+" "+s)
		o.screens.say("陈总", private, "取消")
		o.screens.say("陈总", private, "驳回 "+code+" "+s)
	}
	lines := []string{"批准 ", "收回查阅 ", "授权 ", "查阅申请 ", "撤回申请 "}
	o.screens.say("陈总", private, lines[i%len(lines)]+s)
	o.screens.say("陈总", private, "取消")
	o.deliver()
}
