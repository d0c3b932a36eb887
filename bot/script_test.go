package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"marketbot/bot/feishu"
	"marketbot/bot/webchat"
	"marketbot/bot/wecom"
	"marketbot/handlers/photo/phototest"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/cluster/clustertest"
	"marketbot/store/storetest"
)

// stage is where conversations are played.
type stage struct {
	name     string
	backend  string
	screens  func(o *office) screens
	mentions bool     // the platform tells who is mentioned
	changes  bool     // and changes every card that it showed
	redis    bool     // as where there are several processes
	witness  *witness // one stage shows what the conversations do; nil: another
}

// stages are all of them: every database, and every platform.
func stages() []stage {
	return []stage{
		{storetest.SQLite + "-" + webchat.Platform, storetest.SQLite, onPage, true, true, false, newWitness()},
		{storetest.Postgres + "-redis-" + webchat.Platform, storetest.Postgres, onPage, true, true, true, nil},
		{storetest.SQLite + "-" + feishu.Name, storetest.SQLite, onFeishu, true, true, false, nil},
		{storetest.SQLite + "-" + wecom.Name, storetest.SQLite, onWeCom, false, false, false, nil},
	}
}

// TestScript plays the conversations in testdata/script, one file for each
// command and each line of the timetable, on every stage.
//
// The language: who speaks is a name, with @群 in the group and the bot
// mentioned, with @群! in the group without.
//
//	people '张伟 业务员' …        who is registered: name, post, duties; 未读: who has not confirmed the rules
//	settings config.yaml         a file of the script from the next start of the bot on, and what it names
//	clock '2026-11-26 09:30'     moves the clock and runs every job in between; the first one begins
//	say 张伟 '签到 广州'          somebody writes
//	place 张伟 '广州塔'           somebody sends a place
//	picture 张伟 jpeg '到场 H1'   somebody sends a picture, named in phototest.Pictures, with words or without
//	press 张伟 '确认'             presses the button, named by its beginning, of the newest message that has it
//	fill 张伟 '本周=拜访'         hands in the newest form; what is not given stays as it was prefilled; a name is their account's field
//	again                        the platform delivers the last event once more
//	late 6h say 张伟 '签到 广州'   somebody wrote six hours ago, and it arrives only now; so with the others
//	often 80 小林 '线索 第#个' …   somebody writes these one after the other, so often, # being the number
//	few 张伟 12 '第1个' '第80个' …  at most so many messages of a private chat are unread, which say all of this; all are passed over
//	expect 张伟 '成功' …          the next unread message of a private chat, or of 群, says all of this
//	absent 张伟 '密码' …          the message read last says none of this
//	file 张伟 '第48周' …          the next unread message is an Excel file with these words in name or cells
//	                             so are its pages, where they follow
//	nothing 张伟                 nothing is unread; without a name: nowhere
//	read 张伟                    passes over what is unread
//	changed 陈总 '已由' …         the newest message of a private chat, or of 群, that was changed says all of this now
//	head 陈总                    a head of the audit's chain came that was not there before; nothing else sees heads
//	secret '13800138000' 张伟 …   a value of a file, and in whose private chats it may stand; see secrets
//	damage customer.mac K1       one bit of a column is flipped behind the store's back; without a code that of the newest row
//	down, up '…'                 the bot stops; it starts again later
//	backup                       what is stored now is put away
//	restore '2026-11-26 12:00'   the bot stops and starts again later, on what was put away last
//	[mentions] …                 only where the platform tells who is mentioned
//	[changes] …                  only where the platform changes every card that it showed
func TestScript(t *testing.T) {
	for _, s := range stages() {
		t.Run(s.name, func(t *testing.T) {
			t.Cleanup(func() { s.witness.check(t) })
			if s.redis {
				server, alone := clustertest.NewServer(t), s.screens
				s.screens = func(o *office) screens {
					o.cluster = openShared(o.t, server)
					return alone(o)
				}
			}
			testscript.Run(t, testscript.Params{
				Dir:       "testdata/script",
				Setup:     func(env *testscript.Env) error { return s.setUp(env) },
				Cmds:      scriptCommands(),
				Condition: s.does,
			})
		})
	}
}

// does tells the words in brackets.
func (s stage) does(what string) (bool, error) {
	does, ok := map[string]bool{"mentions": s.mentions, "changes": s.changes}[what]
	if !ok {
		return false, fmt.Errorf("no condition %s", what)
	}
	return does, nil
}

// conversation is one script at work.
type conversation struct {
	t      testing.TB
	stage  stage
	people []staff.Entry
	unread []string // of them
	config func() Config
	office *office            // nil before the first clock
	seen   map[string]int     // messages read, by chat
	last   map[string]message // read last, by chat
	heads  map[string]string  // of the audit's chain, by chat
	vault  *secrets
	backup string // file of the last backup
}

type conversationKey struct{}

func (s stage) setUp(env *testscript.Env) error {
	t, ok := env.T().(testing.TB)
	if !ok {
		return fmt.Errorf("no test behind %T", env.T())
	}
	env.Values[conversationKey{}] = &conversation{t: t, stage: s, seen: map[string]int{}, last: map[string]message{}, heads: map[string]string{}, vault: newVault()}
	return nil
}

// scriptCommands are the words of the language; each gets at least as many
// arguments as its line shows.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	type do = func(p *conversation, ts *testscript.TestScript, args []string)
	list := map[string]struct {
		least int
		do    do
	}{
		"people":   {1, (*conversation).register},
		"settings": {1, (*conversation).set},
		"clock":    {1, (*conversation).moveClock},
		"say":      {2, (*conversation).say},
		"place":    {2, (*conversation).place},
		"picture":  {2, (*conversation).picture},
		"press":    {2, (*conversation).press},
		"fill":     {1, (*conversation).fill},
		"again":    {0, (*conversation).again},
		"late":     {3, (*conversation).late},
		"often":    {3, (*conversation).often},
		"few":      {2, (*conversation).few},
		"expect":   {1, (*conversation).expect},
		"absent":   {2, (*conversation).absent},
		"file":     {1, (*conversation).file},
		"nothing":  {0, (*conversation).nothing},
		"read":     {1, (*conversation).read},
		"changed":  {2, (*conversation).changed},
		"head":     {1, (*conversation).head},
		"secret":   {1, (*conversation).secret},
		"damage":   {1, (*conversation).damage},
		"down":     {0, (*conversation).down},
		"up":       {1, (*conversation).up},
		"backup":   {0, (*conversation).backUp},
		"restore":  {1, (*conversation).restore},
	}
	commands := map[string]func(*testscript.TestScript, bool, []string){}
	for name, c := range list {
		commands[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			p := ts.Value(conversationKey{}).(*conversation)
			if neg || len(args) < c.least {
				ts.Fatalf("usage: see TestScript")
			}
			if p.office == nil && name != "people" && name != "settings" && name != "clock" && name != "secret" {
				ts.Fatalf("the clock is not set yet")
			}
			c.do(p, ts, args)
		}
	}
	return commands
}

func (p *conversation) register(ts *testscript.TestScript, args []string) {
	for _, a := range args {
		words := strings.Fields(a)
		if len(words) < 2 || p.office != nil {
			ts.Fatalf("people: name and post, before the clock")
		}
		e := staff.Entry{Name: words[0], Post: store.Post(words[1])}
		if at := slices.Index(words, "未读"); at > 0 {
			words, p.unread = slices.Delete(words, at, at+1), append(p.unread, words[0])
		}
		for _, d := range words[2:] {
			e.Duties = append(e.Duties, store.Duty(d))
		}
		p.people = append(p.people, e)
	}
}

func (p *conversation) set(ts *testscript.TestScript, args []string) {
	text := ts.ReadFile(args[0])
	p.config = func() Config {
		cfg, err := parseConfig([]byte(text), func(string) (string, bool) { return "", false })
		ts.Check(err)
		if f := &cfg.AreaSettings.Rules.File; *f != "" {
			*f = ts.MkAbs(*f)
		}
		return cfg
	}
	if p.office != nil {
		p.office.settings = p.config
	}
}

func (p *conversation) names() (list []string) {
	for _, e := range p.people {
		list = append(list, e.Name)
	}
	return list
}

func readMoment(ts *testscript.TestScript, text string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04", time.DateTime} {
		if at, err := time.ParseInLocation(layout, text, shanghai); err == nil {
			return at
		}
	}
	ts.Fatalf("no date and time: %q", text)
	return time.Time{}
}

func (p *conversation) moveClock(ts *testscript.TestScript, args []string) {
	at := readMoment(ts, args[0])
	if p.office == nil {
		world := func(o *office) screens {
			o.witness, o.unread, o.settings = p.stage.witness, p.unread, p.config
			return p.vault.tapping(p.stage.screens)(o)
		}
		p.office = openOffice(p.t, storetest.Prepared(p.t, p.stage.backend), world, p.people, at)
		p.t.Cleanup(func() {
			p.vault.check(p.t, p.office)
			readableAll(p.t, p.office, p.names())
			p.stage.witness.reads(p.office)
		})
		return
	}
	if !at.After(p.office.now()) {
		ts.Fatalf("the clock only goes forward")
	}
	p.office.move(at)
}

// where reads 张伟, 张伟@群 and 张伟@群!.
func where(ts *testscript.TestScript, who string) (name string, in room) {
	name, group, _ := strings.Cut(who, "@")
	switch group {
	case "":
		return name, private
	case "群":
		return name, mentioned
	case "群!":
		return name, aside
	}
	ts.Fatalf("no place: %s", who)
	return "", 0
}

func (p *conversation) say(ts *testscript.TestScript, args []string) {
	name, in := where(ts, args[0])
	p.vault.hears(args[1])
	p.office.screens.say(name, in, args[1])
	p.office.deliver()
}

func (p *conversation) place(_ *testscript.TestScript, args []string) {
	p.office.screens.place(args[0], args[1])
	p.office.deliver()
}

func (p *conversation) picture(ts *testscript.TestScript, args []string) {
	name, in := where(ts, args[0])
	data, known := phototest.Pictures()[args[1]]
	if !known {
		ts.Fatalf("no picture: %s", args[1])
	}
	words := strings.Join(args[2:], "")
	p.vault.hears(words)
	p.office.screens.picture(name, in, data, words)
	p.office.deliver()
}

// messages is a chat's, by a name or 群, without the heads of the audit's chain,
// one of which comes every day.
func (p *conversation) messages(chat string) []message {
	return slices.DeleteFunc(p.everything(chat), isHead)
}

func (p *conversation) everything(chat string) []message {
	if chat == "群" {
		chat = ""
	}
	return slices.Clone(p.office.screens.messages(chat))
}

func isHead(m message) bool { return strings.HasPrefix(m.words(), "审计链头 ") }

func (p *conversation) head(ts *testscript.TestScript, args []string) {
	all := p.everything(args[0])
	i := len(all) - 1
	for i >= 0 && !isHead(all[i]) {
		i--
	}
	if i < 0 || all[i].words() == p.heads[args[0]] {
		ts.Fatalf("%s: no new head", args[0])
	}
	p.heads[args[0]] = all[i].words()
}

func (p *conversation) press(ts *testscript.TestScript, args []string) {
	name, in := where(ts, args[0])
	chat := name
	if in != private {
		chat = "群"
	}
	for _, m := range slices.Backward(p.messages(chat)) {
		if i := m.button(args[1]); i >= 0 {
			p.office.screens.press(name, m, i)
			p.office.deliver()
			return
		}
	}
	ts.Fatalf("%s sees no button %s", name, args[1])
}

func (p *conversation) fill(ts *testscript.TestScript, args []string) {
	values := map[string]string{}
	for _, a := range args[1:] {
		field, value, ok := strings.Cut(a, "=")
		if !ok {
			ts.Fatalf("no field: %s", a)
		}
		values[field] = value
	}
	for _, m := range slices.Backward(p.messages(args[0])) {
		if len(m.fields) == 0 {
			continue
		}
		for f, value := range values {
			if id := p.office.screens.account(f).ID; id != f && slices.Contains(m.fields, id) {
				values[id] = value
				delete(values, f)
			} else if !slices.Contains(m.fields, f) {
				ts.Fatalf("no field %s in %v", f, m.fields)
			}
		}
		p.office.screens.submit(args[0], m, values)
		p.office.deliver()
		return
	}
	ts.Fatalf("%s sees no form", args[0])
}

func (p *conversation) again(*testscript.TestScript, []string) {
	p.office.screens.again()
	p.office.deliver()
}

// late lets something arrive only now that was sent some time ago.
func (p *conversation) late(ts *testscript.TestScript, args []string) {
	by, err := time.ParseDuration(args[0])
	if err != nil || by <= 0 {
		ts.Fatalf("late: no time: %s", args[0])
	}
	do := map[string]func(*conversation, *testscript.TestScript, []string){
		"say": (*conversation).say, "picture": (*conversation).picture, "place": (*conversation).place, "press": (*conversation).press, "fill": (*conversation).fill,
	}[args[1]]
	if do == nil {
		ts.Fatalf("late: nothing that arrives: %s", args[1])
	}
	p.office.late.Store(int64(by))
	defer p.office.late.Store(0)
	do(p, ts, args[2:])
}

// next takes the next unread message of a chat.
func (p *conversation) next(ts *testscript.TestScript, chat string) message {
	all := p.messages(chat)
	n := p.seen[chat]
	if n >= len(all) {
		ts.Fatalf("%s: nothing is unread; the last message was:\n%s", chat, p.last[chat].words())
	}
	p.seen[chat], p.last[chat] = n+1, all[n]
	return all[n]
}

func (p *conversation) expect(ts *testscript.TestScript, args []string) {
	words := p.next(ts, args[0]).words()
	for _, want := range args[1:] {
		if !strings.Contains(words, want) {
			ts.Fatalf("%s: want %q in:\n%s", args[0], want, words)
		}
	}
}

func (p *conversation) absent(ts *testscript.TestScript, args []string) {
	words := p.last[args[0]].words()
	for _, bad := range args[1:] {
		if strings.Contains(words, bad) {
			ts.Fatalf("%s: %q stands in:\n%s", args[0], bad, words)
		}
	}
}

func (p *conversation) file(ts *testscript.TestScript, args []string) {
	m := p.next(ts, args[0])
	if m.file == "" {
		ts.Fatalf("%s: no file but:\n%s", args[0], m.words())
	}
	cells, err := m.cells()
	if err != nil {
		ts.Fatalf("%s: %s: %v", args[0], m.file, err)
	}
	for _, want := range args[1:] {
		if !strings.Contains(m.file+"\n"+cells, want) {
			ts.Fatalf("%s: want %q in %s:\n%s", args[0], want, m.file, cells)
		}
	}
	all, n := p.messages(args[0]), p.seen[args[0]]
	if len(all) == n || !all[n].pages() || strings.TrimSuffix(all[n].file, ".pdf") != strings.TrimSuffix(m.file, ".xlsx") {
		return
	}
	text, err := p.next(ts, args[0]).cells()
	for _, want := range args[1:] {
		if err != nil || !strings.Contains(m.file, want) && !strings.Contains(text, strings.Join(strings.Fields(want), "")) {
			ts.Fatalf("%s: want %q in %s: %v\n%s", args[0], want, all[n].file, err, text)
		}
	}
}

func (p *conversation) nothing(ts *testscript.TestScript, args []string) {
	chats := args
	if len(chats) == 0 {
		chats = append([]string{"群"}, p.names()...)
	}
	for _, c := range chats {
		if all := p.messages(c); len(all) > p.seen[c] {
			ts.Fatalf("%s: %d unread, the first is:\n%s", c, len(all)-p.seen[c], all[p.seen[c]].words())
		}
	}
}

func (p *conversation) read(_ *testscript.TestScript, args []string) {
	for _, c := range args {
		p.seen[c] = len(p.messages(c))
	}
}

// changed finds the newest message that was changed.
func (p *conversation) changed(ts *testscript.TestScript, args []string) {
	for _, m := range slices.Backward(p.messages(args[0])) {
		if m.now == "" {
			continue
		}
		for _, want := range args[1:] {
			if !strings.Contains(m.now, want) {
				ts.Fatalf("%s: want %q in what is now:\n%s", args[0], want, m.now)
			}
		}
		return
	}
	ts.Fatalf("%s: nothing was changed", args[0])
}

func (p *conversation) secret(_ *testscript.TestScript, args []string) {
	p.vault.entrusts(args[0], args[1:]...)
}
