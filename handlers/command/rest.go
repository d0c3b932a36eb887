package command

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// hedge is what stands about what is meant and says nothing.
var hedge = newLexicon(`大概 大约 应该 估计 这里 那里 一条 那份 那个 那笔 这份 这个 这笔 那张 这张 那条 这条 那边 这边 的事 他 她 它 他们 我们 咱 自己 名下 手上 手里 今天 刚 刚刚 刚才 已经 又 再 先 就 都 那 这 让 由 被 从 跟 和 与 要 了 的 吧 哈 啊 呢 哦 啦 掉 给 去 来 到 在 是 个 一下 下 好 也 人`)

// edge is what stands about what a text says of something.
var edge = newLexicon(`记一条 记一笔 记一下 记个 的 那边 这边 那家 这家 那个 了 吧 啊 哈 呢 哦 一下`)

// name is what the text calls somebody or something that is not known: what is left
// of the clause that speaks of the command, or of the first one.
func (f *filling) name() []string {
	for _, c := range f.clauses {
		kept := slices.DeleteFunc(f.kept(c, true), f.noName)
		if len(kept) != 1 || utf8.RuneCountInString(f.typed[kept[0].from:kept[0].to]) > maxTypable/4 {
			continue
		}
		f.cut(kept[0].from, kept[0].to)
		return []string{trimSoft(f.typed[kept[0].from:kept[0].to])}
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
	run := text.Fold(f.typed[from:to])
	if f.phraseEnd > 0 && (alone || from < f.phraseEnd || !f.spec.takes(Free, Passage, Labels, Fields)) {
		return f.trimSoft(from, to, run.Text)
	}
	if useUp(run.Text, f.cues, hedge, soft) || f.like.speaks(run.Text, f.spec) {
		return to, to
	}
	start, end := 0, len(run.Text)
	for w := "-"; w != ""; start += len(w) {
		if w = f.cues.at(run.Text[start:]); w == "" {
			w = edge.at(run.Text[start:])
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
	return from + run.Raw(start), from + run.Raw(end)
}

// trimSoft is a run beside a phrase without what says nothing: behind the phrase a
// command that takes text keeps all but a particle.
func (f *filling) trimSoft(from, to int, folded string) (int, int) {
	keeps := from >= f.phraseEnd && f.spec.takes(Free, Passage, Labels, Fields)
	if useUp(folded, particle) || !keeps && useUp(folded, soft) || f.spec.Lists && useUp(folded, vague) {
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
	if useUp(text.Fold(word).Text, soft) {
		return to, to
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
