package activity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	maxPhotos   = 3 // of one participant at an activity
	photosShown = 9 // in one answer
)

func (h Handler) photoCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "照片", Aliases: []string{"zp"}, Summary: "看活动到场的照片；自己看自己的，负责人和主管以上看全部",
			Said:     []string{"到场照片", "现场照片", "活动照片", "看照片", "…的照片"},
			Args:     []command.Arg{theActivity(), {Name: personArg, Kind: command.Person, Optional: true, Gone: true}},
			Examples: []string{"照片 H3", "照片 H3 张伟"},
			Who:      rulebook.TakePart, Clause: onSite, Private: true, Run: h.photos,
		},
		{
			Name: "发照片", Summary: "报了到场以后，把现场照片发来作凭证", Examples: []string{"发照片"}, Hidden: true,
			Who: rulebook.TakePart, Clause: onSite, Photo: true, Run: h.sendPhoto, Undo: h.undoPhoto,
		},
	}
}

// sendPhoto keeps a photo that came without words: it is of the activity at which
// its sender said last that they are there.
func (h Handler) sendPhoto(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if c.Photo == nil {
		return nil, &command.Refusal{Text: "没有照片。", Hint: "直接把照片私聊发给我", Clause: onSite}
	}
	open, err := c.Tx.Activities().Open(ctx)
	if err != nil {
		return nil, err
	}
	var of, silent store.Activity
	for _, a := range open {
		mine := a.Participant(c.Person.ID)
		switch {
		case mine == nil || a.State != store.ActivityPlanned || !h.Rules.AttendanceOpen(a, c.Now):
		case !mine.Came.Came():
			silent = a
		case of.Code == "" || mine.At.After(of.Participant(c.Person.ID).At):
			of = a
		}
	}
	switch {
	case of.Code != "":
		return h.evidence(ctx, c, of)
	case silent.Code != "":
		return nil, &command.Refusal{Text: "你还没有报到场，照片没有收。", Hint: "先发：" + attendName + " " + silent.Code + "，再发照片", Clause: onSite}
	}
	return nil, &command.Refusal{Text: "照片只作活动到场的凭证；你现在没有报过到场的活动，没有收。", Hint: "别的事请用文字说；看自己的活动：活动", Clause: onSite}
}

// evidence is the answer to a photo that is kept for an activity.
func (h Handler) evidence(ctx context.Context, c *command.Call, a store.Activity) (*command.Answer, error) {
	id, said, err := h.keep(ctx, c, a)
	if err != nil {
		return nil, err
	}
	answer := command.Card(chat.Card{
		Title: "照片收到 " + a.Code, Tone: chat.Good, Blocks: []chat.Block{{Text: a.Name + " · " + when(a)}, {Note: said}}, Buttons: []chat.Button{command.UndoButton},
	})
	answer.Subject, answer.Undo = subject(a), id
	return private(c, answer, a), nil
}

// keep keeps the photo of a call for an activity, and says of it what its sender is
// to know.
func (h Handler) keep(ctx context.Context, c *command.Call, a store.Activity) (id, said string, err error) {
	all, err := c.Tx.Photos().Of(ctx, a.Code)
	if err != nil {
		return "", "", err
	}
	n := 1
	for _, p := range all {
		if p.Person == c.Person.ID {
			n++
		}
	}
	if n > maxPhotos {
		return "", "", &command.Refusal{Text: fmt.Sprintf("你在 %s 已经有 %d 张照片，够了；这张没有收。", a.Code, maxPhotos), Hint: "照片 " + a.Code, Clause: onSite}
	}
	p := store.Photo{ID: c.Tx.NewID(c.Now), Activity: a.Code, Person: c.Person.ID, At: c.Now, Content: c.Photo}
	said = fmt.Sprintf("收下第 %d 张照片（最多 %d 张），作到场的凭证：只有你、负责人和主管以上能看，每次查看都有记录，%d 天后删除；照片里的位置和设备信息已经去掉。", n, maxPhotos, h.Rules.Keep.Photos)
	return p.ID, said, c.Tx.Photos().Add(ctx, p)
}

// undoPhoto takes back a photo, which is wiped.
func (h Handler) undoPhoto(ctx context.Context, c *command.Call, ref string) (string, error) {
	p, found, err := c.Tx.Photos().Get(ctx, ref)
	if err != nil {
		return "", err
	}
	if wiped, err := c.Tx.Photos().Wipe(ctx, ref, c.Person.ID); err != nil || !wiped || !found {
		return "", fmt.Errorf("undo photo %s: found %v, wiped %v: %w", ref, found, wiped, err)
	}
	return p.Activity + " 的一张照片，已经删除", nil
}

// seen are the photos of an activity that the caller may see: their own, or all of
// them whoever sums it up, and heads.
func (h Handler) seen(ctx context.Context, c *command.Call, a store.Activity) (list []store.Photo, err error) {
	everybody := rulebook.Allows(rulebook.SeeActivities, c.Person) || rulebook.ReviewsActivity(c.Person, a)
	all, err := c.Tx.Photos().Of(ctx, a.Code)
	for _, p := range all {
		if everybody || p.Person == c.Person.ID {
			list = append(list, p)
		}
	}
	return list, err
}

// photoFact is how many photos of an activity the caller may see.
func (h Handler) photoFact(ctx context.Context, c *command.Call, a store.Activity) ([]chat.Fact, error) {
	list, err := h.seen(ctx, c, a)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return []chat.Fact{{Label: "到场照片", Value: fmt.Sprintf("%d 张（发 照片 %s 看）", len(list), a.Code)}}, nil
}

// photos is 照片: the pictures themselves come behind the answer, and the look is
// recorded.
func (h Handler) photos(ctx context.Context, c *command.Call) (*command.Answer, error) {
	a, err := h.find(ctx, c)
	if err != nil {
		return nil, err
	}
	all, err := h.seen(ctx, c, a)
	if err != nil {
		return nil, err
	}
	var list []store.Photo
	for _, p := range all {
		if !c.Has(personArg) || p.Person == c.Who(personArg).ID {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		answer := command.Text(a.Code + " 没有你能看的照片。参加的人报了到场，把现场照片私聊发给我就有。")
		answer.Subject = subject(a)
		return answer, nil
	}
	trace, err := c.LookedAt(ctx, subject(a), onSite)
	if err != nil {
		return nil, err
	}
	answer, err := h.album(ctx, c, a, list, trace)
	if err != nil {
		return nil, err
	}
	answer.Subject, answer.Recorded = subject(a), true
	answer.Reply.Confidential, answer.Reply.Summary = true, outline(a, c.Now)
	return answer, nil
}

// album is who sent which photos when, and the newest of them as files.
func (h Handler) album(ctx context.Context, c *command.Call, a store.Activity, list []store.Photo, trace string) (*command.Answer, error) {
	title := fmt.Sprintf("%s 的照片（%d 张）", a.Code, len(list))
	rest := max(0, len(list)-photosShown)
	n := audience.NewNames(c.Tx)
	answer := command.Card(chat.Card{Title: title})
	var lines []string
	for i, p := range list[rest:] {
		name, err := n.Of(ctx, p.Person)
		if err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprintf("%d. %s · %s", i+1, name, words.Moment(p.At.In(h.Rules.Zone))))
		answer.Files = append(answer.Files, chat.File{Name: fmt.Sprintf("%s-%d-%s.jpg", a.Code, i+1, name), Recipe: c.Recipe(photoRecipe, trace, p.ID)})
	}
	if rest > 0 {
		lines = append(lines, fmt.Sprintf("更早的还有 %d 张，按人看：照片 %s 姓名", rest, a.Code))
	}
	answer.Reply.Card.Blocks = []chat.Block{{Text: strings.Join(lines, "\n")}, {Note: fmt.Sprintf("追踪码 %s · 每张存 %d 天", trace, h.Rules.Keep.Photos)}}
	return answer, nil
}

// photoFile makes the file of a photo.
func (h Handler) photoFile(ctx context.Context, tx *store.Tx, arg string) ([]byte, error) {
	asked, err := command.ReadRecipe(ctx, tx, arg, 1, h.Rules.Zone)
	if err != nil {
		return nil, err
	}
	p, found, err := tx.Photos().Get(ctx, asked.Of[0])
	if err == nil && !found {
		err = errors.New("the photo was wiped")
	}
	return p.Content, err
}

// Forget is a daily job without notices: it wipes photos whose retention time is over
// (C13). That they were sent stays for good.
func (h Handler) Forget(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	_, err := tx.Photos().Forget(ctx, h.Rules.Day(s.At).Add(-h.Rules.Keep.Photos).Start(h.Rules.Zone))
	return nil, err
}
