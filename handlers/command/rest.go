package command

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// hedge is what stands about what is meant and says nothing.
var hedge = newLexicon(`跑 飞 一共 总共 合计 拢共 大概 大约 应该 估计 这里 那里 一条 那份 那个 那笔 这份 这个 这笔 那张 这张 那条 这条 那边 这边 的事 他 她 它 他们 我们 咱 自己 名下 手上 手里 今天 刚 刚刚 刚才 已经 又 再 先 就 都 那 这 里 里面 让 由 被 从 跟 和 与 要 了 的 吧 哈 啊 呢 哦 啦 掉 给 去 来 到 在 是 个 一下 下 好 也 人`)

// carriers are what people do who give the bot something, and how they count it.
var carriers = newLexicon(`录 录入 建 建一个 新建 新增 新 加 添加 登记 报备 申请 记 记录 开 办 搞 弄 做 提 报 安排 个 条 件 笔 场 份 一条 一件 一笔 一场 事 事情 上`)

// aboutContract is what says no more of a contract that is named.
var aboutContract = newLexicon(`弄 搞 把 给 合同 合同号 合同原件 原件 的 那份 这份 那个 这个 那 这`)

// introducing is what stands before what something is about, or what it is called.
var introducing, naming = newLexicon(`主题是 主题为 主题 内容是 内容为 名称是 名字是 名字叫`), newLexicon(`叫做 名叫 名为 叫`)

// edge is what stands about what a text says of something.
var edge = newLexicon(`添一条进展 加一条进展 记一条进展 添一条 加一条 加个跟进 记个跟进 添个进展 记一条 记一笔 记一下 记个 的 那边 这边 那家 这家 那个 了 吧 啊 哈 呢 哦 一下`)

// name is what the text calls somebody or something that is not known: what is left
// of the clause that speaks of the command, or of the first one.
func (f *filling) name() []string {
	for _, c := range f.clauses {
		kept := slices.DeleteFunc(f.kept(c, true), f.noName)
		if len(kept) != 1 || utf8.RuneCountInString(f.typed[kept[0].from:kept[0].to]) > maxTypable/4 {
			continue
		}
		f.cut(kept[0].from, kept[0].to)
		name := f.typed[kept[0].from:kept[0].to]
		if w := become.at(name); len(w) > len("了") && len(w) < len(name) { // 对接人换成黄丽
			name = name[len(w):]
		}
		return []string{strings.TrimSuffix(trimSoft(name), "是")} // 百汇超市是新客户
	}
	return nil
}

// noName reports whether a run cannot be what somebody is called: it speaks of things.
func (f *filling) noName(c clause) bool {
	run := text.Fold(f.typed[c.from:c.to]).Text
	return f.cues.in(run) != "" || slices.ContainsFunc(nouns, func(n string) bool { return strings.HasPrefix(run, n) }) || ask.in(run) != "" || strings.ContainsAny(run, "我你他她")
}

// kept are the runs of a clause that say more than that the command is meant.
func (f *filling) kept(c clause, unnamed bool) (runs []clause) {
	drop := f.drop
	if unnamed {
		drop = slices.Clone(drop)
		for _, s := range f.slots {
			for i := s.from; i < s.to && s.mark != cityMark; i++ {
				drop[i] = true
			}
		}
	}
	for i := c.from; i < c.to; i++ {
		if drop[i] {
			continue
		}
		end := i
		for end < c.to && !drop[end] {
			end++
		}
		if from, to := f.trim(i, end, i == c.from && end == c.to); from < to {
			runs = append(runs, clause{from, to})
		}
		i = end
	}
	return runs
}

// trim is a run without what only says that the command is meant.
func (f *filling) trim(from, to int, alone bool) (int, int) {
	if f.phraseEnd > 0 && from >= f.phraseEnd {
		from += len(introducing.at(f.typed[from:to]))
		if from == f.phraseEnd && f.names() {
			from += len(naming.at(f.typed[from:to]))
		}
	}
	run := text.Fold(f.typed[from:to])
	if f.phraseEnd > 0 && (alone || from < f.phraseEnd || !f.spec.takes(Free, Passage, Labels, Fields)) {
		return f.trimSoft(from, to, run.Text)
	}
	own := f.ofClause(from, to)
	if f.because && alone { // 改成八万八 客户砍了
		if useUp(run.Text, f.like.whole[f.spec], hedge, soft, carriers) {
			return to, to
		}
		return from, to
	}
	if useUp(run.Text, f.cues, hedge, soft, own) || f.like.speaks(run.Text, f.spec) {
		return to, to
	}
	start, end := 0, len(run.Text)
	if f.spec.takes(Contract) && own != nil {
		start = len(own.at(run.Text))
		start += len(own.at(run.Text[start:]))
	}
	for w := "-"; w != ""; start += len(w) {
		if w = f.cues.at(run.Text[start:]); w == "" {
			if w = edge.at(run.Text[start:]); w == "" {
				w = introducing.at(run.Text[start:])
			}
		}
	}
	for again := start < end; again; { // what stands behind what is named may be what is told of it: 家里有事
		again = false
		for i := start; i < end; i++ {
			if w := f.like.whole[f.spec].at(run.Text[i:end]); w != "" && i+len(w) == end {
				end, again = i, true
				break
			}
		}
	}
	if f.names() {
		if w := become.at(run.Text[start:end]); len(w) > len("了") && start+len(w) < end { // 对接人换成黄丽了
			start, end = start+len(w), start+len(w)+len(withoutEnd(run.Text[start+len(w):end]))
		}
		end -= len(run.Text[start:end]) - len(strings.TrimSuffix(run.Text[start:end], "是")) // 百汇超市是新客户
	}
	return from + run.Raw(start), from + run.Raw(end)
}

// names reports whether the text that the command takes is what somebody is called.
func (f *filling) names() bool {
	return slices.ContainsFunc(f.spec.Args, func(a Arg) bool { return a.Name == "名称" || a.Name == "姓名" && a.Kind != Person })
}

// ofClause is what may be left out beside the command and what it is about.
func (f *filling) ofClause(from, to int) lexicon {
	switch {
	case f.spec.takes(Contract) && slices.ContainsFunc(f.slots, func(s slot) bool {
		return s.mark == contractMark && (s.from == to || s.to <= from && strings.TrimSpace(f.typed[s.to:from]) == "")
	}):
		return aboutContract
	case len(f.clauses) > 0 && from == f.clauses[0].from:
		return carriers
	}
	return nil
}

// trimSoft is a run beside a phrase without what says nothing: behind the phrase a
// command that takes text keeps all but a particle.
func (f *filling) trimSoft(from, to int, folded string) (int, int) {
	keeps := from >= f.phraseEnd && f.spec.takes(Free, Passage, Labels, Fields)
	if useUp(folded, particle) || !keeps && useUp(folded, soft) || f.spec.Lists && useUp(folded, vague) || useUp(folded, soft, f.ofClause(from, to)) || from < f.phraseEnd && useUp(folded, soft, f.cues) {
		return to, to
	}
	run, trim := f.typed[from:to], trimSoft
	if keeps && from > f.phraseEnd {
		return from, to
	}
	if keeps {
		trim = trimParticle
	}
	word := trim(run)
	if from < f.phraseEnd {
		word = strings.TrimSuffix(word, "是")
	}
	if useUp(text.Fold(word).Text, soft) {
		return to, to
	}
	if from < f.phraseEnd {
		word = strings.TrimPrefix(word, f.ofClause(from, to).at(word))
	}
	if f.spec.takes(Customer) && from < f.phraseEnd {
		word = strings.TrimPrefix(word, "客户")
	}
	from += strings.Index(run, word)
	return from, from + len(word)
}

// beside is all that stands beside the customer.
func (f *filling) beside() string {
	i := slices.IndexFunc(f.slots, func(s slot) bool { return s.mark == customerMark })
	if i < 0 && !slices.Contains(f.drop, false) { // all of it is taken for the name
		return ""
	}
	if i < 0 {
		return strings.TrimSpace(f.typed)
	}
	words := wordsBeside(f.typed, f.slots[i].from, f.slots[i].to)
	return words[len(edge.at(words)):]
}

// text is what is left for a command that takes text.
func (f *filling) text() string {
	var parts []string
	last := -1
	for _, c := range f.clauses {
		for _, r := range f.kept(c, false) {
			between := " "
			if last >= 0 {
				if gap := f.typed[last:r.from]; !slices.Contains(f.drop[last:r.from], true) && !strings.ContainsFunc(gap, text.Wordy) {
					between = gap
				}
				parts = append(parts, between)
			}
			parts = append(parts, f.typed[r.from:r.to])
			last = r.to
		}
	}
	return strings.TrimFunc(strings.Join(parts, ""), func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune("，,。：:；;！!", c) })
}
