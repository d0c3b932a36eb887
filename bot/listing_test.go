package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"marketbot/store/storetest"
)

// Listing the customers by searches that each name a few is heard of within the
// hour, whichever command names them, and stands in the records: who was named,
// and for which words.
func TestListingCustomersIsHeardOf(t *testing.T) {
	for name, ask := range map[string]string{"by searching": "客户 %s", "by commands that ask which is meant": "看电话 %s 核实", "by both": "客户历史 %s"} {
		t.Run(name, func(t *testing.T) {
			o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, everyPost(), thursday())
			words := enterMany(o, 48)
			o.clock.Store(thursday().Add(3 * time.Hour).UnixMilli()) // after all were entered
			before := len(o.screens.messages("陈总"))
			listed := map[string]bool{}
			for i, word := range words {
				said := o.hear("刘洋", fmt.Sprintf(ask, word))
				for n := 1; n <= 48; n++ {
					if code := fmt.Sprintf("K%d", n); strings.Contains(said+"\n", code+"\n") || strings.Contains(said, code+" ") || strings.Contains(said, code+"：") {
						listed[code] = true
					}
				}
				if i == 2 && len(o.screens.messages("陈总")) > before {
					t.Error("three searches alarm")
				}
			}
			if len(listed) < 40 {
				t.Fatalf("%d searches listed %d customers only", len(words), len(listed))
			}
			var alarms []string
			for _, m := range o.screens.messages("陈总")[before:] {
				if strings.Contains(m.words(), "不同的客户") {
					alarms = append(alarms, m.words())
				}
			}
			if len(alarms) != 1 || !strings.Contains(alarms[0], "刘洋（业务员）") || !strings.Contains(alarms[0], "一小时内") {
				t.Fatalf("the general manager hears %q", alarms)
			}
			records := o.hear("陈总", "查阅记录 刘洋 今天")
			if !strings.Contains(records, words[len(words)-1]) || !strings.Contains(records, "列出") {
				t.Errorf("the records say %q", records)
			}
			if of := o.hear("陈总", "查阅记录 K7 今天"); !strings.Contains(of, "刘洋") || !strings.Contains(of, "列出") {
				t.Errorf("the records of K7 say %q", of)
			}
			if seen := o.hear("陈总", "查阅记录 刘洋 今天 已看"); !strings.Contains(seen, "列出") {
				t.Errorf("what was seen is %q", seen)
			}
		})
	}
}

// enterMany enters n customers and gives the words that list nearly all of
// them, two and more at a time.
func enterMany(o *office, n int) []string {
	first, last := []rune("东西南北青白红"), []rune("湖山江岭海谷田")
	var words []string
	for i := range n {
		o.screens.say("张伟", private, fmt.Sprintf("新客户 %c%c机电厂 行业=机械", first[i/7], last[i%7]))
		o.deliver()
		if i%20 == 19 { // not all within one hour
			o.clock.Add(61 * time.Minute.Milliseconds())
		}
	}
	o.clock.Store(thursday().UnixMilli())
	for _, a := range first {
		for _, b := range last {
			if len(words) < 33 {
				words = append(words, string(a), string(b))
			}
		}
	}
	return words[:33]
}
