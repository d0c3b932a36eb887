package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
	"marketbot/store/storetest"
)

// hands gives the bot an event, and gives what it says to whoever sent it.
func (h *history) hands(e chat.Event) (said string, r chat.Receipt) {
	g := h.phone
	if e.From.Platform == h.tablet.name {
		g = h.tablet
	}
	before := len(g.seen)
	r, err := h.o.receive(context.Background(), e)
	if err != nil {
		h.wrongs("%q is not taken: %v", e.Text, err)
	}
	h.o.deliver()
	for _, s := range g.seen[before:] {
		if s.to == e.From.Private() {
			said += flatCard(s.m) + "\n"
		}
	}
	return said, r
}

// says lets somebody write, so long ago.
func (h *history) says(from chat.Account, line string, late time.Duration) string {
	h.tries++
	e := chat.Event{ID: fmt.Sprint("e", h.tries), Kind: chat.Text, From: from, Chat: from.Private(), Sent: h.o.now(), ToBot: true, Text: line}
	if late > 0 {
		e.Sent = e.Sent.Add(-late - 3*time.Second) // never at a moment of something else
	}
	h.events = append(h.events, e)
	if h.defect == lateEvent && strings.HasPrefix(line, "客户 ") {
		e.Sent = h.o.now()
	}
	said, _ := h.hands(e)
	return said
}

var (
	toConfirm   = regexp.MustCompile(`确认 ([A-Z]+\d+)`)
	requestOf   = regexp.MustCompile(`查阅申请 (A\d+)`)
	bindingCode = regexp.MustCompile(`\b[A-Z0-9]{4}-[A-Z0-9]{4}\b`)
)

func (h *history) manager() string { return managers[h.gm] }

// manages lets the general manager do something, confirmed where it is asked
// for; undo is what 撤销 would do to it.
func (h *history) manages(line, done string, undo func(at time.Time)) bool {
	said := h.says(h.account(h.manager()), line, 0)
	if code := toConfirm.FindStringSubmatch(said); code != nil && !strings.Contains(said, done) {
		h.o.clock.Add(time.Second.Milliseconds()) // what was shown meanwhile was shown before
		said = h.says(h.account(h.manager()), "确认 "+code[1], 0)
	}
	if !strings.Contains(said, done) {
		return false
	}
	h.last[h.manager()] = &written{h.o.now(), undo}
	return true
}

func (h *history) owes(who string, words ...string) {
	for _, w := range words {
		h.owed = append(h.owed, debt{who, w, h.o.now()})
	}
}

// do does a step, and tells the reference what became of it.
func (h *history) do(s step) {
	who, k, now := members[s.Who], fmt.Sprint("K", s.What%2+1), h.o.now()
	switch s.Act {
	case "look":
		h.looks(who, k, s)
	case "ask":
		h.asks(who, k)
	case "decide":
		h.decidesOne(s)
	case "end":
		h.ends()
	case "depute":
		if h.manages(fmt.Sprintf("授权 %s %d天", deputy, s.What%3+1), "已授权", nil) {
			y, m, d := now.Date()
			one := &deputed{h.manager(), deputy, now, time.Date(y, m, d+s.What%3+1, 0, 0, 0, 0, shanghai)}
			h.delegations = append(h.delegations, one)
			h.last[h.manager()].undo = func(at time.Time) { one.until = at }
			h.owes(deputy, "授权你")
		}
	case "recall":
		if h.manages("收回授权 "+deputy, "不能再批", nil) {
			for _, d := range h.delegations {
				d.until = now
			}
			h.owes(deputy, "收回了你的")
		}
	case "post":
		h.appoints(who, s.What)
	case "stop":
		if h.post(who, now) != "" && h.manages("人员 停用 "+who, "已停用", nil) {
			at := h.o.now()
			h.becomes(who, "", at)
			h.last[h.manager()].undo = func(time.Time) { // as if it had not been
				h.posts[who] = slices.DeleteFunc(h.posts[who], func(p tenure) bool { return p.from.Equal(at) })
			}
		}
	case "restore":
		if list := h.posts[who]; h.post(who, now) == "" && h.manages("人员 恢复 "+who, "已恢复", func(at time.Time) { h.becomes(who, "", at) }) {
			h.becomes(who, list[len(list)-2].post, h.o.now())
			h.owes(who, "已恢复")
		}
	case "handover":
		h.handsOver()
	case "code":
		h.binds(who)
	case "undo":
		h.undoes(min(s.Late, 2*time.Minute))
	case "again":
		h.repeats(s)
	case "tamper":
		h.tampers(who, s.What)
	case "outage":
		if h.phone.down {
			h.phone.restore()
			h.o.clock.Add((61 * time.Second).Milliseconds())
		} else {
			h.phone.down = true
		}
	}
}

// looks lets a member ask for a file. Who may read it now, and asked now, is
// shown it.
func (h *history) looks(who, k string, s step) {
	from, now := h.account(who), h.o.now()
	if _, bound := h.accounts[second(who)]; bound && s.What > 2 {
		from = second(who)
	}
	said := h.says(from, "客户 "+k, s.Late)
	waits := from.Platform == h.phone.name && (h.phone.down || now.Sub(h.phone.up) < time.Hour) // what was tried in vain comes first
	if s.Late == 0 && !waits && !h.damaged[who] && h.owner(from, now) == who && h.reference.reads(who, k, now) && !strings.Contains(said, h.markets[k]) {
		h.wrongs("%s may read %s and is told %q", who, k, said)
	}
}

// asks lets a member ask to be let look.
func (h *history) asks(who, k string) {
	before := len(h.tablet.seen)
	h.says(h.account(who), "申请查阅 "+k+" 周五去布展", 0)
	for _, m := range h.tablet.seen[before:] {
		if code := requestOf.FindStringSubmatch(flatCard(m.m)); code != nil && m.to.ID == h.manager() {
			h.open = append(h.open, lent{code: code[1], person: who, customer: k})
			return
		}
	}
}

// decidesOne lets the general manager or the deputy approve the newest request.
func (h *history) decidesOne(s step) {
	if len(h.open) == 0 {
		return
	}
	by, hours, now := deputy, s.What+1, h.o.now()
	if s.What%3 == 0 {
		by = h.manager()
	}
	g := h.open[len(h.open)-1]
	said := h.says(h.account(by), fmt.Sprintf("批准 %s %d小时", g.code, hours), 0)
	if !strings.Contains(said, "已批准 "+g.code) {
		return
	}
	if !h.decides(by, now) {
		h.wrongs("%s approves %s, which they may not", by, g.code)
	}
	h.open = h.open[:len(h.open)-1]
	h.last[by] = &written{at: now}
	g.from, g.until = now, now.Add(time.Duration(hours)*time.Hour)
	h.grants = append(h.grants, &g)
	h.owes(g.person, g.code)
	if by != h.manager() {
		h.owes(h.manager(), g.code)
	}
}

// ends takes the newest grant back.
func (h *history) ends() {
	for _, g := range slices.Backward(h.grants) {
		if h.o.now().Before(g.until) && h.manages("收回查阅 "+g.code, "已收回", nil) {
			g.until = h.o.now()
			h.owes(g.person, "收回")
			return
		}
	}
}

// appoints changes the post of a member or the deputy.
func (h *history) appoints(who string, what int) {
	posts := []string{"其他员工", "其他员工", "业务员", "市场主管", "总经理助理", "其他员工"}
	if what == 5 {
		who, what = deputy, 4*(len(h.events)%2)
	}
	before := h.post(who, h.o.now())
	if before != "" && h.manages("人员 岗位 "+who+" "+posts[what], "已改", func(at time.Time) { h.becomes(who, before, at) }) {
		h.becomes(who, posts[what], h.o.now())
		h.owes(who, "你的岗位由"+before)
	}
}

// handsOver makes the other manager the general manager, as the settings would.
func (h *history) handsOver() {
	now, old, next := h.o.now(), h.manager(), managers[1-h.gm]
	h.o.update(func(ctx context.Context, tx *store.Tx) error {
		from, to := h.o.personIn(ctx, tx, old), h.o.personIn(ctx, tx, next)
		if err := tx.People().SetPost(ctx, to.ID, store.GeneralManager, now); err != nil {
			return err
		}
		if err := tx.People().SetPost(ctx, from.ID, store.OtherEmployee, now); err != nil || h.defect != outlived {
			return err
		}
		list, err := tx.Delegations().From(ctx, store.DayOf(now))
		for _, d := range list {
			d.ID, d.By, d.At = tx.NewID(now), to.ID, now
			if err == nil {
				err = tx.Delegations().Add(ctx, d)
			}
		}
		return err
	})
	h.becomes(next, "总经理", now)
	h.becomes(old, "其他员工", now)
	h.gm = 1 - h.gm
}

// binds joins a member's second account, by a code.
func (h *history) binds(who string) {
	if _, bound := h.accounts[second(who)]; bound || h.phone.down {
		return
	}
	if code := bindingCode.FindString(h.says(h.account(who), "绑定", 0)); code != "" {
		if said := h.says(second(who), "绑定 "+code, 0); strings.Contains(said, "已绑定") || strings.Contains(said, "绑定成功") {
			h.accounts[second(who)] = ownership{who, h.o.now()}
		}
	}
}

// undoes lets the general manager take the last thing back.
func (h *history) undoes(late time.Duration) {
	w, now := h.last[h.manager()], h.o.now()
	sent := now
	if late > 0 {
		sent = now.Add(-late - 3*time.Second)
	}
	if w != nil && w.at.After(sent) { // it takes back what stood before that; the reference keeps the last only
		return
	}
	may := w != nil && w.undo != nil && !w.at.After(sent) && sent.Sub(w.at) <= 5*time.Minute
	said := "已撤销"
	if h.defect != undone {
		said = h.says(h.account(h.manager()), "撤销", late)
	}
	if !strings.Contains(said, "已撤销") {
		return
	}
	if !may && h.defect != undone {
		h.wrongs("撤销 sent at %v takes back what it may not: %s", sent, said)
	}
	if may {
		w.undo(now)
	}
	h.last[h.manager()] = nil
}

// repeats delivers an earlier event again, up to 7 hours late: nothing comes of
// it.
func (h *history) repeats(s step) {
	e := h.events[max(0, len(h.events)-1-s.What)]
	if h.o.now().Sub(e.Sent) > 7*time.Hour {
		return
	}
	if said, r := h.hands(e); !r.Duplicate || said != "" && !h.phone.down {
		h.wrongs("%q delivered again is answered %q", e.Text, said)
	}
}

// tampers changes what gives somebody rights behind the store's back.
func (h *history) tampers(who string, what int) {
	id := h.o.person(who).ID
	h.damaged[who] = true
	if h.defect == flippedBit {
		h.o.update(func(ctx context.Context, tx *store.Tx) error {
			return tx.People().SetPost(ctx, id, store.GMAssistant, h.o.now())
		})
		return
	}
	statement := []string{
		"UPDATE person SET post = '总经理助理' WHERE id = '%s'",
		"UPDATE access_grant SET until_time = until_time + 864000000 WHERE person = '%s'",
		"UPDATE account SET person = '%s' WHERE id = '吴总'",
	}[what%3]
	h.damaged["吴总"] = h.damaged["吴总"] || what%3 == 2 // whose account it was hears nothing more there
	storetest.Damage(h.o.t, h.o.source.Source, fmt.Sprintf(statement, id))
}

// heard looks for everything that somebody must have heard, who was with the
// company all the while.
func (h *history) heard() {
	for _, d := range h.owed {
		gone := slices.ContainsFunc(h.posts[d.who], func(p tenure) bool { return p.post == "" && !p.from.Before(d.at.Add(-7*time.Hour)) })
		told := false
		for _, g := range []*gadget{h.phone, h.tablet} {
			told = told || slices.ContainsFunc(g.seen, func(s shown) bool {
				return h.accounts[chat.Account{Platform: s.to.Platform, ID: s.to.ID}].person == d.who && !s.at.Before(d.at) && strings.Contains(flatCard(s.m), d.words)
			})
		}
		if !gone && !told && !h.damaged[d.who] {
			h.wrongs("%s never heard %q", d.who, d.words)
		}
	}
}
