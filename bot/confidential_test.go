package main

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
	"marketbot/store/storetest"
)

// A robot alone keeps no secret: what stands in customers' files shows in no
// form, question or receipt there, and what is to be confirmed says its number.
func TestRobotAloneKeepsWhatFilesHold(t *testing.T) {
	v := newVault()
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), v.tapping(onRobot), everyPost(), thursday())
	hides := func(name, line string, want ...string) {
		t.Helper()
		words := o.hear(name, line)
		if strings.Contains(words, "预算砍半") {
			t.Errorf("%q shows of a file: %s", line, words)
		}
		for _, w := range want {
			if !strings.Contains(words, w) {
				t.Errorf("%q lacks %q: %s", line, w, words)
			}
		}
	}
	o.hear("张伟", "新客户 东莞市晨星机械有限公司 业务状况=很好")
	o.hear("张伟", "跟进 K1 对方预算砍半，改谈小单")
	hides("张伟", "周报", "第48周", "截止", "周报 本周：", "逐项填写")
	hides("张伟", "逐项填写 周报", "本周完成", "跳过")
	hides("张伟", "跳过", "下周计划") // keeps what was filled in
	hides("张伟", "签约", "预计回款")
	hides("张伟", "跳过", "问题")
	hides("张伟", "跳过", "已收到", "按时")
	hides("张伟", "看周报", "第48周")
	hides("张伟", "改周报", "第48周")
	hides("张伟", "补交 本周", "第48周")
	o.move(thursday().Add(28 * time.Hour))
	words := o.hear("王芳", "上报")
	_, after, found := strings.Cut(words, "确认请发：")
	if !found || strings.Contains(words, "预算砍半") {
		t.Fatalf("the preview is %q", words)
	}
	code, _, _ := strings.Cut(after, "\n")
	hides("王芳", code, "已上报")
	for _, m := range o.screens.messages("陈总") {
		if strings.Contains(m.words(), "预算砍半") || m.file != "" {
			t.Errorf("a robot passes on %s %q", m.file, m.words())
		}
	}
	v.check(t, o)
}

// No area puts a file into a message itself: whatever stands behind an answer
// or a notice gets its secrecy from there.
func TestFilesAreMadeInOnePlace(t *testing.T) {
	err := filepath.WalkDir("../handlers", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "../handlers/chat/") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		makes := func(s *ast.ImportSpec) bool { return s.Path.Value == `"`+module+`/handlers/chat"` }
		if err != nil || !slices.ContainsFunc(file.Imports, makes) {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if kv, ok := n.(*ast.KeyValueExpr); ok {
				if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "File" {
					t.Errorf("%s makes a message with a file: use Files of the answer or the notice", path)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A confidential answer that waits is looked at again before it is sent.
func TestWaitingSecretsAreLookedAtAgain(t *testing.T) {
	for _, c := range []struct {
		name  string
		ask   string
		do    func(ctx context.Context, tx *store.Tx, who store.Person) error
		hears string // of the asker, instead
	}{
		{name: "stopped", ask: "客户 K1", do: func(ctx context.Context, tx *store.Tx, who store.Person) error {
			return tx.People().Stop(ctx, who.ID, thursday())
		}},
		{name: "another post", ask: "客户 K1", hears: "没有发给你", do: func(ctx context.Context, tx *store.Tx, who store.Person) error {
			return tx.People().SetPost(ctx, who.ID, store.OtherEmployee, thursday())
		}},
		{name: "the account is another's", ask: "客户 K1", do: func(ctx context.Context, tx *store.Tx, who store.Person) error {
			other, _, err := tx.People().Named(ctx, "小林")
			if err != nil {
				return err
			}
			list, err := tx.Accounts().All(ctx)
			for _, a := range list {
				if err == nil && a.Person == who.ID {
					a.Person = other.ID
					err = tx.Accounts().Bind(ctx, a, thursday())
				}
			}
			return err
		}},
		{name: "nothing changed", ask: "客户 K1", hears: "很好"},
	} {
		t.Run(c.name, func(t *testing.T) {
			held := &holding{}
			world := func(o *office) screens { held.screens = onPage(o); return held }
			o := openOffice(t, storetest.Prepared(t, storetest.SQLite), world, everyPost(), thursday())
			o.hear("张伟", "新客户 东莞市晨星机械有限公司 业务状况=很好")
			before := len(o.screens.messages("刘洋"))
			held.holds.Store(true)
			o.screens.say("刘洋", private, c.ask)
			o.deliver()
			if c.do != nil {
				o.update(func(ctx context.Context, tx *store.Tx) error {
					who, _, err := tx.People().Named(ctx, "刘洋")
					if err != nil {
						return err
					}
					return c.do(ctx, tx, who)
				})
			}
			held.holds.Store(false)
			o.move(o.now().Add(5 * time.Minute))
			var words string
			for _, m := range o.screens.messages("刘洋")[before:] {
				words += m.words()
			}
			if c.hears != "很好" && strings.Contains(words, "很好") || !strings.Contains(words, c.hears) {
				t.Errorf("刘洋 was sent %q", words)
			}
			if c.hears == "很好" {
				return
			}
			if told := o.newest("王芳", "").words(); !strings.Contains(told, "没有送达") {
				t.Errorf("the administrator hears %q", told)
			}
			o.update(func(ctx context.Context, tx *store.Tx) error {
				waiting, err := tx.Outbox().Waiting(ctx, o.now().Add(time.Hour), 10)
				if len(waiting) > 0 {
					t.Errorf("%d messages wait still", len(waiting))
				}
				return err
			})
		})
	}
}

// holding are screens whose platform is out of order while it holds.
type holding struct {
	screens
	holds atomic.Bool
}

func (h *holding) platform() chat.Platform { return held{h.screens.platform(), &h.holds} }

type held struct {
	chat.Platform
	holds *atomic.Bool
}

func (h held) Send(ctx context.Context, to chat.Address, payload []byte, key string) error {
	if h.holds.Load() {
		return &chat.SendError{Failure: chat.Busy, After: time.Minute, Err: errors.New("out of order")}
	}
	return h.Platform.Send(ctx, to, payload, key)
}
