package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/feishu/feishutest"
	"marketbot/store/storetest"
)

// TestFloodOfGroups: somebody who floods eight groups, a hundred messages a
// second, keeps nobody else waiting for an answer that they see, nor for what
// others have to hear, and what they cause themselves comes in few messages.
func TestFloodOfGroups(t *testing.T) {
	const asker, giver, flooder = 0, 1, 2
	platform := feishutest.New(time.Now)
	t.Cleanup(platform.Close)
	platform.Limited = true
	for p := range 3 {
		platform.Person(crowdID(p), fmt.Sprint("业务", p))
	}
	platform.Person("ou_boss", "李娜")
	for g := range 8 {
		platform.Group(fmt.Sprint("oc_group_", g), fmt.Sprint("群", g), crowdID(flooder), crowdID(asker))
	}
	bot := newProgram(t, platform.URL, storetest.Options(t, storetest.SQLite), 3)
	config, err := os.OpenFile(bot.config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(config, "  - {name: 李娜, post: 市场主管, feishu: ou_boss}")
	config.Close()
	bot.start()
	platform.Webhook("http://" + bot.addr + feishu.Path)
	f := &groupFlood{t: t, platform: platform}

	alone, _ := f.others(crowdID(asker), crowdID(giver), 3*time.Second)
	var all sync.WaitGroup
	all.Go(func() { f.pour(crowdID(flooder)) })
	time.Sleep(2 * time.Second)
	answers, notices := f.others(crowdID(asker), crowdID(giver), *abuse)
	all.Wait()
	t.Logf("alone %v, in the flood %v, at most %v; notices at most %v", alone[len(alone)/2], answers[len(answers)/2], answers[len(answers)-1], notices[len(notices)-1])
	if p99 := answers[len(answers)*99/100]; p99 > max(time.Second, 2*alone[len(alone)-1]) { // more only where the machine itself is slow
		t.Errorf("another person's answers took %v, alone %v", answers, alone)
	}
	if late := notices[len(notices)-1]; late > 10*time.Second {
		t.Errorf("a notice took %v", late)
	}
	mine := 0
	for _, m := range platform.Seen("ou_boss") {
		if strings.Contains(m.Text, "洪水") {
			mine++
		}
	}
	if most := 12 + int(*abuse/time.Minute); mine > most {
		t.Errorf("the flooder's notices came in %d messages, not %d", mine, most)
	}
}

// groupFlood is people at their phones and one who floods.
type groupFlood struct {
	t        *testing.T
	platform *feishutest.Server
}

// pour sends a hundred messages a second to eight groups, now and then one
// whose notice somebody gets.
func (f *groupFlood) pour(who string) {
	var all sync.WaitGroup
	defer all.Wait()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for i := range int((*abuse + 2*time.Second) / (10 * time.Millisecond)) {
		<-tick.C
		text := "我的"
		if i%10 == 0 {
			text = fmt.Sprintf("提供线索 洪水公司%d 要一批展架", i)
		}
		all.Go(func() { f.platform.Say(who, fmt.Sprint("oc_group_", i%8), "@"+feishutest.BotName+" "+text) })
	}
}

// others lets somebody ask and somebody else tell the supervisor, one after the
// other, and tells how long it took until it was seen, shortest first.
func (f *groupFlood) others(asker, giver string, d time.Duration) (answers, notices []time.Duration) {
	ctx, cancel := context.WithTimeout(f.t.Context(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	end := time.Now().Add(d)
	all.Go(func() {
		for time.Now().Before(end) {
			before, began := len(f.platform.Seen(asker)), time.Now()
			f.platform.Say(asker, "", "我的")
			f.platform.Await(ctx, asker, before+1)
			answers = append(answers, time.Since(began))
			time.Sleep(700 * time.Millisecond)
		}
	})
	all.Go(func() {
		for i := 0; time.Now().Before(end); i++ {
			mark, began := fmt.Sprintf("甲%d公司%d", i, end.UnixMilli()), time.Now()
			f.platform.Say(giver, "", "提供线索 "+mark+" 想订位")
			for ctx.Err() == nil && !f.told("ou_boss", mark) {
				f.platform.Await(ctx, "ou_boss", len(f.platform.Seen("ou_boss"))+1)
			}
			notices = append(notices, time.Since(began))
			time.Sleep(2 * time.Second)
		}
	})
	all.Wait()
	slices.Sort(answers)
	slices.Sort(notices)
	return answers, notices
}

// told reports whether somebody was shown words.
func (f *groupFlood) told(who, words string) bool {
	for _, m := range f.platform.Seen(who) {
		if strings.Contains(m.Text, words) {
			return true
		}
	}
	return false
}
