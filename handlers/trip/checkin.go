package trip

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

// longestProgress is how many characters one check-in may have.
const longestProgress = 5000

// progressMark stands between a place that was sent and the progress that was
// asked for after it.
const progressMark = "进展："

// checkIn is 签到 [地点] 进展….
func (h Handler) checkIn(ctx context.Context, c *command.Call) (*command.Answer, error) {
	done, trip, away, err := c.Tx.CheckIns().Day(ctx, c.Person.ID, h.Rules.Day(c.Now), c.Now)
	if err != nil {
		return nil, err
	}
	place, progress := splitPlace(c.Text("[地点] 进展"), trip.Place)
	if progress == "" {
		return nil, askProgress(place, "")
	}
	return h.record(ctx, c, day{done: done, trip: trip, away: away}, place, progress)
}

// located is what becomes of a location message: the place is kept in the line
// of the open question, and the answer is the progress.
func (h Handler) located(ctx context.Context, c *command.Call) (*command.Answer, error) {
	name, progress, answered := strings.Cut(c.Text("地名"), progressMark)
	place := placeName(name)
	if !answered {
		return nil, askProgress(place, progressMark)
	}
	done, trip, away, err := c.Tx.CheckIns().Day(ctx, c.Person.ID, h.Rules.Day(c.Now), c.Now)
	if err != nil {
		return nil, err
	}
	if place == "" {
		place = trip.Place
	}
	return h.record(ctx, c, day{done: done, trip: trip, away: away}, place, progress)
}

func askProgress(place, prefix string) error {
	prompt := "有什么进展？写一句就行，例如：拜访客户，谈妥初步意向。"
	if place != "" {
		prompt = "在" + place + prompt
	}
	return &command.Question{Prompt: prompt, Prefix: prefix}
}

// day is what is known of the person's day before the check-in.
type day struct {
	done int
	trip store.Trip
	away bool
}

// record stores a check-in on the day it was sent and answers it.
func (h Handler) record(ctx context.Context, c *command.Call, d day, place, progress string) (*command.Answer, error) {
	if err := readable(progress); err != nil {
		return nil, err
	}
	in := store.CheckIn{
		ID: c.Tx.NewID(c.Now), Person: c.Person.ID, Day: h.Rules.Day(c.Now), At: c.Now, Place: place, Progress: progress,
	}
	if err := c.Tx.CheckIns().Add(ctx, in); err != nil {
		return nil, err
	}
	d.done++
	a := command.Card(h.checkedIn(c, d, in))
	a.Undo, a.Subject = in.ID, "check-in/"+string(in.Day)+"/"+in.ID
	return a, nil
}

// readable refuses progress that says nothing (R13) or too much for a message.
func readable(progress string) error {
	hint := "签到 广州 拜访客户，谈妥初步意向"
	if !text.HasWords(progress) {
		return &command.Refusal{Text: "进展不能是空的，写一句今天做了什么。", Hint: hint, Clause: clause}
	}
	if n := utf8.RuneCountInString(progress); n > longestProgress {
		return &command.Refusal{Text: fmt.Sprintf("进展有 %d 字，一次最多 %d 字，请分几次签到。", n, longestProgress), Hint: hint, Clause: clause}
	}
	return nil
}

// nextTime says what 2-4 still wants of a trip's day after the n-th check-in.
func (h Handler) nextTime(c *command.Call, n int) string {
	today, least := h.Rules.Day(c.Now), h.least(h.Rules.Day(c.Now))
	if n >= least && (n > 1 || h.Rules.Book.CheckIns(today) > 0) { // 一至两次: a second is welcome
		return fmt.Sprintf("今天已联系 %d 次，足够了。", n)
	}
	short := ""
	if n < least {
		short = fmt.Sprintf("今天还差 %d 次（%s）。", least-n, clause)
	}
	now, noon := c.Now.In(h.Rules.Zone), noonOf(h.Rules, today)
	for _, at := range between(h.Rules.Trip.At) {
		if slot := at.On(today, h.Rules.Zone); now.Before(noon) && now.Before(slot) {
			return short + "下一次请在 " + at.String() + " 前。"
		}
	}
	if short != "" {
		return short
	}
	return "今天已联系，有新进展可以再报一次。"
}

func noonOf(r rulebook.Rules, d store.Day) time.Time { return rulebook.Clock{Hour: 12}.On(d, r.Zone) }

func (h Handler) undoCheckIn(ctx context.Context, c *command.Call, ref string) (string, error) {
	in, found, err := c.Tx.CheckIns().Undo(ctx, ref, c.Person.ID, c.Now)
	if err != nil {
		return "", err
	}
	if !found {
		return "", &command.Refusal{Text: "这次签到已经撤销过了。", Hint: "签到记录", Clause: clause}
	}
	text := in.Day.String() + " " + in.At.In(h.Rules.Zone).Format("15:04") + " 的签到"
	if place := placeFor(c, in.Place); place != "" {
		text += "（" + place + "）"
	}
	return text, nil
}
