package activity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

// codeArg is the argument that numbers the activity.
const codeArg = "编号"

func theActivity() command.Arg {
	return command.Arg{Name: codeArg, Kind: command.Number, Prompt: "哪个活动？写编号，例如 H3。"}
}

// orTheOnly is theActivity where the one that waits for the caller is meant by none.
func orTheOnly() command.Arg {
	a := theActivity()
	a.Optional = true
	return a
}

// activities are activities by their numbers.
func activities() command.Numbered[store.Activity] {
	return command.Numbered[store.Activity]{
		What: "活动", List: "活动", Letter: "H", Clause: onSite,
		Find: func(ctx context.Context, tx *store.Tx, code string) (store.Activity, bool, error) {
			return tx.Activities().Get(ctx, code)
		},
		Code: func(a store.Activity) string { return a.Code },
		At:   func(a store.Activity) time.Time { return a.Made },
		End:  func(store.Activity, time.Time) *command.Ended { return nil },
	}
}

// none is what everybody hears of a code that there is not, and of one that they
// may not know of; the record alone tells the one from the other.
func (h Handler) none(c *command.Call, hidden bool) *command.Refusal {
	if rulebook.Allows(rulebook.SeeActivities, c.Person) {
		return &command.Refusal{Text: "没有活动" + text.Quote(c.Text(codeArg)) + "。", Hint: "看有哪些：活动", Clause: monthly}
	}
	return &command.Refusal{
		Text: "没有这个活动，或者它不归你看。参加人员看自己的活动，全部由" + rulebook.Holders(rulebook.SeeActivities) + "看。",
		Hint: "看自己的：活动", Clause: monthly, Denied: hidden,
	}
}

// find is the activity that the caller's words number; may reports whether they may
// do with it what they want, says what to tell who may only look.
func (h Handler) find(ctx context.Context, c *command.Call) (store.Activity, error) {
	a, found, err := c.Tx.Activities().Get(ctx, command.ActivityCode(c.Text(codeArg)))
	switch {
	case c.Tx.PassOver(err):
		return a, &command.Refusal{Text: "这个活动的记录损坏，打不开；管理员已经知道。", Hint: "活动"}
	case err != nil:
		return a, err
	case !found || a.State == store.ActivityUndone || a.Made.After(c.Now) || !rulebook.SeesActivity(c.Person, a):
		return a, h.none(c, found)
	}
	return a, nil
}

// pick is find where a number was given, else the only activity that waits for the
// caller.
func (h Handler) pick(ctx context.Context, c *command.Call, waits func(store.Activity) bool) (store.Activity, error) {
	if c.Has(codeArg) {
		return h.find(ctx, c)
	}
	return activities().Only(ctx, c, codeArg, nil, func(ctx context.Context, c *command.Call) ([]store.Activity, error) {
		all, err := c.Tx.Activities().Open(ctx)
		var list []store.Activity
		for _, a := range all {
			if waits(a) {
				list = append(list, a)
			}
		}
		return list, err
	})
}

// save changes an activity by the command that was called, with what was said.
func (h Handler) save(ctx context.Context, c *command.Call, was store.Activity, is *store.Activity, words string) error {
	is.Ends = h.Rules.ActivityEnds(*is)
	ok, err := c.Tx.Activities().Save(ctx, was, *is, store.ActivityAct{ID: c.Tx.NewID(c.Now), At: c.Now, By: c.Person.ID, Act: c.Spec.Name, Words: words})
	is.Version = was.Version + 1
	if err == nil && !ok {
		err = &command.Refusal{Text: was.Code + " 刚刚被别人改动了，请看过再办。", Hint: "活动 " + was.Code}
	}
	return err
}

// The commands after which one that was sent before counts no more: what heads do to
// an activity, and what a participant says of themselves.
var (
	headActs = []string{"活动 新增", "活动 改", "活动 取消", reviewName, "活动 替补", "撤销"}
	ownActs  = []string{"能去", "不能去", attendName}
)

// changed is when the activity that is called for was changed last by a head.
func (h Handler) changed(ctx context.Context, c *command.Call) (time.Time, error) {
	return c.Tx.Activities().ChangedBy(ctx, command.ActivityCode(c.Text(codeArg)), "", headActs...)
}

// answered is when the caller last said something about the activity.
func (h Handler) answered(ctx context.Context, c *command.Call) (time.Time, error) {
	return c.Tx.Activities().ChangedBy(ctx, command.ActivityCode(c.Text(codeArg)), c.Person.ID, ownActs...)
}

// said is when it was last said whether the person came who is called for.
func (h Handler) said(ctx context.Context, c *command.Call) (time.Time, error) {
	a, found, err := c.Tx.Activities().Get(ctx, command.ActivityCode(c.Text(codeArg)))
	if err != nil || !found {
		return time.Time{}, err
	}
	return saidOf(ctx, c.Tx, a, c.Who(personArg).ID)
}

// saidOf is when it was last said of a participant whether they came, by themselves or
// by a head; what was said of others since is another change.
func saidOf(ctx context.Context, tx *store.Tx, a store.Activity, person string) (at time.Time, err error) {
	acts, err := tx.Activities().Acts(ctx, a)
	for _, act := range slices.Backward(acts) {
		is, was := act.Is.Participant(person), act.Was.Participant(person)
		if is != nil && was != nil && (is.Came != was.Came || !is.At.Equal(was.At) || is.Excuse != was.Excuse) {
			return act.At, err
		}
	}
	return at, err
}

// undo takes back what made the version of an activity that the reference names, as
// a change of its own. What a participant said of themselves can be taken back
// whatever others did since.
func (h Handler) undo(ctx context.Context, c *command.Call, ref string) (string, error) {
	code, version, ok := strings.Cut(ref, "/")
	if !ok { // a photo that came with 到场 again
		return h.undoPhoto(ctx, c, ref)
	}
	a, found, err := c.Tx.Activities().Get(ctx, code)
	if err != nil || !found {
		return "", fmt.Errorf("undo %s: found %v: %w", ref, found, err)
	}
	acts, err := c.Tx.Activities().Acts(ctx, a)
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(version)
	if err != nil || n < 1 || n > len(acts) {
		return "", fmt.Errorf("undo %s: no such version of %d: %w", ref, len(acts), err)
	}
	act := acts[n-1]
	if act.Act == reviewName && !rulebook.ReviewsActivity(c.Person, a) { // the right was lost since
		return "", notReviewer(a.Code)
	}
	is, err := taken(a, act, c.Person.ID)
	if err != nil {
		return "", err
	}
	undoing := *c
	undoing.Spec = &command.Spec{Name: command.UndoName}
	if err := h.save(ctx, &undoing, a, &is, act.Act); err != nil {
		return "", err
	}
	if act.Act == attendName {
		if err := c.Tx.Photos().WipeOf(ctx, code, act.By); err != nil {
			return "", err
		}
	}
	if act.First() {
		return "活动 " + code + "，编号不再使用", nil
	}
	return code + " 的「" + act.Act + "」", nil
}

// errLater refuses to take back what others build on.
func errLater(code string) error {
	return &command.Refusal{Text: code + " 后来又有变动，不能撤销了。", Hint: "活动 " + code, Clause: onSite}
}

// taken is an activity without an act of a person's.
func taken(a store.Activity, act store.ActivityAct, person string) (store.Activity, error) {
	is := act.Was
	switch {
	case a.Version == act.Version && act.First():
		is = a
		is.State = store.ActivityUndone
		return is, nil
	case a.Version == act.Version:
		return is, nil
	}
	mine, then, before := a.Participant(person), act.Is.Participant(person), act.Was.Participant(person)
	if act.First() || mine == nil || then == nil || before == nil || *mine != *then || !isOwn(act.Act) {
		return a, errLater(a.Code)
	}
	is = a
	is.People = append([]store.Participant(nil), a.People...)
	*is.Participant(person) = *before
	return is, nil
}

func isOwn(act string) bool {
	for _, own := range ownActs {
		if act == own {
			return true
		}
	}
	return false
}

// undoable lets an answer be taken back.
func undoable(a *command.Answer, is store.Activity) *command.Answer {
	a.Undo = is.Code + "/" + strconv.Itoa(is.Version)
	a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, command.UndoButton)
	return a
}

// How long what people say about an activity may be, in characters.
const (
	maxName = 40
	maxText = 1000
	maxTask = 200
)

// whole reads all of a field's value with a reader; how is how it is written.
func whole[T any](field, value, how string, read func(string) (T, int, error)) (v T, err error) {
	v, n, err := read(value)
	var no reading.Refusal
	switch {
	case errors.As(err, &no):
		return v, &command.Refusal{Text: field + "：" + strings.TrimSuffix(string(no), "。") + "。", Hint: field + "=" + how, Clause: monthly, Field: field}
	case err != nil || strings.Trim(value[n:], " 　。") != "":
		return v, &command.Refusal{Text: field + "没看懂" + text.Quote(value) + "。", Hint: field + "=" + how, Clause: monthly, Field: field}
	}
	return v, nil
}

// reason is why something is so, written with its field's name or without.
func reason(c *command.Call, most int) (string, error) {
	said := c.Text(fieldReason)
	for _, mark := range []string{"=", "＝", ":", "："} {
		said = strings.TrimPrefix(said, fieldReason+mark)
	}
	return fitting(fieldReason, said, most)
}

// fitting are words that are no longer than they may be; what they are for is
// their field.
func fitting(field, typed string, most int) (string, error) {
	said := strings.TrimSpace(typed)
	if !text.HasWords(said) {
		return "", nil
	}
	if len([]rune(said)) > most {
		return "", &command.Refusal{Text: command.TooLong(field, said, most) + "。", Hint: "写短一些，再发一次", Clause: monthly, Field: field}
	}
	return said, nil
}
