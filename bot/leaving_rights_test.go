package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/customer"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// standing is where somebody is on the way out.
type standing string

const (
	active   standing = "active"
	inNotice standing = "in notice"
	signed   standing = "signed"
	stopped  standing = "stopped"
)

// put puts somebody there, behind the commands, whoever they are.
func (o *office) put(name string, at standing) {
	o.update(func(ctx context.Context, tx *store.Tx) error {
		p := o.personIn(ctx, tx, name)
		if at == stopped {
			return tx.People().Stop(ctx, p.ID, o.now())
		}
		if at == active {
			return nil
		}
		d := store.Departure{
			ID: tx.NewID(o.now()), Person: p.ID, Kind: store.Resignation, State: store.DepartureGiven, Last: "2026-12-31",
			Ends: rules(o.t).LeavingEnds("2026-12-31"), Given: o.now(), Post: p.Post, Words: "换城市", Earliest: "2026-12-27", Counted: "一个月",
		}
		if at == signed {
			d.State, d.Released, d.Cleared = store.DepartureReleased, o.now(), o.now()
		}
		return tx.Departures().Add(ctx, d, store.DepartureAct{ID: tx.NewID(o.now()), At: o.now(), By: p.ID, Act: "离职"})
	})
}

// Every post tries every command of the tables active, in notice, released and stopped.
// In notice and released it is as before, but that files are opened of one's own
// customers only; the supervisor, who organises them, excepted. Of who is stopped
// nothing is answered but that they are not registered.
func TestRightsOnTheWayOut(t *testing.T) {
	for _, at := range []standing{active, inNotice, signed, stopped} {
		t.Run(string(at), func(t *testing.T) {
			t.Parallel()
			config := customer.Defaults()
			config.Canaries = []string{nameOf(bait)}
			o := openOffice(t, storetest.Prepared(t, storetest.SQLite), func(o *office) screens {
				o.customers = &config
				return onPage(o)
			}, everyPost(), thursday())
			o.fileCabinet()
			o.hear("王芳", "活动 新增 内训 类型=洽谈 时间=12-05")
			for _, p := range everyPost() {
				o.put(p.Name, at)
			}
			s := settings()[0]
			for n, c := range fileCommands() {
				for row, file := range files() {
					for i := range everyPost() {
						o.tryLeaver(everyPost()[i], file, fmt.Sprint(n, i), rune(c.may(s)[row][i]), at, c)
					}
				}
			}
			for n, c := range plainCommands() {
				for i, may := range c.may {
					if at == stopped {
						o.isStranger(everyPost()[i].Name, about(c.line, ofZhang, fmt.Sprint(n, i)))
					} else if c.clause != "2-7" { // whose leaving is whose, the conversations show
						o.tryOther(everyPost()[i].Name, fmt.Sprint(n, i), may, c)
					}
				}
			}
		})
	}
}

// tryLeaver lets somebody on the way out say a line about a customer.
func (o *office) tryLeaver(p staff.Entry, file, number string, may rune, at standing, c fileCommand) {
	o.t.Helper()
	line := about(c.line, file, number)
	if at == stopped {
		o.isStranger(p.Name, line)
		return
	}
	if at == active || p.Post == store.Supervisor || may == no || strings.HasPrefix(line, "移交客户") {
		return // TestRights shows it, or it is no look of 档-4
	}
	said, a := o.hear(p.Name, line), o.lastAudit()
	owns := p.Name == "张伟" && file != ofLiu && file != noSuch || p.Name == "刘洋" && file == ofLiu
	let := file == lentOut && (p.Name == "刘洋" || p.Name == "小林") || file == lentElse && p.Name == "周助"
	if shown := strings.Contains(said, valueOf(file)); (a.Outcome == ledger.Done || shown) && !owns && !let {
		o.t.Errorf("%s, %s: %s: %+v, %q", p.Name, at, line, a, said)
	}
	if owns && c.opens && a.Outcome != ledger.Done {
		o.t.Errorf("%s, %s: own customer: %s: %+v, %q", p.Name, at, line, a, said)
	}
}

// isStranger fails when somebody is answered anything but that they are not registered.
func (o *office) isStranger(name, line string) {
	o.t.Helper()
	if said := o.hear(name, line); !strings.Contains(said, staff.Unregistered) || strings.Contains(said, "东莞市") {
		o.t.Errorf("%s has gone: %s: %q", name, line, said)
	}
}

// Whoever is taken out of one platform's directory is gone on every platform, and those
// above hear once, with counts.
func TestRemovedFromOneDirectory(t *testing.T) {
	o := busyOffice(t)
	other := chat.Account{Platform: "webchat", ID: "zhangwei2"}
	o.update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Accounts().Bind(ctx, store.Account{Platform: other.Platform, ID: other.ID, Person: o.personIn(ctx, tx, "张伟").ID}, o.now())
	})
	before := len(o.screens.messages("李娜"))
	_, err := o.receive(t.Context(), chat.Event{ID: "left-1", Kind: chat.MemberLeft, From: other, Chat: other.Private(), Sent: o.now()})
	o.must(err)
	o.deliver()
	told := o.screens.messages("李娜")[before:]
	if len(told) != 1 || !strings.Contains(told[0].words(), "通讯录中移除") || !strings.Contains(told[0].words(), "未办交接离开（2-7），名下还有：客户 2、线索 1、合同 2、收款 1、待核 1、下一步 1、承诺 1、活动 1、职责 1") {
		t.Errorf("李娜 heard %v", told)
	}
	o.isStranger("张伟", "交接")
	if said := o.hear("李娜", "交接 张伟"); !strings.Contains(said, "张伟（离职）的交接") || !strings.Contains(said, "未交接 7 项") {
		t.Errorf("the list: %q", said)
	}
}
