package contract

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// The fields of the commands.
const (
	fieldEvent    = "活动日期"
	fieldPrepare  = "准备"
	fieldAmount   = "金额"
	fieldDay      = "日期"
	fieldShares   = "业绩"
	fieldProject  = "项目"
	fieldKind     = "类型"
	fieldCustomer = "客户"
	fieldReason   = "原因"
	fieldRest     = "余款"
	fieldBack     = "归还"
)

// maxPrepare is how many days of preparation are believed.
const maxPrepare = 366

// whole reads all of a field's value with a reader; how is how it is written.
func whole[T any](field, value, how string, read func(string) (T, int, error)) (v T, err error) {
	v, n, err := read(value)
	var no reading.Refusal
	switch {
	case errors.As(err, &no):
		return v, &command.Refusal{Text: field + "：" + strings.TrimSuffix(string(no), "。") + "。", Hint: field + "=" + how, Private: true, Field: field}
	case err != nil || strings.TrimSpace(value[n:]) != "":
		return v, &command.Refusal{Text: field + "没看懂" + text.Quote(value) + "。", Hint: field + "=" + how, Private: true, Field: field}
	}
	return v, nil
}

// amountIn reads an amount that is more than nothing.
func amountIn(field, value string) (int64, error) {
	fen, err := whole(field, value, "12.5万", reading.Money)
	if err == nil && fen == 0 {
		err = &command.Refusal{Text: field + "要大于 0。", Hint: field + "=12.5万", Private: true, Field: field}
	}
	return fen, err
}

// dayIn reads a day that was, or is to come.
func dayIn(c *command.Call, field, value string, past bool) (store.Day, error) {
	on := c.Env().Base()
	on.Past = past
	return whole(field, value, "11-24", func(s string) (store.Day, int, error) { return reading.Date(s, on) })
}

// prepareIn reads days of preparation: 5天, 五天, 5, 10个工作日.
func prepareIn(value string) (int, error) {
	bare := strings.TrimSpace(value)
	for _, unit := range []string{"个工作日", "工作日", "天", "日"} {
		if rest, ok := strings.CutSuffix(bare, unit); ok {
			bare = strings.TrimSpace(rest)
			break
		}
	}
	if text.Fold(bare).Text == "0" {
		return 0, nil
	}
	d, err := whole(fieldPrepare, value, "5天", func(string) (time.Duration, int, error) {
		d, n, err := reading.Length(bare + "天")
		if n < len(bare+"天") { // 一周: of how many working days
			return d, 0, err
		}
		return d, len(value), err
	})
	n := int(d / (24 * time.Hour))
	if err == nil && n > maxPrepare {
		err = &command.Refusal{Text: "准备天数最多 366 天。", Hint: "准备=5天", Private: true}
	}
	return n, err
}

// sharesIn reads whom a signature counts for: active people and those whom it counts
// for already, each once, all of it.
func (h Handler) sharesIn(ctx context.Context, c *command.Call, value string, had []store.Share) ([]store.Share, error) {
	no := &command.Refusal{Hint: "业绩=张伟60%,刘洋40%", Private: true}
	typed, ok := reading.Shares(value)
	if !ok {
		no.Text = "业绩没看懂" + text.Quote(value) + "。"
		return nil, no
	}
	var list []store.Share
	sum := 0
	for _, one := range typed {
		p, found, err := audience.Named(ctx, c.Tx, strings.TrimLeft(one.Name, "@＠"))
		if err != nil {
			return nil, err
		}
		has := slices.ContainsFunc(had, func(s store.Share) bool { return s.Person == p.ID })
		if !found || !p.Active() && !has {
			no.Text = "业绩里没有叫" + text.Quote(one.Name) + "的在册人员。"
			return nil, no
		}
		for _, before := range list {
			if before.Person == p.ID {
				no.Text = "业绩里每人只写一次，" + p.Name + "写了两次。"
				return nil, no
			}
		}
		list, sum = append(list, store.Share{Person: p.ID, Parts: one.Parts}), sum+one.Parts
	}
	if sum != store.WholeShare {
		no.Text = "业绩加起来是 " + words.Percent(sum) + "，要正好 100%。"
		return nil, no
	}
	return list, nil
}

// sharesWords are whom a signature counts for.
func (h Handler) sharesWords(ctx context.Context, n *names, list []store.Share) (string, error) {
	var parts []string
	for _, s := range list {
		name, err := n.name(ctx, s.Person)
		if err != nil {
			return "", err
		}
		parts = append(parts, name+" "+words.Percent(s.Parts))
	}
	return strings.Join(parts, "、"), nil
}

// needed are words that must say something and no more than fits.
func needed(typed, prompt, what string) (string, error) {
	said := strings.TrimSpace(typed)
	if !text.HasWords(said) {
		return "", &command.Question{Prompt: prompt}
	}
	if len([]rune(said)) > maxWords {
		return "", &command.Refusal{Text: command.TooLong(what, said, maxWords) + "。", Hint: "写短一些，再发一次", Private: true}
	}
	return said, nil
}
