package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store"
)

// watched opens a file and gives the alarms that follow.
func (o *office) watched(as, customer string) []chat.Notice {
	o.T.Helper()
	f := o.look(as, customer, "客户", "")
	var list []chat.Notice
	o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = o.h.watch(ctx, &command.Call{Tx: tx, Person: o.People[as], Now: o.Now}, f.Customer, f.Trace)
		return err
	})
	return list
}

func TestAlarmByHourOfTheDay(t *testing.T) {
	o := newOffice(t)
	c := o.Customer("南湖酒店", "张伟")
	for at, alarms := range map[string]bool{
		"2026-11-24 06:59": true, "2026-11-24 07:00": false, "2026-11-24 21:59": false, "2026-11-24 22:00": true, "2026-11-25 00:00": true,
	} {
		o.Clock(at)
		told := o.Told(o.watched("张伟", c.ID))
		if _, raised := told["陈总"]; raised != alarms || (told["王芳"] != "") != alarms {
			t.Errorf("%s: told %v, want alarms %v", at, told, alarms)
		}
		if alarms {
			wants(t, told["陈总"], "张伟（业务员）", "南湖酒店", "22:00 至次日 7:00", "溯源")
		}
	}
}

func TestAlarmOfACanary(t *testing.T) {
	config := Defaults()
	config.Canaries = []string{"金丝雀 （东莞）有限公司"}
	o := openOffice(t, config)
	c := o.Customer("金丝雀(东莞)有限公司", "")
	list := o.watched("张伟", c.ID)
	if len(list) != 2 || !list[0].Urgent || !list[1].Urgent {
		t.Fatalf("alarms %+v; want one each for the general manager and the director, by themselves", list)
	}
	wants(t, o.Told(list)["王芳"], "诱饵", "追踪码", "[今天的查阅记录:查阅记录 张伟 今天]")
	if again := o.watched("张伟", c.ID); again[0].Key != list[0].Key {
		t.Errorf("keys %s and %s within an hour: the second would be said", list[0].Key, again[0].Key)
	}
	o.Clock("2026-11-24 10:00")
	if later := o.watched("张伟", c.ID); later[0].Key == list[0].Key {
		t.Errorf("key %s in the next hour, too: it would not be said", later[0].Key)
	}
}

func TestAlarmOfManyFiles(t *testing.T) {
	o := newOffice(t)
	for i := range manyFiles + 1 {
		c := o.Customer(fmt.Sprintf("客户%d", i), "张伟")
		told := o.Told(o.watched("张伟", c.ID))
		o.watched("张伟", c.ID) // the same file again is no other file
		if alarms := i == manyFiles; (told["陈总"] != "") != alarms {
			t.Errorf("file %d: told %v, want alarms %v", i+1, told, alarms)
		}
	}
	o.Clock("2026-11-24 10:31")
	if told := o.Told(o.watched("张伟", "K1")); len(told) > 0 {
		t.Errorf("an hour later: told %v", told)
	}
}

func TestAlarmGoesToNobodyAboutThemselves(t *testing.T) {
	o := newOffice(t)
	c := o.Customer("南湖酒店", "")
	o.Clock("2026-11-24 23:00")
	told := o.Told(o.watched("王芳", c.ID))
	if told["王芳"] != "" || told["陈总"] == "" {
		t.Errorf("told %v", told)
	}
	told = o.Told(o.watched("陈总", c.ID))
	if told["陈总"] != "" || told["王芳"] == "" || strings.Contains(told["王芳"], "溯源") {
		t.Errorf("told %v; the director does not trace the general manager", told)
	}
}

func TestAlarmOfTheQuota(t *testing.T) {
	o := newOffice(t)
	var list []chat.Notice
	o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = o.h.overQuota(ctx, &command.Call{Tx: tx, Person: o.People["张伟"], Now: o.Now})
		return err
	})
	wants(t, o.Told(list)["陈总"], "张伟", "20 次")
	if slices.ContainsFunc(list, func(n chat.Notice) bool { return !n.Urgent }) {
		t.Errorf("%+v", list)
	}
}
