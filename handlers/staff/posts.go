package staff

import (
	"context"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) setPost(ctx context.Context, c *command.Call) (*command.Answer, error) {
	p, post := c.Who("姓名"), c.Post("岗位")
	if p.Post == post {
		return nil, &command.Refusal{Text: p.Name + "已经是" + string(post) + "。", Hint: "人员 " + p.Name, Clause: "附-4"}
	}
	o, err := propose(ctx, c.Tx, c.Policy, c.Person, p, store.Change{Kind: store.ChangeHold, Post: post, At: c.Now})
	if err != nil || o.waits() {
		return o.asked(c), err
	}
	if err := c.Tx.People().SetPost(ctx, p.ID, post, c.Now); err != nil {
		return nil, err
	}
	empty, err := vacated(ctx, c.Tx, p.Post, c.Now)
	if err != nil {
		return nil, err
	}
	change := "由" + string(p.Post) + "改为" + string(post) + "，自 " + h.Rules.Day(c.Now).String() + " 起"
	is := p
	is.Post = post
	stuck, notices, err := h.stuck(ctx, c.Tx, is, change, c.Now, c.Person.ID)
	if err != nil {
		return nil, err
	}
	a := command.Text("已改：" + p.Name + change + "。" + empty + stuck)
	if a.Notices, err = concerned(ctx, c, p, "你的岗位"+change+"。发送 帮助 看能做什么。"); err != nil {
		return nil, err
	}
	a.Notices = append(a.Notices, notices...)
	a.Notices = append(a.Notices, o.news(c.Tx)...)
	a.Undo, a.Subject = strings.Join([]string{p.ID, string(p.Post), string(post)}, "|"), "person/"+p.ID
	return a, nil
}

// stuck says what somebody has that a change to their post does not let them have, on
// a line of its own, and tells it those above: they hear of it from now on, and somebody
// has to take it.
func (h Handler) stuck(ctx context.Context, tx *store.Tx, p store.Person, change string, now time.Time, told ...string) (string, []chat.Notice, error) {
	list, err := leaving.All(ctx, tx, h.Leaves, p, now)
	list = slices.DeleteFunc(list, func(one leaving.Held) bool { return one.Takes == nil || one.Takes(p) })
	if err != nil || len(list) == 0 {
		return "", nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(now))
	to := roll.Standing(store.Supervisor).To
	if err != nil || len(to) == 0 {
		return "", nil, err
	}
	said := "\n名下还有" + leaving.Counts(list) + "，" + string(p.Post) + "不能负责：请" + words.WithPost(to[0]) + "交给别人（移交客户、转合同），提醒先转给" + to[0].Name + "（2-7）。"
	return said, audience.Same("staff/stuck/"+tx.NewID(now), audience.But(to, append(told, p.ID)...), chat.Message{Text: p.Name + change + "。" + said}), nil
}

// concerned tells the person about a change that somebody else made.
func concerned(ctx context.Context, c *command.Call, p store.Person, text string) ([]chat.Notice, error) {
	if p.ID == c.Person.ID {
		return nil, nil
	}
	had, err := audience.Accounts(ctx, c.Tx, p.ID)
	return everywhere(c.Tx, c.Now, p, had, text), err
}

func (h Handler) undoPost(ctx context.Context, c *command.Call, ref string) (string, error) {
	id, posts, _ := strings.Cut(ref, "|")
	before, after, _ := strings.Cut(posts, "|")
	p, found, err := c.Tx.People().ByID(ctx, id)
	if err != nil {
		return "", err
	}
	if !found || !p.Active() || string(p.Post) != after {
		return "", errUndone
	}
	back := store.Change{Kind: store.ChangeHold, Post: store.Post(before), At: c.Now}
	if err := givenBack(ctx, c, p, back, "人员 岗位 "+p.Name+" "+before); err != nil {
		return "", err
	}
	return p.Name + "改任" + after + "，现在仍是" + before, c.Tx.People().SetPost(ctx, id, store.Post(before), c.Now)
}

// givenBack weighs what 撤销 would give back as if somebody asked for it now: what would
// wait for a word is to be asked for by its own line.
func givenBack(ctx context.Context, c *command.Call, p store.Person, back store.Change, line string) error {
	o, err := propose(ctx, c.Tx, c.Policy, c.Person, p, back)
	if err == nil && o.waits() {
		err = &command.Refusal{Text: "撤销等于" + what(p.Name, o.Change) + "，要" + o.waiting() + "。", Hint: line, Clause: "附-4"}
	}
	return err
}

func (h Handler) giveDuty(ctx context.Context, c *command.Call) (*command.Answer, error) {
	p, duty := c.Who("姓名"), c.Duty("职责")
	if p.Has(duty) {
		return nil, &command.Refusal{
			Text: p.Name + "已经有" + string(duty) + "职责。", Hint: "人员 取消职责 " + p.Name + " " + string(duty), Clause: "附-4",
		}
	}
	o, err := propose(ctx, c.Tx, c.Policy, c.Person, p, store.Change{Kind: store.ChangeHold, Duties: []store.Duty{duty}, At: c.Now})
	if err != nil || o.waits() {
		return o.asked(c), err
	}
	if err := c.Tx.People().GiveDuty(ctx, p.ID, duty, c.Now); err != nil {
		return nil, err
	}
	a, err := h.dutyChanged(ctx, c, p, duty, "增加")
	if err != nil {
		return nil, err
	}
	a.Notices = append(a.Notices, o.news(c.Tx)...)
	return a, nil
}

func (h Handler) takeDuty(ctx context.Context, c *command.Call) (*command.Answer, error) {
	p, duty := c.Who("姓名"), c.Duty("职责")
	if !p.Has(duty) {
		return nil, &command.Refusal{Text: p.Name + "没有" + string(duty) + "职责。", Hint: "人员 " + p.Name, Clause: "附-4"}
	}
	if duty == store.Administrator {
		if err := h.keepAdministrator(ctx, c.Tx, p); err != nil {
			return nil, err
		}
	}
	if err := c.Tx.People().TakeDuty(ctx, p.ID, duty, c.Now); err != nil {
		return nil, err
	}
	return h.dutyChanged(ctx, c, p, duty, "取消")
}

func (h Handler) dutyChanged(ctx context.Context, c *command.Call, p store.Person, duty store.Duty, how string) (*command.Answer, error) {
	change := how + string(duty) + "职责，自 " + h.Rules.Day(c.Now).String() + " 起"
	a := command.Text("已改：" + p.Name + change + "。")
	a.Undo, a.Subject = p.ID+"|"+string(duty), "person/"+p.ID
	var err error
	a.Notices, err = concerned(ctx, c, p, "你"+change+"。发送 帮助 看能做什么。")
	return a, err
}

func (h Handler) undoGive(ctx context.Context, c *command.Call, ref string) (string, error) {
	p, duty, err := h.dutyOf(ctx, c, ref)
	if err != nil {
		return "", err
	}
	if !p.Has(duty) {
		return "", errUndone
	}
	if duty == store.Administrator {
		if err := h.keepAdministrator(ctx, c.Tx, p); err != nil {
			return "", err
		}
	}
	return "给" + p.Name + "增加的" + string(duty) + "职责", c.Tx.People().TakeDuty(ctx, p.ID, duty, c.Now)
}

func (h Handler) undoTake(ctx context.Context, c *command.Call, ref string) (string, error) {
	p, duty, err := h.dutyOf(ctx, c, ref)
	if err != nil {
		return "", err
	}
	if p.Has(duty) {
		return "", errUndone
	}
	back := store.Change{Kind: store.ChangeHold, Duties: []store.Duty{duty}, At: c.Now}
	if err := givenBack(ctx, c, p, back, "人员 职责 "+p.Name+" "+string(duty)); err != nil {
		return "", err
	}
	return "取消" + p.Name + "的" + string(duty) + "职责", c.Tx.People().GiveDuty(ctx, p.ID, duty, c.Now)
}

// dutyOf reads what an undo of duties refers to.
func (h Handler) dutyOf(ctx context.Context, c *command.Call, ref string) (store.Person, store.Duty, error) {
	id, duty, _ := strings.Cut(ref, "|")
	p, found, err := c.Tx.People().ByID(ctx, id)
	if err == nil && (!found || !p.Active()) {
		err = errUndone
	}
	return p, store.Duty(duty), err
}

// stop ends a registration, after a preview.
func (h Handler) stop(ctx context.Context, c *command.Call) (*command.Answer, error) {
	p := c.Who("姓名")
	if err := h.keepAdministrator(ctx, c.Tx, p); err != nil {
		return nil, err
	}
	stops := store.Change{Kind: store.ChangeStop, At: c.Now}
	if version := command.VersionOf("stop", p.ID, p.Post); !c.Confirms(version) {
		behind, err := h.behind(ctx, c.Tx, p, c.Now)
		if err != nil {
			return nil, err
		}
		then, err := foreseen(ctx, c, p, stops)
		if err != nil {
			return nil, err
		}
		a := command.Card(stopCard(p, then, behind))
		a.Subject = "person/" + p.ID
		return a.Preview(version), nil
	}
	o, err := propose(ctx, c.Tx, c.Policy, c.Person, p, stops)
	if err != nil || o.waits() {
		return o.asked(c), err
	}
	behind, err := h.goes(ctx, c.Tx, p, c.Person.ID, stopCommand, c.Now)
	if err != nil {
		return nil, err
	}
	roll, err := audience.Read(ctx, c.Tx, store.DayOf(c.Now))
	if err != nil {
		return nil, err
	}
	above, empty := audience.But(left(roll, p, behind), c.Person.ID), vacancy(roll, p.Post)
	notices, err := concerned(ctx, c, p, stoppedText)
	if err != nil {
		return nil, err
	}
	notices = append(notices, news(c.Tx, c.Now, above, p.Name+"（"+string(p.Post)+"）已停用，不再要求周报和签到。"+behind)...)
	a := command.Text("已停用：" + p.Name + "（" + string(p.Post) + "），自 " + h.Rules.Day(c.Now).String() + " 起。记录都保留；5 分钟内可发 撤销，以后可发 人员 恢复 " + p.Name + "。" + empty)
	for _, n := range o.news(c.Tx) { // who is above has heard
		if !slices.ContainsFunc(above, func(q store.Person) bool { return q.ID == n.To }) {
			notices = append(notices, n)
		}
	}
	a.Notices, a.Undo, a.Subject = notices, p.ID, "person/"+p.ID
	return a, nil
}

func (h Handler) undoStop(ctx context.Context, c *command.Call, ref string) (string, error) {
	p, _, err := c.Tx.People().ByID(ctx, ref)
	if err != nil {
		return "", err
	}
	resumed, err := c.Tx.People().Resume(ctx, ref)
	if err == nil && !resumed {
		err = errUndone
	}
	if err == nil {
		err = h.revert(ctx, c, ref, stopCommand)
	}
	return "停用" + p.Name + "，现在恢复使用", err
}
