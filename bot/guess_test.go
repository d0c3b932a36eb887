package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"marketbot/handlers"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
)

// spokenRouter are the commands of the house as people speak of them, without a desk.
func spokenRouter(t testing.TB) *command.Router {
	speech, err := os.ReadFile("../handlers/speech.txt")
	if err != nil {
		t.Fatal(err)
	}
	desk, err := handlers.NewDesk(handlers.Options{Areas: newAreas(rules(t), defaults().AreaSettings, healthy)})
	if err != nil {
		t.Fatal(err)
	}
	var specs []command.Spec
	for _, s := range desk.Specs() {
		specs = append(specs, *s)
	}
	r, err := command.NewRouter(specs, string(speech))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// knownOf is what is known where a text is guessed at.
func knownOf(typed string) command.Known {
	k := command.Known{Suits: func(*command.Spec) bool { return true }, People: []string{"陈总", "王芳", "李娜", "张伟", "刘洋", "小林", "周敏", "赵强", "小钱"}, Name: "张伟", Now: spoken()}
	for _, name := range []string{"华东机电", "岭海电子", "岭海", "松湖印刷", "松湖", "千灯陶瓷", "千灯", "云山酒店", "云山", "东江", "灯都照明", "灯都", "香洲", "南方重工", "新会家具"} {
		if strings.Contains(typed, name) {
			k.Customer = name
			break
		}
	}
	return k
}

// fillers are the characters that may be left away wherever they stand: they say
// nothing of their own, or only what is done to the bot and what stands behind them.
const fillers = "录登记备叫换改填为前弄金额地点主题的了吧啊哈呢哦呀嘛啦哎嗯我你他她它们那这个份笔张条家边里事都就又再先刚才已经要让由被把从跟和与给去来到在是一下帮请想麻烦好也人掉大概约应该估计今天自己名下手上"

// mostLacking is how many of a hundred lines lack a word at most: mostly one that names the
// command (弄好了, 搞丢了), or a slip of the pen.
const mostLacking = 14

// No word is lost: what somebody typed stands in the line that is offered, where the
// command takes text, or it says nothing, or is what they call the command.
func TestOffersLoseNoWords(t *testing.T) {
	t.Parallel()
	r := spokenRouter(t)
	lost, all := 0, 0
	for _, s := range slices.Concat(readSentences(t, learnt), readSentences(t, heldOut)) {
		for _, line := range r.Guess(s.said, knownOf(s.said)).Lines {
			spec, _, _ := r.Match(line)
			if spec == nil || spec.Lists || spec.Name == "帮助" || spec.Name == "客户" || !slices.ContainsFunc(spec.Args, func(a command.Arg) bool {
				return slices.Contains([]command.Kind{command.Free, command.Passage, command.Labels, command.Fields}, a.Kind)
			}) {
				continue
			}
			all++
			if run := lostOf(r, spec, s.said, line); run != "" {
				lost++
				t.Logf("%q offers %q without %s", s.said, line, run)
			}
		}
	}
	t.Logf("%d of %d lines lack words", lost, all)
	if 100*lost > mostLacking*all {
		t.Errorf("more than %d %% of the lines lack words", mostLacking)
	}
}

// lostOf is what of a text a line for a command lacks.
func lostOf(r *command.Router, spec *command.Spec, typed, line string) string {
	says := text.Fold(strings.Join(slices.Concat([]string{line, spec.Name}, spec.Aliases, spec.Said), " ")).Text
	return strings.Map(func(c rune) rune {
		if !unicode.Is(unicode.Han, c) || strings.ContainsRune(says, c) || strings.ContainsRune(fillers, c) {
			return -1
		}
		return c
	}, text.Fold(typed).Text)
}

// BenchmarkGuess guesses at how people write, with all the commands of the house.
func BenchmarkGuess(b *testing.B) {
	r := spokenRouter(b)
	var said []sentence
	for line := range strings.Lines(learnt) {
		if head, _, ok := strings.Cut(strings.TrimSpace(line), " ⇒ "); ok {
			_, words, _ := strings.Cut(head, " ")
			said = append(said, sentence{said: words})
		}
	}
	r.Guess("中午吃啥", knownOf(""))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s := said[i%len(said)].said
		r.Guess(s, knownOf(s))
	}
}

// What cannot be done as it is said is told how before something else is offered that
// fits by its code alone.
func TestHelpStandsBeforeAnotherAct(t *testing.T) {
	said := "H2花了3000，还差500"
	lines := spokenRouter(t).Guess(said, knownOf(said)).Lines
	help := slices.Index(lines, "帮助 活动 总结")
	if act := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "活动 取消") }); help < 0 || act >= 0 && act < help {
		t.Errorf("%q offers %q", said, lines)
	}
}

// Who takes back what they type in the same breath, or asks whether it should be, has
// given no command: not one of those that do something is run.
func TestNothingIsGivenThatIsTakenBack(t *testing.T) {
	r := spokenRouter(t)
	for _, s := range r.Specs() {
		if s.Hidden || s.Lists && s.Undo == nil || s.Name == "取消" { // which says nothing else
			continue
		}
		for _, line := range s.Examples {
			for _, end := range []string{"，算了", " 算了不弄了", "。打错了", " 不对，等一下", " 哦不", " 可以吗", "，行不行？", " 对吗"} {
				if s.Asks && (strings.HasSuffix(end, "？") || strings.HasSuffix(end, "吗")) {
					continue
				}
				if m, plain := r.Read(line+end, nil); plain && m.Spec != nil {
					t.Errorf("%s%s is run as %s", line, end, m.Line)
				}
			}
		}
	}
}

// What gives two commands gives neither of them: both are offered.
func TestSeveralCommandsAreOffered(t *testing.T) {
	r := spokenRouter(t)
	for said, want := range map[string][]string{
		"签到 广州 见客户\n请假 明天 看病": {"签到 广州 见客户", "请假 明天 看病"},
		"签到广州 另外明天请假":         {"签到 广州", "请假 明天"},
		"跟进 K12 等报价，还有催一下周报":  {"跟进 K12 等报价", "催交"},
	} {
		if m, plain := r.Read(said, nil); plain && m.Spec != nil {
			t.Errorf("%q is run as %s", said, m.Line)
		}
		if lines := r.Guess(said, knownOf(said)).Lines; !slices.Equal(lines, want) {
			t.Errorf("%q offers %q, want %q", said, lines, want)
		}
	}
}
