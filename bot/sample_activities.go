package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"time"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// sampleActivity is an activity of the sample department: days are counted from the
// start of the demo.
type sampleActivity struct {
	store.Activity
	in    int
	tasks [][2]string // who is to do what, the first sums it up
}

// sampleActivityList has one that is summed up, one that is planned and a draft.
func sampleActivityList() []sampleActivity {
	afternoon := store.Activity{Kind: store.Promotion, Timed: true, From: 14 * time.Hour, To: 17 * time.Hour, Budgeted: true}
	tasting, opening, draft := afternoon, afternoon, store.Activity{Kind: store.Promotion}
	tasting.Name, tasting.Place, tasting.Content, tasting.Effect, tasting.Budget = "新品品鉴会", "南城会所", "新品试用和下单优惠", "20 家到场", 1_500_000
	tasting.State, tasting.Outcome, tasting.Spent, tasting.Cost = store.ActivityReviewed, "23 家到场，4 家要报价", true, 1_420_000
	tasting.Lesson, tasting.Lack = "请柬提前一周发，到场率高", "签到台少，门口排队"
	opening.Name, opening.Place, opening.Content, opening.Effect, opening.Budget = "年终答谢会", "珠江厅", "答谢老客户，发布明年新品", "40 家到场，8 家续约", 3_000_000
	opening.State = store.ActivityPlanned
	draft.Name, draft.State = "新春推介会", store.ActivityDraft
	return []sampleActivity{
		{tasting, -20, [][2]string{{"张伟", "签到"}, {"刘洋", "摄影"}}},
		{opening, 12, [][2]string{{"刘洋", "邀请客户"}, {"张伟", "会场布置"}}},
		{draft, 0, nil},
	}
}

// sampleActivities enters them, as if the supervisor had done so before start.
func sampleActivities(ctx context.Context, tx *store.Tx, rules rulebook.Rules, start time.Time) error {
	people, err := tx.People().Active(ctx)
	if err != nil {
		return err
	}
	ids, maker := map[string]string{}, ""
	for _, p := range people {
		if ids[p.Name] = p.ID; p.Post == store.Supervisor {
			maker = p.ID
		}
	}
	for _, s := range sampleActivityList() {
		a := s.Activity
		a.Maker, a.Made = maker, start.AddDate(0, 0, min(s.in, 0)-5)
		if s.tasks != nil {
			a.First = rules.Day(start).Add(s.in)
			a.Last = a.First
		}
		for _, t := range s.tasks {
			p := store.Participant{Person: ids[t[0]], Task: t[1], Answer: store.Can}
			if a.State == store.ActivityReviewed {
				p.Came, p.At, a.Reviewer = store.Attended, rules.ActivityBegins(a), maker
			}
			a.People = append(a.People, p)
		}
		a.Ends = rules.ActivityEnds(a)
		if a.Code, err = tx.Activities().NewCode(ctx); err != nil {
			return err
		}
		if err := tx.Activities().Add(ctx, a, store.ActivityAct{ID: tx.NewID(a.Made), At: a.Made, By: maker, Act: "活动 新增"}); err != nil {
			return fmt.Errorf("sample activity %s: %w", a.Name, err)
		}
		if err := samplePhotos(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

// samplePhotos are of everybody who was there.
func samplePhotos(ctx context.Context, tx *store.Tx, a store.Activity) error {
	for i, p := range a.People {
		if !p.Came.Came() {
			continue
		}
		picture, err := samplePhoto(i)
		if err != nil {
			return err
		}
		if err := tx.Photos().Add(ctx, store.Photo{ID: tx.NewID(p.At), Activity: a.Code, Person: p.Person, At: p.At, Content: picture}); err != nil {
			return fmt.Errorf("sample photo: %w", err)
		}
	}
	return nil
}

// samplePhoto is a hall with a booth in it, which stands elsewhere in each.
func samplePhoto(n int) ([]byte, error) {
	p := image.NewRGBA(image.Rect(0, 0, 800, 600))
	fill := func(x, y, w, h int, c color.RGBA) {
		draw.Draw(p, image.Rect(x, y, x+w, y+h), image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(0, 0, 800, 380, color.RGBA{R: 236, G: 240, B: 245, A: 255})
	fill(0, 380, 800, 220, color.RGBA{R: 196, G: 176, B: 150, A: 255})
	left := 120 + 260*n
	fill(left, 170, 300, 230, color.RGBA{R: 31, G: 98, B: 190, A: 255})
	fill(left+20, 190, 260, 60, color.RGBA{R: 255, G: 255, B: 255, A: 255})
	fill(left-30, 380, 360, 70, color.RGBA{R: 120, G: 84, B: 52, A: 255})
	var b bytes.Buffer
	err := jpeg.Encode(&b, p, nil)
	return b.Bytes(), err
}
