package command

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// likeness tells of which command a text speaks that names none: by the pieces of
// one to three characters that it shares with how people speak of each, the rarer
// ones counting more.
type likeness struct {
	number map[piece]int // of each piece
	rare   []float64     // how much a piece tells
	uses   [][]int32     // of each piece: the sayings that it stands in
	says   []saying
	cues   map[*Spec]lexicon // what people say who mean it
	whole  map[*Spec]lexicon // those of them that say nothing else
	shown  map[*Spec]string  // the marks of its examples
	specs  int
}

// saying is a way in which people speak of a command.
type saying struct {
	of    *Spec
	spec  int
	worth float64
	cue   bool    // it says that the command is meant, and nothing else
	size  float64 // how much there is to it
}

// manyPieces is about how many there are.
const manyPieces = 1 << 15

// smallTalkLine is the line of speech that is of no command.
const smallTalkLine = "闲话"

// How much a way to speak counts: what a command says of itself is no speech.
const (
	asSpoken  = 1.0
	asWritten = 0.6
)

// likenessOf learns from what the commands say of themselves, and from speech: a
// command a line with the ways to speak of it, 命令：… …, where marks stand for what
// is named. What stands behind ~ is told, and belongs to the text that a command takes.
func likenessOf(specs []*Spec, speech string) *likeness {
	l := &likeness{number: make(map[piece]int, manyPieces), cues: map[*Spec]lexicon{}, whole: map[*Spec]lexicon{}, shown: map[*Spec]string{}, specs: len(specs) + 1}
	ways := map[string][]string{}
	for line := range strings.Lines(speech) {
		if name, said, ok := strings.Cut(strings.TrimSpace(line), "："); ok {
			ways[name] = append(ways[name], strings.Fields(said)...)
		}
	}
	for i, s := range specs {
		if !s.Hidden {
			l.learn(i, s, ways[s.Name])
		}
	}
	l.learn(len(specs), nil, ways[smallTalkLine])
	for n, uses := range l.uses {
		in, last := 0, -1
		for _, u := range uses {
			if of := l.says[u].spec; of != last {
				in, last = in+1, of
			}
		}
		l.rare[n] *= math.Log(1 + float64(l.specs)/float64(in))
		for _, u := range uses {
			l.says[u].size += l.rare[n]
		}
	}
	for i := range l.says {
		l.says[i].size = math.Pow(l.says[i].size+3, 0.6)
	}
	return l
}

// learn learns how people speak of a command; nil: of none.
func (l *likeness) learn(i int, s *Spec, ways []string) {
	var words, whole []string
	add := func(worth float64, cue bool, tokens []token) {
		l.add(saying{of: s, spec: i, worth: worth, cue: cue}, tokens)
		if runs := runsOf(tokens); cue {
			if words = append(words, runs...); len(runs) == 1 && len([]rune(runs[0])) == len(tokens) {
				whole = append(whole, runs...)
			}
		}
	}
	if s != nil {
		ways = slices.Concat([]string{s.Name}, s.Aliases, s.Said, ways)
		add(asWritten, false, template(s.Summary))
		for _, said := range s.Tells {
			add(asSpoken, false, template(said))
		}
		for _, said := range s.Examples {
			slots, tokens := hear(said, Known{})
			for _, of := range slots {
				l.shown[s] += string(of.mark)
			}
			add(asWritten, false, tokens)
		}
	}
	for _, said := range ways {
		way, kept := strings.CutPrefix(said, told)
		add(asSpoken, !kept, template(way))
	}
	l.cues[s], l.whole[s] = newLexicon(words...), newLexicon(whole...)
}

func (l *likeness) add(s saying, tokens []token) {
	u := int32(len(l.says))
	l.says = append(l.says, s)
	for _, p := range pieces(tokens) {
		n, known := l.number[p]
		if !known {
			n = len(l.uses)
			l.number[p] = n
			l.uses, l.rare = append(l.uses, nil), append(l.rare, p.weight())
		}
		l.uses[n] = append(l.uses[n], u)
	}
}

// fewWords is how many characters may say no more than that a command is meant.
const fewWords = 4

// speaks reports whether a few words say little but that a command is meant.
func (l *likeness) speaks(folded string, s *Spec) bool {
	if utf8.RuneCountInString(folded) > fewWords {
		return false
	}
	total, of := 0.0, 0.0
	for _, p := range pieces(template(folded)) {
		n, known := l.number[p]
		switch {
		case p>>21 == 0 || p>>42 > 0:
			continue
		case !known:
			total += math.Log(1 + float64(l.specs))
			continue
		}
		total += l.rare[n]
		if slices.ContainsFunc(l.uses[n], func(u int32) bool { return l.says[u].of == s && l.says[u].cue }) {
			of += l.rare[n]
		}
	}
	return total > 0 && of >= 0.5*total
}

// template is a way to speak as tokens: marks stand in it.
func template(said string) (tokens []token) {
	for i, c := range said {
		t := token{c, i, i + utf8.RuneLen(c)}
		if !strings.ContainsRune("@&#$%^", c) && !(c >= 'A' && c <= 'Z') {
			if c, seen := text.FoldRune(c); seen && text.Wordy(c) {
				t.c = c
			} else {
				t.c = apart
			}
		}
		if t.c == ' ' {
			continue
		}
		tokens = append(tokens, t)
	}
	return tokens
}

// runsOf are the words of a way to speak, between its marks.
func runsOf(tokens []token) (words []string) {
	word := ""
	for _, t := range append(tokens, token{c: apart}) {
		if text.Wordy(t.c) && !(t.c >= 'A' && t.c <= 'Z') {
			word += string(t.c)
			continue
		}
		if n := utf8.RuneCountInString(word); n > 1 || n == 1 && len(tokens) == 1 {
			words = append(words, word)
		}
		word = ""
	}
	return words
}

// piece is a run of one to three tokens, in 21 bits each.
type piece uint64

// weight is how much a piece tells beside longer ones.
func (p piece) weight() float64 {
	if p>>21 == 0 {
		return 0.5
	}
	return 1
}

// pieces are the runs of up to three tokens, each once; none ends apart.
func pieces(tokens []token) (list []piece) {
	cs := make([]rune, 0, len(tokens))
	for _, t := range tokens {
		if t.c != apart || len(cs) > 0 && cs[len(cs)-1] != apart {
			cs = append(cs, t.c)
		}
	}
	for i := range cs {
		p := piece(0)
		for size := 0; size < 3 && i+size < len(cs) && cs[i] != apart; size++ {
			p = p<<21 | piece(cs[i+size])
			if cs[i+size] != apart {
				list = append(list, p)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// likelihood is a command with how likely a text means it.
type likelihood struct {
	spec  *Spec
	score float64
}

// best is of for a text of several clauses, each of which may tell what is meant.
func (l *likeness) best(tokens []token, suits func(*Spec) bool) []likelihood {
	list := l.of(tokens, suits)
	if !slices.ContainsFunc(tokens, func(t token) bool { return t.c == apart }) {
		return list
	}
	from := 0
	for i, t := range append(tokens, token{c: apart}) {
		if t.c != apart {
			continue
		}
		for _, c := range l.of(tokens[from:i], suits) {
			c.score *= ofClause
			if at := slices.IndexFunc(list, func(l likelihood) bool { return l.spec == c.spec }); at >= 0 {
				list[at].score = max(list[at].score, c.score)
			}
		}
		from = i + 1
	}
	slices.SortStableFunc(list, func(a, b likelihood) int { return cmp.Compare(b.score, a.score) })
	return list
}

// ofClause is how much it counts that a clause alone speaks of a command.
const ofClause = 0.85

// of are the commands that a text may mean, the likeliest first.
func (l *likeness) of(tokens []token, suits func(*Spec) bool) (list []likelihood) {
	total, unknown := 0.0, math.Log(1+float64(l.specs))
	common, covered := make([]float64, len(l.says)), make([]float64, l.specs)
	for _, p := range pieces(tokens) {
		n, known := l.number[p]
		if !known {
			total += unknown * p.weight()
			continue
		}
		total += l.rare[n]
		last, worth := -1, 0.0
		for _, u := range l.uses[n] {
			s := &l.says[u]
			common[u] += l.rare[n]
			if s.spec != last {
				last, worth = s.spec, 0
			}
			if s.worth > worth {
				covered[s.spec] += (s.worth - worth) * l.rare[n]
				worth = s.worth
			}
		}
	}
	best, length := make([]float64, l.specs), math.Pow(total+3, 0.4)
	of := make([]*Spec, l.specs)
	for u, c := range common {
		s := &l.says[u]
		of[s.spec] = s.of
		best[s.spec] = max(best[s.spec], s.worth*c/(s.size*length))
	}
	for i, b := range best {
		if b > 0 && (of[i] == nil || suits(of[i])) {
			list = append(list, likelihood{of[i], b + 0.7*covered[i]/max(total, 1)})
		}
	}
	slices.SortStableFunc(list, func(a, b likelihood) int { return cmp.Compare(b.score, a.score) })
	return list
}
