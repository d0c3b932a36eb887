package command

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// Numbered is a kind of thing that people call by its number and that ends
// once: requests A12, leads L3. It reads the number however it is typed, finds
// the thing, and says what has happened to it already.
type Numbered[T any] struct {
	What   string // as a sentence calls it: 查阅申请
	List   string // the command that lists them, for who has the number wrong
	Letter string // that its codes begin with, where it may be left out; empty: it may not
	Clause string // that its refusals name; empty: the command's
	Find   func(ctx context.Context, tx *store.Tx, code string) (T, bool, error)
	Code   func(t T) string
	At     func(t T) time.Time // when it was made: a call that was sent before finds none
	// End is how one has ended by a moment; nil while it is open.
	End func(t T, now time.Time) *Ended
}

// ActivityCode is an activity's code however it was typed: h3, ＃Ｈ３, H-03, 3; empty
// where it is none.
func ActivityCode(typed string) string { return CodeIn("H", typed) }

// CodeIn is a code of one letter however it was typed: with Y y4, ＃Ｙ４, Y-04, 4; empty
// where it is none.
func CodeIn(letter, typed string) string {
	digits := strings.TrimLeft(strings.TrimPrefix(text.Code(typed), letter), "-0")
	if n, err := strconv.Atoi(digits); err != nil || n < 1 {
		return ""
	}
	return letter + digits
}

// Ended is how a numbered thing ended.
type Ended struct {
	By  string // the id of who did it; empty: it ended by itself
	As  string // in place of the person's name: 申请人
	At  time.Time
	How string // 批准, 失效
}

// Get finds what an argument numbers. It is refused where there is none, and
// in the same words where the caller may not know that there is; a nil may
// lets everybody know.
func (n Numbered[T]) Get(ctx context.Context, c *Call, arg string, may func(T) bool) (T, error) {
	return n.Called(ctx, c, c.Text(arg), may)
}

// Called is Get of what a text numbers that is no argument of its own.
func (n Numbered[T]) Called(ctx context.Context, c *Call, typed string, may func(T) bool) (T, error) {
	var none T
	code := text.Code(typed)
	if n.Letter != "" {
		code = CodeIn(n.Letter, typed)
	}
	if code == "" {
		return none, n.Missing(typed, may != nil)
	}
	t, found, err := n.Find(ctx, c.Tx, code)
	switch {
	case err != nil:
		return none, err
	case !found || n.At(t).After(c.Now) || may != nil && !may(t):
		return none, n.Missing(typed, may != nil)
	}
	return t, nil
}

// Only is Get where the argument was given, else the one thing that waits: it is
// refused where nothing does, and where several do with a button for each.
func (n Numbered[T]) Only(ctx context.Context, c *Call, arg string, may func(T) bool, waiting func(context.Context, *Call) ([]T, error)) (T, error) {
	if c.Has(arg) {
		return n.Get(ctx, c, arg, may)
	}
	list, err := waiting(ctx, c)
	list = slices.DeleteFunc(list, func(t T) bool { return n.At(t).After(c.Now) })
	var none T
	switch {
	case err != nil:
		return none, err
	case len(list) == 0:
		return none, &Refusal{Text: "没有等着的" + n.What + "。", Hint: n.List, Clause: n.Clause}
	case len(list) == 1:
		return list[0], nil
	}
	r := &Refusal{Text: fmt.Sprintf("有 %d 个%s，要%s哪一个？", len(list), n.What, c.Spec.Name), Hint: c.Spec.Name + " " + n.Code(list[0]), Clause: n.Clause}
	for _, t := range list[:min(len(list), MaxRows)] {
		r.Text += "\n• " + n.Code(t)
		if line := strings.TrimSpace(c.Spec.Name + " " + n.Code(t) + " " + c.Rest); len([]rune(line)) <= maxLine {
			r.Buttons = append(r.Buttons, chat.Button{Label: c.Spec.Name + " " + n.Code(t), Command: line})
		}
	}
	if rest := len(list) - MaxRows; rest > 0 {
		r.Text += "\n" + words.More(rest)
	}
	return none, r
}

// Missing refuses a number; not everybody may know of each: secret.
func (n Numbered[T]) Missing(typed string, secret bool) *Refusal {
	which := "没有"
	if secret {
		which = "没有你能看的"
	}
	return &Refusal{Text: which + n.What + text.Quote(typed) + "。", Hint: n.List, Clause: n.Clause}
}

// Happened says how the thing of a code has ended, without a full stop: 查阅申请
// A12 已由陈总（总经理）于 11月27日 周五 10:00 批准. It is empty while it is open.
func (n Numbered[T]) Happened(ctx context.Context, c *Call, code string, t T) (string, error) {
	e := n.End(t, c.Now)
	if e == nil {
		return "", nil
	}
	by := e.As
	if by == "" && e.By != "" {
		p, found, err := c.Tx.People().ByID(ctx, e.By)
		if err != nil {
			return "", err
		}
		by = "（未知）"
		if found {
			by = p.Name + "（" + string(p.Post) + "）"
		}
	}
	return n.What + " " + code + " " + e.words(by, c.Now.Location()), nil
}

// Done is what a card says in the place of its buttons once the caller has used
// one of them: 已由陈总（总经理）于 11月27日 周五 10:00 批准.
func (c *Call) Done(how string) string {
	return (&Ended{At: c.Now, How: how}).words(words.WithPost(c.Person), c.Now.Location())
}

// words is how a thing ended: 已由陈总（总经理）于 11月27日 周五 10:00 批准.
func (e *Ended) words(by string, zone *time.Location) string {
	if by != "" {
		by = "由" + by
	}
	at := e.At.In(zone)
	return "已" + by + "于 " + words.Moment(at) + " " + e.How
}
