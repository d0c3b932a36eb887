package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
)

// auditCommand is the verb audit.
type auditCommand struct {
	Verify verifyCommand `cmd:"" help:"查全部审计记录：有没有被改、被删、被截断"`
}

// verifyCommand is the verb audit verify.
type verifyCommand struct {
	Config string `help:"配置文件" default:"config.yaml" type:"path"`
	Head   string `help:"总经理私聊里留着的审计链头：看现在的记录还包不包含它" placeholder:"1823-K7QXM2PA9D"`
	JSON   bool   `name:"json" help:"输出 JSON"`
}

// verdict is what audit verify found.
type verdict struct {
	*ledger.Report
	asked bool // for a head that somebody kept
	holds bool // it is still there
}

func (v verdict) whole() bool { return v.Whole() && (v.holds || !v.asked) }

// run goes over the whole audit. It changes nothing and runs beside a serving
// bot.
func (c *verifyCommand) run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	cfg, err := loadConfig(c.Config, os.LookupEnv)
	if err != nil {
		return err
	}
	rules, err := cfg.rules()
	if err != nil {
		return err
	}
	v, err := c.verify(ctx, cfg, log)
	if err != nil {
		return err
	}
	if c.JSON {
		err = v.json(out)
	} else {
		err = v.text(out, c.Head, rules.Zone)
	}
	if err == nil && !v.whole() {
		err = errFound
	}
	return err
}

func (c *verifyCommand) verify(ctx context.Context, cfg Config, log *slog.Logger) (v verdict, err error) {
	var head ledger.Head
	if v.asked = c.Head != ""; v.asked {
		if head, err = ledger.ParseHead(c.Head); err != nil {
			return v, &usageError{fmt.Errorf("%q 不是链头，链头像 1823-K7QXM2PA9D", c.Head)}
		}
	}
	seals, err := cfg.sealer()
	if err != nil {
		return v, &usageError{err}
	}
	if err := needsStore(cfg); err != nil {
		return v, err
	}
	db, err := store.Peek(ctx, store.Options{Source: cfg.Store, Seals: seals, Log: log})
	if err != nil {
		return v, openError(ctx, cfg, time.UTC, store.Options{Source: cfg.Store, Seals: seals, Log: log}, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.View(ctx, func(tx *store.Tx) error {
		if v.Report, err = tx.Audit().Verify(ctx, 0); err != nil {
			return err
		}
		v.holds, err = tx.Audit().Holds(ctx, head)
		return err
	})
	if errors.Is(err, store.ErrNoKey) {
		err = &usageError{errors.New("secret_key 不是这个数据库的。换过的话，把旧的写进 old_secret_keys")}
	}
	return v, err
}

// damages say what was found, worst first.
var damages = []struct {
	kind ledger.Damage
	text string
}{
	{ledger.TailCut, "末尾被截掉 %d 条"},
	{ledger.EntryDeleted, "被删 %d 条"},
	{ledger.Uncounted, "和写下时数的对不上，差 %d 条：没入链的被删或被换，或数被动过"},
	{ledger.LinkMissing, "连同链一起被删 %d 条"},
	{ledger.EntryEdited, "内容被改，或不是机器人写的：%d 条"},
	{ledger.LinkBroken, "链对不上 %d 处：顺序被动过，或链被改过"},
	{ledger.HeadLost, "链头不见了、被改过或是旧的：%d 处"},
}

func (v verdict) text(out io.Writer, head string, zone *time.Location) error {
	var b strings.Builder
	at := func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04:05") }
	fmt.Fprintf(&b, "审计记录 %d 条", v.Entries)
	if !v.First.IsZero() {
		fmt.Fprintf(&b, "，%s 到 %s", at(v.First), at(v.Last))
	}
	b.WriteString("\n")
	if v.Head.Seq > 0 {
		fmt.Fprintf(&b, "链头 %s（%s）\n", v.Head.Code(), at(v.Head.At))
	}
	if v.Unlinked > 0 {
		fmt.Fprintf(&b, "%d 条还没入链：机器人运行时一分钟内会入链，在那以前被删也数得出来\n", v.Unlinked)
	}
	for _, d := range damages {
		if v.Counts[d.kind] > 0 {
			fmt.Fprintf(&b, "✗ "+d.text+"%s\n", v.Counts[d.kind], v.where(d.kind))
		}
	}
	switch {
	case v.asked && v.holds:
		fmt.Fprintf(&b, "✓ 链头 %s 还在：到那时为止的记录都没有少\n", head)
	case v.asked:
		fmt.Fprintf(&b, "✗ 链头 %s 不在了：它以前的记录被删过，或者数据库换成了旧的\n", head)
	}
	if v.whole() {
		b.WriteString("✓ 没有发现改动\n")
	} else {
		b.WriteString("请保留现场：先备份数据库文件，再查谁能写它。\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// where are the first places of a damage.
func (v verdict) where(kind ledger.Damage) string {
	var list []string
	for _, f := range v.Finds {
		if f.Damage != kind {
			continue
		}
		place := f.Entry
		if f.Seq > 0 {
			place = strings.TrimSpace(fmt.Sprintf("第 %d 条 %s", f.Seq, f.Entry))
		}
		list = append(list, place)
	}
	text := "（" + strings.Join(list, "，")
	if len(list) < v.Counts[kind] && kind != ledger.TailCut && kind != ledger.LinkMissing {
		text += "……"
	}
	return text + "）"
}

// json is the verdict as scripts read it.
func (v verdict) json(out io.Writer) error {
	type find struct {
		Damage ledger.Damage `json:"damage"`
		Seq    int64         `json:"seq,omitempty"`
		Entry  string        `json:"entry,omitempty"`
	}
	finds := make([]find, len(v.Finds))
	for i, f := range v.Finds {
		finds[i] = find(f)
	}
	text := map[string]any{
		"ok": v.whole(), "entries": v.Entries, "unlinked": v.Unlinked, "head": "", "counts": v.Counts, "finds": finds,
	}
	if v.Head.Seq > 0 {
		text["head"] = v.Head.Code()
	}
	if !v.First.IsZero() {
		text["first"], text["last"] = v.First.UTC(), v.Last.UTC()
	}
	if v.asked {
		text["holds_head"] = v.holds
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(text)
}
