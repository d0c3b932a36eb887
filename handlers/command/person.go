package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/store"
)

// maxName is how many bytes of text may be somebody's name.
const maxName = 200

// person reads a name or a mention of somebody active.
func (p *parser) person(ctx context.Context, a *Arg) (any, int, error) {
	typed, at := p.left, 0
	if c := []rune(text.CutBytes(typed, 4)); len(c) > 0 && (c[0] == '@' || c[0] == '＠') {
		at = len(string(c[0]))
		typed = typed[at:]
		if m, n, ok := p.mention(typed); ok {
			return p.mentioned(ctx, m, at+n)
		}
	}
	word := nameWord(typed)
	if p.env.Tx == nil {
		return store.Person{Name: word}, at + len(word), noWord(word)
	}
	return p.named(ctx, a, typed, word, at)
}

// alone refuses another name behind the one of a person, that would be lost in what
// follows: 未到 H3 张伟、刘洋 都没来.
func (p *parser) alone(ctx context.Context, rest string) error {
	rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
	next := strings.TrimLeft(rest, "、,，")
	if next == rest || p.env.Tx == nil || slices.ContainsFunc(p.spec.Args, func(a Arg) bool { return a.Kind == Mentions }) {
		return nil
	}
	people, err := p.env.Tx.People().Active(ctx)
	if err != nil {
		return err
	}
	if who, _, ok := foldedName(people, strings.TrimLeftFunc(next, unicode.IsSpace)); ok {
		return &Refusal{Text: "一次只写一个人，" + text.Quote(who.Name) + "请另发一条"}
	}
	return nil
}

func noWord(word string) error {
	if word == "" {
		return reading.ErrNone
	}
	return nil
}

// mention finds who is mentioned: the longest name that stands here.
func (p *parser) mention(text string) (best chat.Mention, n int, ok bool) {
	for _, m := range p.env.Mentions {
		if len(m.Name) > n && strings.HasPrefix(text, m.Name) {
			best, n, ok = m, len(m.Name), true
		}
	}
	return best, n, ok
}

// mentioned is the person of a mentioned account; the name of the account is
// not trusted, because everybody chooses it.
func (p *parser) mentioned(ctx context.Context, m chat.Mention, n int) (any, int, error) {
	if p.env.Tx == nil {
		return store.Person{Name: m.Name}, n, nil
	}
	who, ok, err := p.env.Tx.Accounts().Person(ctx, m.Account.Platform, m.Account.ID)
	if err != nil {
		return nil, 0, err
	}
	if !ok {
		return nil, 0, &Refusal{Text: text.Quote("@"+m.Name) + "还没有登记，请先由管理员登记"}
	}
	return who, n, nil
}

// nameWord is the raw text up to white space or a mark.
func nameWord(s string) string {
	for i, raw := range text.CutBytes(s, maxName) {
		if c, seen := text.FoldRune(raw); seen && (text.Blank(c) || strings.ContainsRune(",:;、。", c)) {
			return s[:i]
		}
	}
	return text.CutBytes(s, maxName)
}

// named is the active person whose name stands here as whole words, or who had it
// last where that may be meant.
func (p *parser) named(ctx context.Context, a *Arg, text, word string, at int) (any, int, error) {
	if word != "" && store.Plain(word) {
		who, ok, err := p.env.Tx.People().Named(ctx, word)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			return who, at + len(word), nil
		}
	}
	people, err := p.env.Tx.People().Active(ctx)
	if err != nil {
		return nil, 0, err
	}
	if who, n, ok := foldedName(people, text); ok && audience.Bare(word) == word { // 刘洋（离职） is nobody who is here
		return who, at + n, nil
	}
	if who, n := p.glued(ctx, a, people, text); n > 0 {
		return who, at + n, nil
	}
	if word == "" {
		return nil, 0, reading.ErrNone
	}
	if a.Gone && store.Plain(word) {
		if who, ok, err := audience.Named(ctx, p.env.Tx, word); err != nil || ok {
			return who, at + len(word), err
		}
	}
	return nil, 0, unknownName(people, word)
}

// foldedName finds the longest name that stands here however it is spelt:
// wide letters, capitals, blanks in it.
func foldedName(people []store.Person, typed string) (who store.Person, n int, ok bool) {
	f := text.Fold(text.CutBytes(typed, maxName))
	longest := 0
	for _, one := range people {
		name := text.Fold(one.Name).Text
		if len(name) <= longest || !strings.HasPrefix(f.Text, name) {
			continue
		}
		if next := []rune(text.CutBytes(f.Text[len(name):], 4)); len(next) > 0 && text.Wordy(next[0]) {
			continue // 张伟 is not 张伟明
		}
		who, longest, n, ok = one, len(name), f.Raw(len(name)), true
	}
	return who, n, ok
}

// glued finds the longest name that stands here where another argument follows right
// behind it: 张伟周五, and 周一鸣周五, which is no Monday. 张伟明天 is nobody's where there
// is a 张伟明.
func (p *parser) glued(ctx context.Context, a *Arg, people []store.Person, typed string) (who store.Person, n int) {
	f := text.Fold(text.CutBytes(typed, maxName))
	longest := 0
	for _, one := range people {
		if name := text.Fold(one.Name).Text; len(name) > longest && strings.HasPrefix(f.Text, name) {
			who, longest, n = one, len(name), f.Raw(len(name))
		}
	}
	behind := *p
	if behind.left = typed[n:]; n == 0 || !behind.nextFits(ctx, a) {
		return store.Person{}, 0
	}
	return who, n
}

// unknownName refuses a name, with up to three that are like it.
func unknownName(people []store.Person, word string) error {
	names := make([]string, len(people))
	for i, one := range people {
		names[i] = one.Name
	}
	text := fmt.Sprintf("没有叫%s的在册人员", text.Quote(word))
	if like := similar(word, names); len(like) > 0 {
		text += "。是不是：" + strings.Join(like, "、") + "？"
	}
	return &Refusal{Text: text}
}

// readPost reads a post by its name or a usual short one.
func readPost(typed string) (any, int, error) {
	word := nameWord(typed)
	key := store.Post(text.Fold(word).Text)
	if post, short := shortPosts[string(key)]; short {
		key = post
	}
	if !slices.Contains(store.Posts, key) {
		return nil, 0, reading.ErrNone
	}
	return key, len(word), nil
}

// shortPosts are how people call posts for short.
var shortPosts = map[string]store.Post{
	"总监": store.MarketingDirector, "主管": store.Supervisor, "总助": store.GMAssistant, "助理": store.GMAssistant, "员工": store.OtherEmployee,
}

func readDuty(typed string) (any, int, error) {
	word := nameWord(typed)
	if key := store.Duty(text.Fold(word).Text); slices.Contains(store.Duties, key) {
		return key, len(word), nil
	}
	return nil, 0, reading.ErrNone
}

// AskPost asks for a post.
func AskPost(prompt string) *Question { return &Question{Prompt: prompt, Choices: choices(Post)} }

// choices are all that an argument of a kind may be; nil where they are too many.
func choices(k Kind) []string {
	switch k {
	case Post:
		return postNames()
	case Duty:
		return dutyNames()
	}
	return nil
}

func postNames() []string {
	names := make([]string, len(store.Posts))
	for i, p := range store.Posts {
		names[i] = string(p)
	}
	return names
}

func dutyNames() []string {
	names := make([]string, len(store.Duties))
	for i, d := range store.Duties {
		names[i] = string(d)
	}
	return names
}
