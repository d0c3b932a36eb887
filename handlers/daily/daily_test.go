package daily

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/store"
)

const today = store.Day("2026-12-03")

var (
	li   = store.Person{ID: "li", Name: "李娜", Post: store.Supervisor}
	wang = store.Person{ID: "wang", Name: "王芳", Post: store.MarketingDirector}
	roll = audience.NewRoll(today, []store.Person{li, wang}, nil)
)

// line is a line for the supervisor.
func line(key string, urgency Urgency, since store.Day) Line {
	return Line{For: audience.Audience{To: []store.Person{li}}, Key: key, Urgency: urgency, Since: since, Text: key}
}

// order are the keys of a letter as they stand in it.
func order(l Letter) string {
	var list []string
	for _, line := range l.Lines {
		list = append(list, line.Key)
	}
	return strings.Join(list, " ")
}

func TestRank(t *testing.T) {
	lines := []Line{
		line("a/calm/1", Calm, ""), line("a/due/1", Due, "2026-12-02"), line("a/due/2", Due, "2026-12-01"), line("a/calm/2", Calm, ""),
		line("b/urgent/1", Urgent, ""), line("b/old/1", Calm, "2026-11-26"), line("b/young/1", Calm, "2026-11-27"),
	}
	letters, told := Letters(roll, lines, nil)
	if want := "b/old/1 b/urgent/1 a/due/2 a/due/1 b/young/1 a/calm/1 a/calm/2"; len(letters) != 1 || order(letters[0]) != want {
		t.Errorf("%v, want %s", letters, want)
	}
	if len(told) != len(lines) {
		t.Errorf("told %v", told)
	}
}

// A line without words counts as said and is nobody's.
func TestLineWithoutWords(t *testing.T) {
	silent := line("a/whole/1", Due, "")
	silent.Text = ""
	letters, told := Letters(roll, []Line{silent}, nil)
	if _, said := told[silent.Key]; len(letters) > 0 || !said {
		t.Errorf("%v, told %v", letters, told)
	}
}

func TestTenLinesFiveOfAKind(t *testing.T) {
	var lines []Line
	for i := range 8 {
		lines = append(lines, line(fmt.Sprint("a/one/", i), Due, ""), line(fmt.Sprint("b/two/", i), Due, ""), line(fmt.Sprint("b/three/", i), Due, ""))
	}
	letters, told := Letters(roll, lines, nil)
	kinds := map[string]int{}
	for _, l := range letters[0].Lines {
		kinds[l.kind()]++
	}
	if len(letters[0].Lines) != 10 || letters[0].More != 14 || len(told) != 10 || kinds["a/one"] > 5 || kinds["b/two"] > 5 {
		t.Errorf("%d lines and %d more, %v", len(letters[0].Lines), letters[0].More, kinds)
	}
	m := letters[0].message("")
	for _, want := range []string{"今日提醒（24 条）", "1. a/one/0", "…另有 14 条"} {
		if !strings.Contains(flat(m), want) {
			t.Errorf("%q in:\n%s", want, flat(m))
		}
	}
}

// A message is no list of customers to carry away (档-3): what names more waits,
// but a line that names many by itself is said when it is its turn.
func TestSixCustomersAMessage(t *testing.T) {
	names := func(l Line, n int) Line { l.Names = n; return l }
	var lines []Line
	for i := range 4 {
		lines = append(lines, names(line(fmt.Sprint("a/one/", i), Due, ""), 1), names(line(fmt.Sprint("a/two/", i), Due, ""), 1))
	}
	lines = append(lines, names(line("a/list", Calm, ""), 5), line("a/none", Calm, ""))
	letters, told := Letters(roll, lines, nil)
	if n := len(letters[0].Lines); n != 7 || letters[0].More != 3 {
		t.Errorf("%d lines, %d more", n, letters[0].More)
	}
	letters, _ = Letters(roll, lines, told)
	if n := len(letters[0].Lines); n != 2 || letters[0].More != 1 {
		t.Errorf("the next day %d lines, %d more", n, letters[0].More)
	}
	if letters, _ = Letters(roll, lines[8:9], nil); len(letters[0].Lines) != 1 {
		t.Error("a line that names many is never said")
	}
}

func TestStepsAreSaidOnce(t *testing.T) {
	step := func(n int) Line { l := line("q/k/1", Due, ""); l.Step = n; return l }
	for _, tt := range []struct {
		said  map[string]int
		lines []Line
		want  int // the step told; 0: none
	}{
		{nil, []Line{step(7)}, 7},
		{nil, []Line{step(7), step(15)}, 15},
		{map[string]int{"q/k/1": 7}, []Line{step(7)}, 0},
		{map[string]int{"q/k/1": 7}, []Line{step(15)}, 15},
		{map[string]int{"q/k/1": 30}, []Line{step(15)}, 0},
		{map[string]int{"q/k/2": 30}, []Line{step(7)}, 7},
	} {
		letters, told := Letters(roll, tt.lines, tt.said)
		if len(letters) != min(1, tt.want) || told["q/k/1"] != tt.want || len(letters) == 1 && len(letters[0].Lines) != 1 {
			t.Errorf("%v said, %v: %v, told %v", tt.said, tt.lines, letters, told)
		}
	}
}

// What is said anew every day, and does not fit, takes turns.
func TestEverydayLinesTakeTurns(t *testing.T) {
	said := map[string]int{}
	var heard []string
	for day := 1; day <= 3; day++ {
		var lines []Line
		for i := range 12 {
			l := line(fmt.Sprintf("a/owed/%02d", i), Due, "")
			l.Step = day
			lines = append(lines, l)
		}
		letters, told := Letters(roll, lines, said)
		for key, step := range told {
			said[key] = step
		}
		heard = append(heard, order(letters[0]))
	}
	want := "a/owed/00 a/owed/01 a/owed/02 a/owed/03 a/owed/04|a/owed/05 a/owed/06 a/owed/07 a/owed/08 a/owed/09|a/owed/10 a/owed/11 a/owed/00 a/owed/01 a/owed/02"
	if got := strings.Join(heard, "|"); got != want {
		t.Errorf("heard %s, want %s", got, want)
	}
}

// Who is to hear of one thing in several lines hears the first that is theirs, and
// the others count as said with it; a line about something else stays.
func TestOneThingIsOneLine(t *testing.T) {
	vacant := audience.Audience{To: []store.Person{wang}, Post: store.Supervisor, Vacant: true}
	own := audience.Audience{To: []store.Person{wang}}
	lines := []Line{
		{For: vacant, Key: "a/due/1/supervisor", About: "a/due/1", Step: 30, Text: "转给你"},
		{For: own, Key: "a/due/1/director", About: "a/due/1", Step: 30, Text: "自己的"},
		{For: own, Key: "a/due/1/general", About: "a/due/1", Step: 30, Text: "又一条"},
		{For: audience.Audience{To: []store.Person{li}}, Key: "a/due/1/owner", About: "a/due/1", Step: 30, Text: "李娜的"},
		{For: own, Key: "a/due/2/director", About: "a/due/2", Text: "别的"},
	}
	letters, told := Letters(roll, lines, nil)
	if len(letters) != 2 || order(letters[0]) != "a/due/1/owner" || order(letters[1]) != "a/due/1/director a/due/2/director" {
		t.Errorf("%v", letters)
	}
	if len(told) != len(lines) || told["a/due/1/supervisor"] != 30 {
		t.Errorf("told %v", told)
	}
}

// What is for several counts as said with another line only once all of them heard that.
func TestSparedOfSeveral(t *testing.T) {
	both := audience.Audience{To: []store.Person{li, wang}}
	own := func(p store.Person) Line {
		return Line{For: audience.Audience{To: []store.Person{p}}, Key: "a/due/1/" + p.ID, About: "a/due/1", Urgency: Urgent, Text: "自己的"}
	}
	head := Line{For: both, Key: "a/due/1/head", About: "a/due/1", Text: "下面的"}
	var full []Line
	for i := range 2 * maxKind {
		l := line(fmt.Sprint("x/", i%2, "/", i), Urgent, "")
		l.For.To = []store.Person{wang}
		full = append(full, l)
	}
	for _, tt := range []struct {
		lines []Line
		want  bool
	}{
		{[]Line{own(li), head}, true}, // the other one hears it as it is
		{append([]Line{own(li), head}, full...), false},
		{append([]Line{own(li), own(wang), head}, full...), true},
		{[]Line{own(li), {For: own(li).For, Key: head.Key, About: head.About, Text: "只给一个"}}, true},
	} {
		_, told := Letters(roll, tt.lines, nil)
		if _, said := told[head.Key]; said != tt.want {
			t.Errorf("%d lines: told %v, want the head's %v", len(tt.lines), told, tt.want)
		}
	}
}

func TestNobodyHearsSoItStaysOwed(t *testing.T) {
	l := line("a/b/c", Due, "")
	l.For = audience.Audience{Waits: true}
	if letters, told := Letters(roll, []Line{l}, nil); len(letters) != 0 || len(told) != 0 {
		t.Errorf("%v, told %v", letters, told)
	}
}

func TestAlarmStandsAlone(t *testing.T) {
	alarm := line("audit/damage/1", Alarm, "")
	list := notices(today, first(Letters(roll, []Line{line("a/b/c", Due, ""), alarm}, nil)), "")
	if len(list) != 2 || list[0].Key != "audit/damage/1/li" || !list[0].Urgent || list[1].Key != "daily/2026-12-03/li" || list[1].Urgent {
		t.Errorf("%+v", list)
	}
}

func first(letters []Letter, _ map[string]int) []Letter { return letters }

func TestMessages(t *testing.T) {
	plain := Line{Text: "三份档案待核", Command: "线索", Label: "看线索"}
	typed := Line{Text: "还不全", Command: "改客户 K1 字段=值"}
	secret := Line{Text: "应收 125,000.00 元逾期", Harmless: "一笔应收逾期", Command: "应收 华东机电", Label: "应收"}
	passed := Line{Text: "甲 7 天没有进展", For: audience.Audience{Away: []string{"张伟"}}}
	for _, tt := range []struct {
		name    string
		letter  Letter
		mark    string
		want    string
		summary string
	}{
		{"one line without a button is a line", Letter{Lines: []Line{typed}}, "", "还不全 → 改客户 K1 字段=值\n", ""},
		{"made up", Letter{Lines: []Line{typed}}, madeUp, "补：还不全 → 改客户 K1 字段=值\n", ""},
		{"one with a button is a card", Letter{Lines: []Line{plain}}, "", "今日提醒（1 条）\n1. 三份档案待核\n[看线索:线索]\n", ""},
		{"passed on", Letter{Lines: []Line{passed}}, "", "甲 7 天没有进展（张伟 请假，转给你）\n", ""},
		{"confidential and plain together", Letter{Lines: []Line{secret, plain, typed}, More: 2}, madeUp,
			"补：今日提醒（5 条）\n1. 应收 125,000.00 元逾期\n2. 三份档案待核\n3. 还不全 → 改客户 K1 字段=值\n…另有 2 条，明天接着提醒。\n[应收:应收 华东机电][看线索:线索]\n",
			"补：今日提醒（5 条）\n1. 一笔应收逾期\n2. 三份档案待核 → 线索\n3. 还不全 → 改客户 K1 字段=值\n…另有 2 条，明天接着提醒。"},
	} {
		m := tt.letter.message(tt.mark)
		if got := flat(m); strings.TrimSpace(got) != strings.TrimSpace(tt.want) || m.Summary != tt.summary || m.Confidential != (tt.summary != "") {
			t.Errorf("%s:\n%s\nsummary %q, confidential %v", tt.name, got, m.Summary, m.Confidential)
		}
	}
}

func TestButtonsEndWhereCardsDo(t *testing.T) {
	var l Letter
	for i := range 9 {
		l.Lines = append(l.Lines, Line{Text: fmt.Sprint("行", i), Command: fmt.Sprint("跟进 K", i), Label: fmt.Sprint("跟进 ", i)})
	}
	m := l.message("")
	typed := slices.DeleteFunc(slices.Clone(m.Card.Blocks), func(b chat.Block) bool { return !strings.Contains(b.Text, "→") })
	if len(m.Card.Buttons) != 6 || len(typed) != 3 || !strings.Contains(typed[0].Text, "行6 → 跟进 K6") {
		t.Errorf("%d buttons, typed %v", len(m.Card.Buttons), typed)
	}
}

// flat is all that a message says, line by line, buttons in brackets.
func flat(m chat.Message) string {
	lines := []string{m.Text}
	if m.Card != nil {
		lines = append(lines, m.Card.Title)
		for _, b := range m.Card.Blocks {
			lines = append(lines, b.Text+b.Note)
		}
		buttons := ""
		for _, b := range m.Card.Buttons {
			buttons += "[" + b.Label + ":" + b.Command + "]"
		}
		lines = append(lines, buttons)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
