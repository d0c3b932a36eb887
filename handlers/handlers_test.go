package handlers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

var zone = time.FixedZone("CST", 8*3600)

// desk is a Desk on a real store, with what it owes read back.
type desk struct {
	t    testing.TB
	db   *store.DB
	desk *handlers.Desk
	now  time.Time
	n    int
	seen map[string]bool
	log  bytes.Buffer

	meanwhile func() error

	mu   sync.Mutex
	owed []store.Outgoing // as handed over
}

// trouble is an area whose commands go wrong in every way.
type trouble struct {
	wrote     *int
	meanwhile *func() error // while something is read ahead
}

func (a trouble) Owes(context.Context, *command.Call) ([]command.Item, error) { return nil, nil }

func (a trouble) Commands() []command.Spec {
	spec := func(name string, run command.Step) command.Spec {
		return command.Spec{
			Name: name, Summary: "test", Examples: []string{name}, Who: rulebook.TakePart, Run: run,
			Undo: func(context.Context, *command.Call, string) (string, error) { return "收回了" + name, nil },
		}
	}
	return []command.Spec{
		spec("崩溃", func(ctx context.Context, c *command.Call) (*command.Answer, error) {
			if err := c.Tx.Marks().Set(ctx, "effect", c.Now); err != nil {
				return nil, err
			}
			panic("secret 13800000000")
		}),
		spec("出错", func(context.Context, *command.Call) (*command.Answer, error) {
			return nil, errors.New("no luck")
		}),
		spec("久读", func(ctx context.Context, c *command.Call) (*command.Answer, error) {
			*a.wrote++
			said, err := command.Ahead(ctx, c, "long", func(context.Context, *store.Tx) (string, error) { return "读完了", (*a.meanwhile)() })
			return command.Text(said), err
		}),
		spec("问外面", func(ctx context.Context, c *command.Call) (*command.Answer, error) {
			*a.wrote++
			said, err := command.Outside(ctx, c, "far", func(context.Context) (string, error) { return "问到了", (*a.meanwhile)() })
			return command.Text(said), err
		}),
		spec("写错", func(_ context.Context, c *command.Call) (*command.Answer, error) {
			return command.Text(c.Text("clent")), nil
		}),
		spec("不答", func(context.Context, *command.Call) (*command.Answer, error) { return nil, nil }),
		asking(spec("提问", func(_ context.Context, c *command.Call) (*command.Answer, error) {
			if answer := c.Text("回答"); answer != "" {
				return command.Text("记下了：" + answer), nil
			}
			return nil, &command.Question{Prompt: "多少？", Prefix: "数量："}
		})),
		spec("登记", func(context.Context, *command.Call) (*command.Answer, error) {
			*a.wrote++
			return &command.Answer{Reply: chat.Message{Card: &chat.Card{Title: "登记好了", Buttons: []chat.Button{{Label: "撤销", Command: "撤销"}}}}, Undo: "row"}, nil
		}),
		spec("预览", func(_ context.Context, c *command.Call) (*command.Answer, error) {
			if c.Confirmed != "v1" {
				return &command.Answer{Reply: chat.Message{Text: "要这样吗", Secrecy: chat.Secrecy{Confidential: true, Summary: "有一份预览"}}, Confirm: "v1"}, nil
			}
			*a.wrote++
			return command.Text("做好了"), nil
		}),
	}
}

func asking(s command.Spec) command.Spec {
	s.Args = []command.Arg{{Name: "回答", Kind: command.Free, Optional: true}}
	return s
}

func newDesk(t testing.TB, wrote *int) *desk {
	db := storetest.Open(t, storetest.SQLite)
	d := &desk{t: t, db: db, now: time.Date(2026, 11, 26, 9, 30, 0, 0, zone), seen: map[string]bool{}}
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	whole := staff.Handler{Rules: rulebook.Rules{Zone: zone, Calendar: calendar}, Health: func(context.Context) []chat.Finding { return nil },
		Members: func(context.Context, chat.Address) ([]chat.Member, error) { return nil, nil }}
	d.desk, err = handlers.NewDesk(handlers.Options{
		DB: db, Areas: []command.Area{trouble{wrote, &d.meanwhile}, whole}, Left: staff.Handler{Rules: rulebook.Rules{Zone: zone}}.Left, Post: &handlers.Post{}, Zone: zone,
		Now: func() time.Time { return d.now }, Owed: d.hand, Log: slog.New(slog.NewTextHandler(&d.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"张伟", "刘洋"} {
		d.update(func(ctx context.Context, tx *store.Tx) error {
			p := store.Person{ID: "p" + name, Name: name, Post: store.Salesperson, Since: d.now}
			return errors.Join(tx.People().Add(ctx, p), tx.Accounts().Bind(ctx, store.Account{Platform: "x", ID: name, Person: p.ID}, d.now))
		})
	}
	return d
}

func (d *desk) hand(answers []store.Outgoing, _ bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.owed = append(d.owed, answers...)
}

func (d *desk) update(f func(context.Context, *store.Tx) error) {
	d.t.Helper()
	if err := d.db.Update(context.Background(), func(tx *store.Tx) error { return f(context.Background(), tx) }); err != nil {
		d.t.Fatal(err)
	}
}

// event is a private message; change makes it something else.
func (d *desk) event(who, text string, change ...func(*chat.Event)) chat.Event {
	d.n++
	a := chat.Account{Platform: "x", ID: who}
	e := chat.Event{ID: fmt.Sprint("e", d.n), Kind: chat.Text, From: a, Chat: a.Private(), Sent: d.now, ToBot: true, Text: text}
	for _, f := range change {
		f(&e)
	}
	return e
}

func (d *desk) receive(e chat.Event) chat.Receipt {
	d.t.Helper()
	r, err := d.desk.Receive(context.Background(), e)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// said is what was owed since the last look: chat id and content.
func (d *desk) said() []string {
	var list []string
	d.update(func(ctx context.Context, tx *store.Tx) error {
		waiting, err := tx.Outbox().Waiting(ctx, d.now.Add(time.Hour), 1000)
		for _, o := range waiting {
			if !d.seen[o.ID] {
				d.seen[o.ID] = true
				list = append(list, o.Address+" "+string(o.Content))
			}
		}
		return err
	})
	return list
}

func (d *desk) wantSaid(want ...string) []string {
	d.t.Helper()
	got := d.said()
	if len(got) != len(want) {
		d.t.Fatalf("said %q, want %d messages", got, len(want))
	}
	for i, w := range want {
		for part := range strings.SplitSeq(w, " … ") {
			if !strings.Contains(got[i], part) {
				d.t.Errorf("said %q, want %q in it", got[i], part)
			}
		}
	}
	return got
}

func card(t *testing.T, said string) chat.Card {
	t.Helper()
	var m chat.Message
	if err := json.Unmarshal([]byte(said[strings.Index(said, "{"):]), &m); err != nil || m.Card == nil {
		t.Fatalf("no card in %q: %v", said, err)
	}
	return *m.Card
}

// A panic, an error or silence of a command takes its effects back, gives the person a
// reference number, and leaves the inbox, the audit and everybody else alone.
func TestFault(t *testing.T) {
	d := newDesk(t, new(int))
	for _, line := range []string{"崩溃", "出错", "写错", "不答"} {
		e := d.event("张伟", line)
		if r := d.receive(e); r.OK {
			t.Errorf("%s: receipt says OK", line)
		}
		got := d.wantSaid("张伟 … 编号")
		if strings.Contains(got[0], "13800") || strings.Contains(got[0], "luck") {
			t.Errorf("the answer tells the error: %s", got[0])
		}
		if log := d.log.String(); strings.Contains(log, "13800") || !strings.Contains(log, "command failed") {
			t.Errorf("the log says %s", log)
		} else if line == "写错" && !strings.Contains(log, "clent") {
			t.Errorf("the log does not name the argument: %s", log)
		}
		if r := d.receive(e); !r.Duplicate {
			t.Error("redelivery is not known")
		}
		d.wantSaid()
	}
	d.update(func(ctx context.Context, tx *store.Tx) error {
		at, err := tx.Marks().At(ctx, "effect")
		if !at.IsZero() {
			t.Error("the effect of a panicking command stayed")
		}
		tail, forged, err2 := tx.Audit().Tail(ctx, 10)
		if len(tail) != 4 || len(forged) != 0 || tail[0].Outcome != ledger.Failed || len(tail[0].Ref) != 8 {
			t.Errorf("audit %+v, forged %v", tail, forged)
		}
		return errors.Join(err, err2)
	})
	d.receive(d.event("刘洋", "帮助"))
	d.wantSaid("刘洋 … 帮助")
}

// A fault is in the log once, under the number that the person was told, also
// where another's makes all that were to be committed together run again.
func TestFaultsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, new(int))
		free := make(chan bool)
		go d.db.Update(t.Context(), func(*store.Tx) error { <-free; return nil })
		synctest.Wait()
		for _, e := range []chat.Event{d.event("张伟", "出错"), d.event("刘洋", "崩溃")} {
			go d.desk.Receive(t.Context(), e)
			synctest.Wait()
		}
		close(free)
		synctest.Wait()
		d.update(func(ctx context.Context, tx *store.Tx) error {
			tail, _, err := tx.Audit().Tail(ctx, 10)
			if log := d.log.String(); len(tail) != 2 || strings.Count(log, "command failed") != 2 || !strings.Contains(log, tail[0].Ref) || !strings.Contains(log, tail[1].Ref) {
				t.Errorf("audit %+v, log:\n%s", tail, log)
			}
			return err
		})
	})
}

func TestStranger(t *testing.T) {
	d := newDesk(t, new(int))
	d.receive(d.event("somebody", "登记 secret"))
	if got := d.wantSaid("somebody … " + staff.Unregistered); strings.Contains(got[0], "secret") {
		t.Errorf("repeated what a stranger wrote: %s", got[0])
	}
	d.receive(d.event("somebody", "绑定 WRONG"))
	d.wantSaid("绑定码不对")
}

func TestGroup(t *testing.T) {
	d := newDesk(t, new(int))
	group := chat.Address{Platform: "x", Group: true, ID: "g"}
	in := func(e *chat.Event) { e.Chat = group }
	d.receive(d.event("张伟", "登记", in, func(e *chat.Event) { e.ToBot = false }))
	d.wantSaid()
	d.receive(d.event("张伟", "登记", in))
	d.wantSaid("g … 登记好了")
	d.receive(d.event("张伟", "提问", in))
	d.wantSaid("g … 已私信回复", "张伟 … 多少？")
	d.receive(d.event("张伟", "预览", in))
	d.wantSaid("g … 已私信回复", "张伟 … 确认 A1")
	d.receive(d.event("张伟", "我的", in))
	d.wantSaid("g … 已私信回复", "张伟 … 我的待办")
}

// The same text twice is two entries; the same press within seconds is one.
func TestRepeats(t *testing.T) {
	wrote := 0
	d := newDesk(t, &wrote)
	d.receive(d.event("张伟", "登记"))
	d.receive(d.event("张伟", "登记"))
	if wrote != 2 {
		t.Fatalf("two messages wrote %d times", wrote)
	}
	press := func(e *chat.Event) { e.Kind, e.Command, e.Text, e.Card = chat.Press, "登记", "", "card1" }
	d.receive(d.event("张伟", "", press))
	d.now = d.now.Add(time.Second)
	if r := d.receive(d.event("张伟", "", press)); !r.Duplicate || wrote != 3 {
		t.Errorf("double click: %+v, wrote %d", r, wrote)
	}
	d.receive(d.event("刘洋", "", press))
	d.now = d.now.Add(time.Minute)
	d.receive(d.event("张伟", "", press))
	if wrote != 5 {
		t.Errorf("presses of others or later wrote %d times in all, want 5", wrote)
	}
}

func TestQuestion(t *testing.T) {
	d := newDesk(t, new(int))
	d.receive(d.event("张伟", "提问"))
	d.wantSaid("多少？")
	d.receive(d.event("张伟", "取消"))
	d.wantSaid("已取消")
	d.receive(d.event("张伟", "十二"))
	d.wantSaid("没看懂")
	d.receive(d.event("张伟", "提问"))
	d.receive(d.event("张伟", "登记三家客户")) // begins like a command, but is the answer
	d.wantSaid("多少？", "记下了：数量：登记三家客户")
	d.receive(d.event("张伟", "提问"))
	d.said()
	d.receive(d.event("张伟", "登记")) // a readable command beats the question
	d.wantSaid("登记好了")
	d.receive(d.event("张伟", "提问"))
	d.said()
	d.now = d.now.Add(time.Hour)
	d.receive(d.event("张伟", "十二")) // nobody waits that long
	d.wantSaid("没看懂")
}

func TestConfirm(t *testing.T) {
	wrote := 0
	d := newDesk(t, &wrote)
	d.receive(d.event("张伟", "预览"))
	d.wantSaid("要这样吗 … 编号：A1 … 确认 A1 … 取消 A1")
	d.receive(d.event("刘洋", "确认 A1"))
	d.wantSaid("不能用")
	d.receive(d.event("张伟", "确认 ａ１"))
	d.wantSaid("做好了")
	again := func(e *chat.Event) { e.Kind, e.Command, e.Text, e.Card = chat.Press, "确认 A1", "", "card1" }
	for range 2 { // a double click hears what it did
		d.receive(d.event("张伟", "", again))
		d.wantSaid("A1「预览」已经在 11月26日 周四 09:30 确认过了")
	}
	d.receive(d.event("张伟", "预览"))
	d.said()
	d.receive(d.event("张伟", "取消 A2"))
	d.wantSaid("A2")
	d.receive(d.event("张伟", "确认 A2"))
	d.wantSaid("A2「预览」不能用：已经在 11月26日 周四 09:30 取消了")
	d.receive(d.event("张伟", "预览"))
	d.said()
	d.now = d.now.Add(time.Hour)
	d.receive(d.event("张伟", "确认 A3"))
	d.wantSaid("不能用")
	d.receive(d.event("刘洋", "登记"))
	d.receive(d.event("刘洋", "预览"))
	d.said()
	d.receive(d.event("刘洋", "确认 A4"))
	d.receive(d.event("刘洋", "撤销")) // what was confirmed stands, and hides what was before
	d.wantSaid("做好了", "收不回来")
	if wrote != 3 {
		t.Errorf("did it %d times, want 3", wrote)
	}
}

// Where no secret is kept, the summary of a preview says how to confirm it.
func TestConfirmWhereNoSecretIsKept(t *testing.T) {
	d := newDesk(t, new(int))
	d.receive(d.event("张伟", "预览"))
	d.wantSaid("有一份预览 … 编号：A1，确认请发：确认 A1")
}

// The button of an entry takes back that entry, for its owner, in time.
func TestUndo(t *testing.T) {
	d := newDesk(t, new(int))
	d.receive(d.event("张伟", "登记"))
	button := card(t, d.said()[0]).Buttons[0].Command
	press := func(e *chat.Event) { e.Kind, e.Command, e.Card = chat.Press, button, "c" }
	d.receive(d.event("刘洋", "登记"))
	d.said()
	d.receive(d.event("刘洋", "", press))
	d.wantSaid("没有可以撤销的登记：这是张伟（业务员）的")
	d.receive(d.event("张伟", "", press))
	d.wantSaid("已撤销：收回了登记。", `"done":"已由张伟（业务员）于 11月26日 周四 09:30 撤销" … "replaces":"c"`)
	d.now = d.now.Add(time.Minute) // another press of a card that shows it still
	d.receive(d.event("张伟", "", press))
	d.wantSaid("「登记」已由张伟（业务员）于 11月26日 周四 09:30 撤销，没有再办一次。")
	d.receive(d.event("张伟", "撤销"))
	d.wantSaid("没有可以撤销")
	d.now = d.now.Add(6 * time.Minute)
	d.receive(d.event("刘洋", "撤销"))
	d.wantSaid("没有可以撤销")
}

func TestMemberLeft(t *testing.T) {
	d := newDesk(t, new(int))
	d.receive(d.event("张伟", "", func(e *chat.Event) { e.Kind = chat.MemberLeft }))
	d.receive(d.event("张伟", "登记"))
	d.wantSaid(staff.Unregistered)
}

// An answer that waits does not keep what it answers: an adapter's ids may be
// pieces of a message of a megabyte.
func TestAnswersKeepNoEvent(t *testing.T) {
	d := newDesk(t, new(int))
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for range 64 {
		whole := strings.Repeat("x", 1<<20) + "张伟"
		d.receive(d.event(whole[1<<20:], "提问"))
	}
	if after := heap(); len(d.owed) != 64 || after > before+16<<20 {
		t.Errorf("%d answers keep %d MiB", len(d.owed), (after-before)>>20)
	}
}

// A time ahead of our clock is not believed: a preview would be good for longer,
// and a report never late.
func TestTimeAheadIsNotBelieved(t *testing.T) {
	d := newDesk(t, new(int))
	e := d.event("张伟", "提问")
	e.Sent = d.now.Add(48 * time.Hour)
	d.receive(e)
	d.now = d.now.Add(31 * time.Minute)
	d.said()
	d.receive(d.event("张伟", "三个"))
	d.wantSaid("没看懂")
}

// Who opens the chat for the first time is told what there is to do, unless
// something else is to be read there already, or a question waits.
func TestOpening(t *testing.T) {
	d := newDesk(t, new(int))
	opens := func(e *chat.Event) { e.Kind = chat.Opened }
	d.receive(d.event("张伟", "", opens))
	d.wantSaid("张伟 … 我能帮你做的")
	d.update(func(ctx context.Context, tx *store.Tx) error {
		list, err := tx.Outbox().Waiting(ctx, d.now, 10)
		for _, o := range list {
			err = errors.Join(err, tx.Outbox().Sent(ctx, o.ID, "", d.now))
		}
		return err
	})
	d.receive(d.event("刘洋", "提问"))
	d.wantSaid("刘洋 … 多少？")
	d.receive(d.event("刘洋", "", opens))
	d.wantSaid()
	d.receive(d.event("张伟", "登记"))
	d.said() // and not delivered yet
	d.receive(d.event("张伟", "", opens))
	d.wantSaid()
}

// What takes long is read once, while others write; then the step is run again with it,
// or with what went wrong. So is what is asked over the network.
func TestAhead(t *testing.T) {
	for line, said := range map[string]string{"久读": "读完了", "问外面": "问到了"} {
		t.Run(line, func(t *testing.T) { testAhead(t, line, said) })
	}
}

func testAhead(t *testing.T, line, said string) {
	runs := 0
	d := newDesk(t, &runs)
	reads := 0
	d.meanwhile = func() error {
		reads++
		d.receive(d.event("刘洋", "登记")) // for ever, if the first one's transaction were open
		return nil
	}
	d.receive(d.event("张伟", line))
	d.wantSaid("刘洋 … 登记好了", "张伟 … "+said)
	if reads != 1 || runs < 3 {
		t.Errorf("read %d times, %d runs", reads, runs)
	}
	d.meanwhile = func() error { return errors.New("no luck") }
	d.receive(d.event("张伟", line))
	d.wantSaid("张伟 … 出错")
	if !strings.Contains(d.log.String(), "no luck") {
		t.Error(d.log.String())
	}
}
