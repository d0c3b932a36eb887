package target

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/store"
)

// department is how people call the target of all.
const department = "部门"

// said is what stands behind 目标 or 业绩, in whatever order: whom it is about, which
// month or year, what is measured, how much.
type said struct {
	name    string    // as typed; department: all of them
	month   store.Day // empty: none was named
	year    store.Day // likewise
	measure store.Measure
	fen     int64
	told    bool // fen was
}

// measures are how people call what is measured.
var measures = []struct {
	word string
	is   store.Measure
}{{"签约目标", store.Signing}, {"回款目标", store.Receipt}, {"签约额", store.Signing}, {"回款额", store.Receipt}, {"签约", store.Signing}, {"回款", store.Receipt}}

// understand reads words; sums tells that an amount may stand among them, years that
// a year may. Its error is a refusal.
func understand(typed string, today store.Day, sums, years bool) (s said, err error) {
	for {
		typed = strings.TrimLeftFunc(typed, func(c rune) bool { return !text.Visible(c) || strings.ContainsRune(",，:：;；、", c) })
		if typed == "" {
			return s, nil
		}
		n, err := s.take(typed, today, sums, years)
		if err != nil {
			return s, err
		}
		typed = typed[n:]
	}
}

// take reads one word, and says how many bytes of the text it is.
func (s *said) take(typed string, today store.Day, sums, years bool) (int, error) {
	if month, n, err := reading.Month(typed, reading.Base{Today: today, Past: years}); err == nil && s.month == "" {
		if years && month > today && !dated(typed[:n]) {
			month = month.Add(-360).Month() // results there are of what was only
		}
		s.month = month
		return n, nil
	} else if no := refused(err, years); no != nil {
		return 0, no
	}
	if year, n, err := reading.Year(typed, today); years && err == nil && s.year == "" && s.month == "" {
		s.year = year
		return n, nil
	}
	for _, m := range measures {
		if strings.HasPrefix(typed, m.word) && s.measure == "" {
			s.measure = m.is
			return len(m.word), nil
		}
	}
	if sums && !s.told {
		fen, n, err := reading.Money(typed)
		if err == nil {
			s.fen, s.told = fen, true
			return n, nil
		} else if no := refused(err, years); no != nil {
			return 0, no
		}
	}
	word := s.word(typed, today)
	switch first, _ := utf8.DecodeRuneInString(text.Fold(word).Text); {
	case sums && (first >= '0' && first <= '9' || first == '-' || first == '.'):
		return 0, &command.Refusal{Text: "没看懂金额" + text.Quote(word) + "。", Hint: "目标 张伟 12月 12.5万", Private: true, Field: "金额"}
	case s.name != "":
		return 0, &command.Refusal{Text: text.Quote(word) + "是多出来的。", Hint: "目标 张伟 12月 签约 10万；业绩 11月 张伟", Private: true, Field: "金额"}
	}
	s.name = strings.TrimLeft(word, "@＠")
	return len(word), nil
}

// dated reports whether a month was named with its year, or from today on.
func dated(typed string) bool {
	return strings.ContainsAny(typed, "年下明") || strings.ContainsAny(text.Fold(typed).Text, "-/.")
}

// word is a name: up to a blank, or to a month that was written right behind it.
func (s *said) word(typed string, today store.Day) string {
	word := reading.FirstWord(typed)
	for i := range word {
		if i == 0 {
			continue
		}
		if _, _, err := reading.Month(word[i:], reading.Base{Today: today}); err == nil {
			return word[:i]
		}
	}
	return word
}

// refused is the refusal that an error of reading is; nil for another. Its hint is a
// line of what was asked for: results, where years may stand, or a target.
func refused(err error, years bool) error {
	var no reading.Refusal
	if !errors.As(err, &no) {
		return nil
	}
	hint := "目标 张伟 12月 12.5万"
	if years {
		hint = "业绩 11月"
	}
	return &command.Refusal{Text: string(no) + "。", Hint: hint, Private: true}
}

// person is who is called so, also who left the company; false for nobody.
func person(ctx context.Context, c *command.Call, name string) (store.Person, bool, error) {
	for _, m := range c.Event.Mentions { // the name of an account is everybody's own choice
		if m.Name != "" && strings.HasPrefix(name, m.Name) {
			return c.Tx.Accounts().Person(ctx, m.Account.Platform, m.Account.ID)
		}
	}
	return audience.Named(ctx, c.Tx, name)
}

// nobody refuses a name.
func nobody(name, hint string) *command.Refusal {
	return &command.Refusal{Text: "没有叫" + text.Quote(name) + "的人员。", Hint: hint, Private: true}
}
