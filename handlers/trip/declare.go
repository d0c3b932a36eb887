package trip

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	farthestTrip = 366 // days ahead
	longestTrip  = 180 // days
	backdated    = 7   // days: who forgot to declare may still do so
	longestAway  = 500 // characters of a reason
)

// trip is 出差 地点 时长或起止 [事由], and 出差 alone, which lists who is away.
func (h Handler) trip(ctx context.Context, c *command.Call) (*command.Answer, error) {
	switch {
	case !c.Has("地点") && !c.Has("时长或起止"):
		return h.whoIsAway(ctx, c)
	case !c.Has("地点"):
		return nil, &command.Refusal{Text: "还差地点。", Hint: "出差 广州 3天 拜访客户", Clause: clause}
	case changes(c.Text("地点")):
		return nil, h.notPlace(ctx, c)
	case h.beginsWithDays(c, c.Text("地点")):
		return nil, unclearDays("没看懂" + text.Quote(text.CutLine(c.Text("地点"), shown)) + "是哪天去哪里：一次登记一个地方，时间写在后面。")
	case !c.Has("时长或起止") && c.Has("事由"):
		return nil, &command.Refusal{
			Text: "没看懂出差的时间" + text.Quote(c.Text("事由")) + "，时间请写在地点后面。", Hint: "出差 广州 3天 拜访客户", Clause: clause,
		}
	case !c.Has("时长或起止"):
		return nil, &command.Question{Prompt: "去几天，或从哪天到哪天？例如 3天、明天至周五。"}
	}
	t := store.Trip{
		ID: c.Tx.NewID(c.Now), Person: c.Person.ID, Place: destination(c.Text("地点")), Declared: c.Now,
	}
	var err error
	if t.First, t.Last, t.Reason, err = tripDays(c, h.Rules.Day(c.Now)); err != nil {
		return nil, err
	}
	if err := h.plausible(t, h.Rules.Day(c.Now)); err != nil {
		return nil, err
	}
	return h.declare(ctx, c, t)
}

// beginsWithDays reports whether a place goes behind a day, which would be lost (出差
// 明天广州后天深圳).
func (h Handler) beginsWithDays(c *command.Call, place string) bool {
	_, n, err := reading.Span(place, c.Env().Base())
	return err == nil && n < len(place)
}

// yanchang is a county and who is named after it, no word for longer.
var yanchang = regexp.MustCompile(`^延长(?:县|石油|油田|油矿|气田|炼油|化工|集团)`)

// changes reports whether words speak of a trip that there is rather than name a place
// (出差延期到周日, 出差提前回来了).
func changes(place string) bool {
	return !yanchang.MatchString(place) && slices.ContainsFunc([]string{"延期", "延长", "延后", "推迟", "顺延", "改期", "改到", "改成", "改为", "提前", "取消", "回来", "返回", "结束"}, func(word string) bool {
		return strings.HasPrefix(place, word)
	})
}

// notPlace refuses such words with how the caller's next trip is changed.
func (h Handler) notPlace(ctx context.Context, c *command.Call) error {
	today, where := h.Rules.Day(c.Now), "广州"
	list, err := c.Tx.Trips().Of(ctx, c.Person.ID, today, today.Add(farthestTrip))
	if err != nil {
		return err
	}
	if len(list) > 0 && !c.Event.Chat.Group {
		where = list[0].Place
	}
	return &command.Refusal{
		Text: text.Quote(text.CutLine(c.Text("地点"), shown)) + "不是地点，没有登记。改时间就重新登记一次，会代替原来的；回来了或不去了：出差 结束",
		Hint: "出差 " + where + " 今天至周五", Clause: clause,
	}
}

// tripDays are the days and the reason. In 出差 明天去广州 3天 the number of days
// comes apart from the first one; other days there are not guessed at.
func tripDays(c *command.Call, today store.Day) (first, last store.Day, reason string, err error) {
	d, reason := c.Days("时长或起止"), c.Text("事由")
	if d.From == d.To && reason != "" {
		words := strings.TrimLeft(reason, "到至")
		more, n, err := reading.Span(words, c.Env().Base())
		switch {
		case errors.Is(err, reading.ErrNone), err == nil && strings.HasPrefix(words[n:], "的"):
		case err == nil && more.From == today && words == reason && (words[n:] == "" || isGap([]rune(words[n:])[0])):
			days := store.Trip{First: more.From, Last: more.To}.Days()
			return d.From, d.From.Add(days - 1), strings.TrimLeftFunc(words[n:], isGap), nil
		default:
			return "", "", "", unclearDays("没看懂" + text.Quote(text.CutLine(reason, shown)) + "是哪几天。")
		}
	}
	if d.Open {
		return "", "", "", unclearDays("从 " + d.From.String() + " 起去几天？")
	}
	return d.From, d.To, reason, nil
}

func unclearDays(problem string) error {
	return &command.Refusal{Text: problem, Hint: "出差 广州 明天起3天 拜访客户", Clause: clause}
}

// destination is a place without the words that lead to it (去上海出差).
func destination(typed string) string {
	place := strings.TrimSpace(typed)
	for _, before := range []string{"前往", "去", "到", "赴"} {
		if rest, found := strings.CutPrefix(place, before); found && rest != "" {
			place = rest
			break
		}
	}
	if rest, found := strings.CutSuffix(place, "出差"); found && rest != "" {
		place = rest
	}
	return place
}

// changed is when the caller's trips were changed last; 出差 alone changes none.
func changed(ctx context.Context, c *command.Call) (time.Time, error) {
	if len(c.Spec.Args) > 0 && !c.Has("地点") {
		return time.Time{}, nil
	}
	return c.Tx.Trips().Changed(ctx, c.Person.ID)
}

// plausible refuses what nobody means.
func (h Handler) plausible(t store.Trip, today store.Day) error {
	problem := ""
	switch {
	case !text.HasWords(t.Place):
		problem = "地点不能是空的。"
	case len([]rune(t.Place)) > longestPlace:
		problem = fmt.Sprintf("地点太长，最多 %d 个字，写城市名就行。", longestPlace)
	case len([]rune(t.Reason)) > longestAway:
		problem = fmt.Sprintf("事由太长，最多 %d 个字。", longestAway)
	case t.Last < today:
		problem = "这次出差（" + words.DaysCounted(t.First, t.Last) + "）已经过去了，只登记今天还没结束的。"
	case t.First < today.Add(-backdated):
		problem = fmt.Sprintf("最多补登 %d 天以前开始的出差，%s 太早了。", backdated, t.First.String())
	case t.First > today.Add(farthestTrip):
		problem = "日期离今天太远：" + string(t.First) + "。"
	case t.Days() > longestTrip:
		problem = fmt.Sprintf("一次出差最多 %d 天：%s。", longestTrip, words.DaysCounted(t.First, t.Last))
	default:
		return nil
	}
	return &command.Refusal{Text: problem, Hint: "出差 广州 3天 拜访客户", Clause: clause}
}

// declare stores a trip; it replaces the rest of whatever trips it touches.
func (h Handler) declare(ctx context.Context, c *command.Call, t store.Trip) (*command.Answer, error) {
	old, err := c.Tx.Trips().Of(ctx, c.Person.ID, t.First, t.Last)
	if err != nil {
		return nil, err
	}
	if err := pastStays(c, old, t, h.Rules.Day(c.Now)); err != nil {
		return nil, err
	}
	for _, o := range old {
		if err := c.Tx.Trips().Cut(ctx, o, store.TripCut{Cause: t.ID, Last: t.First.Add(-1), At: c.Now}); err != nil {
			return nil, err
		}
	}
	if err := c.Tx.Trips().Add(ctx, t); err != nil {
		return nil, err
	}
	a := command.Card(h.declared(t, old))
	if c.Event.Chat.Group {
		a = command.Card(h.declaredAloud(c.Person.Name, t, old))
	}
	a.Undo, a.Subject = t.ID, "trip/"+t.ID+"/"+string(t.First)+"/"+string(t.Last)
	return a, nil
}

// pastStays refuses to replace days that lie behind: they are evidence of what
// 2-4 asked for then.
func pastStays(c *command.Call, old []store.Trip, t store.Trip, today store.Day) error {
	if t.First >= today {
		return nil
	}
	for _, o := range old {
		if o.First < today {
			which := "：" + o.Place + " " + words.DaysCounted(o.First, o.Last)
			if c.Event.Chat.Group {
				which = ""
			}
			return &command.Refusal{
				Text: "过去的日子已经登记为出差" + which + "，不能再改。新的出差从今天写起。",
				Hint: "出差 " + t.Place + " 今天至" + words.Date(t.Last), Clause: clause,
			}
		}
	}
	return nil
}

func (h Handler) undoTrip(ctx context.Context, c *command.Call, ref string) (string, error) {
	t, found, err := c.Tx.Trips().ByID(ctx, ref)
	if err != nil {
		return "", err
	}
	if !found || t.Person != c.Person.ID || t.Last == "" {
		return "", &command.Refusal{Text: "这次出差已经撤销过了。", Hint: "出差", Clause: clause}
	}
	if err := newest(ctx, c, t.ID); err != nil {
		return "", err
	}
	if err := c.Tx.Trips().Cut(ctx, t, store.TripCut{Cause: "undo/" + t.ID, At: c.Now}); err != nil {
		return "", err
	}
	restored, err := c.Tx.Trips().Uncut(ctx, t.ID, c.Now)
	text := "出差" + said(c, t)
	if restored > 0 {
		text += "，原来登记的出差恢复"
	}
	return text, err
}

// said is a trip in words for where somebody spoke.
func said(c *command.Call, t store.Trip) string {
	if c.Event.Chat.Group {
		return strings.TrimRight(" "+heard(t.Place), " ")
	}
	return " " + t.Place + " " + words.DaysCounted(t.First, t.Last)
}

// newest refuses to take back a write about trips when a later one of the same
// person rests on it: trips would overlap, or come back from the dead.
func newest(ctx context.Context, c *command.Call, write string) error {
	later, err := c.Tx.Trips().ChangedSince(ctx, c.Person.ID, write)
	if err != nil || !later {
		return err
	}
	return &command.Refusal{Text: "之后你又改过出差，要先收回后面那一次。", Hint: "撤销（收回最近一次），或 出差 结束", Clause: clause}
}

// end ends the running trip with today as its last day, or cancels the next
// one when none is running.
func (h Handler) end(ctx context.Context, c *command.Call) (*command.Answer, error) {
	today := h.Rules.Day(c.Now)
	trips, err := c.Tx.Trips().Of(ctx, c.Person.ID, today, today.Add(farthestTrip+longestTrip))
	if err != nil {
		return nil, err
	}
	if len(trips) == 0 || trips[0].On(today) && !trips[0].Ended.IsZero() && len(trips) == 1 {
		return nil, &command.Refusal{Text: "你现在没有登记出差，不用结束。", Hint: "出差 广州 3天", Clause: clause}
	}
	t := trips[0]
	if t.On(today) && !t.Ended.IsZero() {
		t = trips[1]
	}
	cut := store.TripCut{Cause: c.Tx.NewID(c.Now), At: c.Now}
	if t.On(today) {
		cut.Last, cut.Ended = today, c.Now
	}
	if err := c.Tx.Trips().Cut(ctx, t, cut); err != nil {
		return nil, err
	}
	done, _, _, err := c.Tx.CheckIns().Day(ctx, c.Person.ID, today, c.Now)
	if err != nil {
		return nil, err
	}
	a := command.Card(h.ended(t, cut.Last, done))
	if c.Event.Chat.Group {
		a = command.Card(h.endedAloud(c.Person.Name, cut.Last, done))
	}
	a.Undo, a.Subject = cut.Cause+","+t.ID, "trip/"+t.ID+"/"+string(t.First)+"/"+string(cut.Last)
	return a, nil
}

func (h Handler) undoEnd(ctx context.Context, c *command.Call, ref string) (string, error) {
	cause, id, _ := strings.Cut(ref, ",")
	if err := newest(ctx, c, cause); err != nil {
		return "", err
	}
	n, err := c.Tx.Trips().Uncut(ctx, cause, c.Now)
	if err != nil {
		return "", err
	}
	t, found, err := c.Tx.Trips().ByID(ctx, id)
	if err == nil && (n == 0 || !found) {
		err = &command.Refusal{Text: "已经撤销过了。", Hint: "出差", Clause: clause}
	}
	return "结束出差，原来登记的出差" + said(c, t) + "照旧", err
}

// soon is how many days ahead 出差 shows what is planned.
const soon = 7

// whoIsAway lists today's trips and those of the next days.
func (h Handler) whoIsAway(ctx context.Context, c *command.Call) (*command.Answer, error) {
	today := h.Rules.Day(c.Now)
	trips, err := c.Tx.Trips().Between(ctx, today, today.Add(soon))
	if err != nil {
		return nil, err
	}
	people, err := c.Tx.People().Active(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, p := range people {
		names[p.ID] = p.Name
	}
	a := awayAnswer(c, trips, names, today)
	a.Subject = "trips/" + string(today)
	return a, nil
}
