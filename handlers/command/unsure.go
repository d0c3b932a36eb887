package command

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// What makes of a whole command one that nobody has given: what asks whether it should
// be, what takes it back in the same breath, what begins it anew, and what leads on to
// another. None of them is text, where it is a clause of its own.
var (
	tails   = newLexicon(`吗 么 嘛 没 行不行 行不 行吗 行么 可以吗 可以么 可以不 可不可以 能不能 能吗 好吗 好么 好不好 成不 成吗 对吗 对么 对不对 是吗 是么 是不是 要不要 ok吗`)
	retract = newLexicon(`算了 算啦 等一下 等下 慢着 且慢 取消 先别 不了`)
	wrong   = newLexicon(`不对 打错 写错 发错 说错 搞错 弄错 点错 填错 错了`) // may be a report, too
	// reported are what a command calls the text that says what was wrong.
	reported = newLexicon(`原因 经过 进展`)
	around   = newLexicon(`不要 不用 不算 别 先 还是 那 哦 噢 啊 唉 哎 呃 额 不 了 吧 啦 我 的 刚才 刚刚 这条 这个`)
	anew     = newLexicon(`算了不 算了还 算了先 算了我 算了明 算了后 不对是 不对应该 不对不对 等等好像 等等是 等一下好像 哦不 噢不 啊不 打错了是 打错了应该 写错了是 写错了应该 说错了是 说错了应该 还是算了`)
	leading  = newLexicon(`另外 还有 对了 顺便 然后 再就是 此外 同时`)
	// undone is what stands right behind a command's name and says that it was none.
	undone = newLexicon(`错 取消 失败 成功 不成功 不上 但是 可是 不过 的时候 的人 的事 的话 按钮 功能 页面 入口 界面 提醒 通知 地点写 时间写 报错 出错 异常 有点 有问题 太 老是 总是 我忘 记得 没反应 怎 之前 之后 以后`)
)

// parting reports whether a character ends a clause.
func parting(c rune) bool {
	return unicode.IsSpace(c) || strings.ContainsRune("，,。；;！!…~～、", c)
}

// lastClause is where the last clause of a text begins that says something.
func lastClause(typed string) int {
	typed = strings.TrimRightFunc(typed, func(c rune) bool { return !text.Wordy(c) })
	i := strings.LastIndexFunc(typed, parting)
	if i < 0 {
		return 0
	}
	_, size := utf8.DecodeRuneInString(typed[i:])
	return i + size
}

// wonders reports whether the words behind a command's name ask whether it should be
// done, and what they are without that: a question of its own at the end (可以吗), or one
// where no text stands that it could belong to (批准 A1？).
func (s *Spec) wonders(rest, typed string) (core string, ok bool) {
	if s.Lists && s.Undo == nil || s.Asks {
		return "", false
	}
	from := lastClause(rest)
	if last := text.Fold(rest[from:]).Text; from > 0 && strings.ContainsFunc(last, text.Wordy) && useUp(last, tails) {
		return strings.TrimFunc(rest[:from], parting), true
	}
	core = text.TrimStops(rest)
	asked := strings.ContainsAny(typed[len(text.TrimStops(typed)):], "?？")
	if asked {
		core = strings.TrimSuffix(strings.TrimSuffix(core, "吧"), "呢")
	}
	for i := range core {
		if w := tails.at(core[i:]); w != "" && useUp(core[i:], tails) {
			core, asked = core[:i], true
			break
		}
	}
	switch {
	case !asked && ask.in(text.Fold(rest).Text) == "":
		return "", false
	case core == "":
		return "", asked && !s.Lists && !s.takesText() && !s.Needs()
	}
	args, err := Parse(context.Background(), s, core, Env{Now: anOrdinaryDay})
	if err == nil && !slices.ContainsFunc(s.Args, func(a Arg) bool { return args[a.Name] != nil && a.takesText() }) {
		return core, asked
	}
	args, err = Parse(context.Background(), s, rest, Env{Now: anOrdinaryDay})
	return "", err == nil && slices.ContainsFunc(s.Args, func(a Arg) bool {
		said, text := args[a.Name].(string)
		return text && a.takesText() && a.asks(said)
	})
}

// takesText reports whether the argument takes whatever somebody writes.
func (a *Arg) takesText() bool {
	return slices.Contains([]Kind{Free, Passage, Labels, Fields}, a.Kind)
}

// asks reports whether a text is none for the argument, since it asks: it says nothing
// else, or is to be a reason.
func (a *Arg) asks(typed string) bool {
	said := text.Fold(typed).Text
	if ask.in(said) == "" {
		return false
	}
	reason := strings.HasPrefix(a.Name, "事由") || strings.HasPrefix(a.Name, "原因") || strings.HasPrefix(a.Name, "理由")
	return useUp(said, idle, tails) || reason && (tails.at(said) != "" || opener.at(said) != "" || strings.HasSuffix(text.TrimStops(said), "吗"))
}

// anOrdinaryDay is what days are counted from where it does not matter which they are.
var anOrdinaryDay = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// takenBack reports whether a clause of what is typed behind what is known of a command
// takes it back, or begins it anew: 算了; 不对，是后天.
func (s *Spec) takenBack(known, said string) bool {
	not := s.Name
	if s.takes(Span) {
		not += "去来"
	}
	end := said[max(0, len(said)-suggestBytes):] // of a long report
	clauses := strings.FieldsFunc(text.Fold(strings.ToValidUTF8(end, "")).Text, parting)
	for _, c := range clauses {
		if s.own(c) {
			continue
		}
		did := refusal.FindStringSubmatch(c)
		no := retract.in(c) != "" || wrong.in(c) != "" && !s.tells(known, said, c)
		if anew.at(c) != "" || no && useUp(c, retract, wrong, around) || did != nil && strings.Trim(did[1], not) == "" {
			return true
		}
	}
	return false
}

// own reports whether a word is one of the command's own: 部门群 取消.
func (s *Spec) own(word string) bool {
	return slices.ContainsFunc(s.Args, func(a Arg) bool { return a.Name == word || slices.Contains(a.Words, word) })
}

// tells reports whether a clause begins the reason, or what happened, that the command
// cannot do without: 作废合同 ZYX-202611-001 写错, 跟进 华东机电 发错了，重新寄样.
func (s *Spec) tells(known, typed, clause string) bool {
	if field, asked := strings.CutSuffix(known, "="); asked { // 原因=
		return reported.at(field[strings.LastIndexByte(field, ' ')+1:]) != "" && strings.HasPrefix(text.Fold(typed).Text, clause)
	}
	i := slices.IndexFunc(s.Args, func(a Arg) bool { return a.takesText() && !a.Optional && reported.at(a.Name) != "" })
	if i < 1 {
		return false
	}
	args, err := Parse(context.Background(), s, strings.TrimSpace(known+typed), Env{Now: anOrdinaryDay})
	said, _ := args[s.Args[i].Name].(string)
	return err == nil && strings.HasPrefix(text.Fold(strings.TrimSpace(said)).Text, clause)
}

// Wavers reports whether an answer behind what is known of the command takes itself back,
// or asks in turn: 算了不领了, 明天吗. It may be meant as it stands.
func (s *Spec) Wavers(known, answer string) bool {
	folded, core := text.Fold(answer).Text, text.TrimStops(answer)
	asks := strings.ContainsAny(answer[len(core):], "?？") || strings.HasSuffix(core, "吗")
	return s.takenBack(known, answer) || asks && (ask.at(folded) != "" || utf8.RuneCountInString(core) <= fewWords)
}

// refusal is how it is said that something is not to be done, after all.
var refusal = regexp.MustCompile(`^(?:还是|先|那)?不(\pL{1,2})[了吧啦]+$`)

// several are the commands that a text gives one after the other: on lines of their own,
// or behind what leads on to another (另外…); none where it gives one.
func (r *Router) several(typed string, first *Spec, k Known) []string {
	if first.labelled() {
		return nil
	}
	from, list := 0, []string(nil)
	for i, c := range typed {
		if !parting(c) || i < from {
			continue
		}
		next := typed[i+utf8.RuneLen(c):]
		lead := leading.at(next)
		if c != '\n' && lead == "" || !r.gives(next[len(lead):], first, lead == "", k) {
			continue
		}
		list, from = append(list, strings.TrimFunc(typed[from:i], parting)), i+utf8.RuneLen(c)+len(lead)
	}
	if list == nil {
		return nil
	}
	return append(list, strings.TrimFunc(typed[from:], parting))
}

// LeadsOn reports whether a text leads on to another matter (另外…), so that it takes
// knowledge of who there is to tell whether that is a command beside the first.
func LeadsOn(typed string) bool {
	for i, c := range typed {
		if parting(c) && leading.at(typed[i+utf8.RuneLen(c):]) != "" {
			return true
		}
	}
	return false
}

// gives reports whether a text gives a command, with all that it needs: what tells of
// another (顺便收了回款) is still the first one's text. On a line of its own it begins with
// its name, else it speaks of another than the first and of nothing else.
func (r *Router) gives(typed string, first *Spec, line bool, k Known) bool {
	if line {
		said, spec, end := r.behindCourtesy(typed)
		if spec == nil || spec.Lists {
			return false
		}
		next, _ := utf8.DecodeRuneInString(said[end:])
		return !text.Wordy(next) && (said[end:] == "" || spec.whole(said[end:]))
	}
	m, plain := r.plain(typed)
	if !plain {
		m = r.spoken(typed, text.Fold(text.CutBytes(typed, suggestBytes)), k)
	}
	spec, rest := m.Spec, m.Rest
	if len(m.Lines) > 0 {
		spec, rest, _ = r.Match(m.Lines[0])
	}
	return spec != nil && spec != first && !spec.Lists && spec.whole(rest)
}

// whole reports whether nothing that the command needs is missing.
func (s *Spec) whole(rest string) bool {
	_, err := Parse(context.Background(), s, rest, Env{Now: anOrdinaryDay})
	return err == nil
}

// unsure is what a text means that gives a command, but not for good: one that it asks
// for, takes back, or gives beside another; ok is false where the command is meant.
func (r *Router) unsure(plain Meaning, typed string, k Known) (m Meaning, ok bool) {
	if plain.Spec == nil || plain.Spec.Hidden {
		return m, false
	}
	if plain.Spec.takenBack("", plain.Rest) {
		return Meaning{About: plain.Spec, doubted: true}, true
	}
	if core, ok := plain.Spec.wonders(plain.Rest, typed); ok && core == "" {
		return Meaning{Help: plain.Spec}, true
	} else if ok {
		return Meaning{Lines: []string{plain.Spec.Name + " " + core, plain.Spec.HelpLine()}}, true
	}
	for _, one := range r.several(typed, plain.Spec, k) {
		meant, plain := r.plain(one)
		if !plain {
			meant = r.spoken(one, text.Fold(one), k)
		}
		if meant.Spec != nil {
			meant.Lines = []string{meant.Line}
		}
		if len(meant.Lines) > 0 && len(m.Lines) < maxSuggest {
			m.Lines = append(m.Lines, meant.Lines[0])
		}
		ok = true
	}
	return m, ok
}
