package command

import (
	"slices"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
)

// labels are the parts that the text names by their labels: from the first on that
// begins a clause, or the one that is changed (问题那栏改成：…).
func (f *filling) labels(a *Arg) string {
	for i, c := range f.clauses {
		clause := f.typed[c.from:c.to]
		for _, key := range longestFirst(a.labels()) {
			at := strings.Index(clause, key)
			if at < 0 {
				continue
			}
			value := clause[at+len(key):]
			rest := f.typed[c.from:]
			switch w := become.at(value); {
			case w != "" && value[len(w):] != "":
				rest = key + "：" + value[len(w):]
			case w != "" && i+1 < len(f.clauses):
				rest = key + "：" + f.typed[f.clauses[i+1].from:]
			case at > 0 || i == 0:
				continue
			default:
				f.behind = true
			}
			f.cut(c.from+at, len(f.typed))
			for j, s := range f.slots {
				f.taken[j] = f.taken[j] || s.from >= c.from+at
			}
			return rest
		}
	}
	return ""
}

// leastGlued is how many fields a clause without marks names at least where it is taken
// to be dictated.
const leastGlued = 2

// glued are the fields of a clause that was dictated: 效果来了四十家花费两万八经验提前订.
func (f *filling) glued(c clause, keys []string) (list []string) {
	clause := f.typed[c.from:c.to]
	type cut struct {
		key      string
		from, to int
	}
	var cuts []cut
	for _, key := range longestFirst(keys) {
		at := strings.Index(clause, key)
		if at < 0 || slices.Contains(nouns, key) || f.drop[c.from+at] || slices.ContainsFunc(cuts, func(o cut) bool { return at < o.to && o.from < at+len(key) }) {
			continue
		}
		cuts = append(cuts, cut{key, at, at + len(key)})
	}
	if len(cuts) < leastGlued {
		return nil
	}
	slices.SortFunc(cuts, func(a, b cut) int { return a.from - b.from })
	for i, one := range cuts {
		end := len(clause)
		if i+1 < len(cuts) {
			end = cuts[i+1].from
		}
		value := clause[one.to:end]
		value = value[len(become.at(value)):]
		if value == "" {
			return nil
		}
		list = append(list, one.key+"="+value)
	}
	f.fit += 0.1
	f.cut(c.from+cuts[0].from, c.to)
	for j, s := range f.slots {
		f.taken[j] = f.taken[j] || s.from >= c.from+cuts[0].from && s.to <= c.to
	}
	return list
}

// synonyms are other words for fields.
var synonyms = map[string][]string{"电话": {"手机号码", "手机号", "手机", "座机", "联系电话"}, "职务": {"职位"}, "金额": {"合同金额", "合同价", "合同额"}}

// longestFirst are words in such an order that none stands before one it begins.
func longestFirst(words []string) []string {
	words = slices.Clone(words)
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	return words
}

// become is what stands between a field and what it becomes.
var become = newLexicon(`改成 改为 改到 改 换成 换到 换了 换 写成 写 加到 调到 调成 应该是 应该 是 为 变成 变了 定在 定为 定 定成 填成 填为 记成 设为 设成 降到 降为 升到 提到 涨到 减到 那栏改成 一栏改成 那块改成 计划改成 计划改为 计划换成 了`)

// fields are the fields that the text names, with what it says of each: where a clause
// begins with the key, or says what it becomes; and those that only one kind of slot
// fits.
func (f *filling) fields(keys []string) string {
	if n := len(reading.Passage(f.typed, keys)); n < len(f.typed) { // as the command takes them
		f.cut(n, len(f.typed))
		for i, s := range f.slots {
			f.taken[i] = f.taken[i] || s.from >= n
		}
		return f.typed[n:]
	}
	var list []string
	for i := 0; i < len(f.clauses); i++ {
		c := f.clauses[i]
		if glued := f.glued(c, keys); len(glued) > 0 {
			list = append(list, glued...)
			continue
		}
		clause := f.typed[c.from:c.to]
		for _, key := range keys {
			at, word := -1, key
			for _, word = range append(synonyms[key], key) {
				if at = strings.Index(clause, word); at >= 0 {
					break
				}
			}
			if at < 0 || slices.Contains(nouns, key) || f.drop[c.from+at] {
				continue
			}
			end, value := c.to, clause[at+len(word):]
			w := become.at(value)
			value = value[len(w):]
			if i+1 < len(f.clauses) {
				next := f.clauses[i+1]
				became := become.at(f.typed[next.from:next.to])
				if w != "" && value == "" || became != "" && utf8.RuneCountInString(value) < 3 { // 写错 改成…
					i++
					value, end = f.typed[next.from+len(became):next.to], next.to
				}
			}
			if w != "" {
				value = withoutEnd(value)
			}
			if value == "" || at > 0 && w == "" && !useUp(text.Fold(clause[:at]).Text, soft, hedge) {
				continue
			}
			list = append(list, key+"="+value)
			f.fit += 0.1
			if w == "" {
				at = 0
			}
			f.cut(c.from+at, end)
			for j, s := range f.slots {
				f.taken[j] = f.taken[j] || s.from >= c.from+at && s.to <= end
			}
			break
		}
	}
	if f.spec.Of != customers && f.phraseEnd == 0 {
		list = append(list, f.typedFields(keys, list)...)
	}
	return strings.Join(list, " ")
}

// withoutEnd is what something becomes without what rounds the sentence off: 换到南山了.
func withoutEnd(value string) string { return strings.TrimRight(value, "了吧啦哈哦") }

// typedFields are the fields that a slot goes to which the text does not name.
func (f *filling) typedFields(keys, named []string) (list []string) {
	for _, kind := range []struct {
		mark rune
		args []Kind
		keys []string
	}{
		{moneyMark, []Kind{Money}, []string{"金额"}},
		{daysMark, []Kind{Date, Month}, []string{"日期", "期限", "归还", "至", "时间", "活动日期"}},
		{personMark, []Kind{Person}, []string{"负责"}},
	} {
		i := slices.IndexFunc(kind.keys, func(key string) bool { return slices.Contains(keys, key) })
		if i < 0 || slices.ContainsFunc(f.spec.Args, func(a Arg) bool { return slices.Contains(kind.args, a.Kind) }) ||
			slices.ContainsFunc(named, func(field string) bool { return strings.HasPrefix(field, kind.keys[i]+"=") }) {
			continue
		}
		fits := func(s slot) bool {
			return s.mark == kind.mark && (s.mark != daysMark || daysOf(s.said, Date, f.k) || kind.keys[i] == "时间" && daysOf(s.said, Span, f.k))
		}
		if j := f.first(fits); j >= 0 {
			list = append(list, kind.keys[i]+"="+f.use(j))
		}
	}
	return list
}
