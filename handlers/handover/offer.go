package handover

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// everybody is who may use what is everybody's.
const everybody = rulebook.TakePart

func (h Handler) offerCommands() []command.Spec {
	return []command.Spec{{
		Name: "交接", Aliases: []string{"jj"}, Summary: "看要交接的清单；后面写编号（或 全部）和接收人，就请他接收", Lists: true, By: []command.Kind{command.Customer, command.Person},
		Said:     []string{"工作交接", "交接工作", "交接清单", "看交接", "我的交接", "交接单", "离职交接", "…的交接", "谁要离职", "谁要走", "谁离职", "谁在离职", "离职名单", "…的交接办到哪", "…的交接到哪", "…的客户谁接"},
		Args:     []command.Arg{{Name: "内容", Kind: command.Free, Optional: true, Words: []string{allWord}}},
		Examples: []string{"交接"}, Who: everybody, Run: h.hand, Undo: h.undoOffer,
	}}
}

// hand is 交接: nothing or a name shows, things and a name offer them.
func (h Handler) hand(ctx context.Context, c *command.Call) (*command.Answer, error) {
	typed := fields(c.Text("内容"))
	switch len(typed) {
	case 0:
		return h.mine(ctx, c)
	case 1:
		if p, found, err := named(ctx, c, typed[0]); err != nil || !found && isItem(typed[0]) {
			return nil, firstOf(err, refuse("交接 "+typed[0]+" 刘洋", "%s 交给谁？写上接收人。", text.Line(typed[0])))
		} else if found && p.ID == c.Person.ID {
			return h.mine(ctx, c)
		}
		e, err := h.of(ctx, c, typed[0], rulebook.SeeHandovers)
		if err != nil {
			return nil, err
		}
		return h.show(ctx, c, e)
	}
	return h.offer(ctx, c, typed)
}

// offer is 交接 项 接收人.
func (h Handler) offer(ctx context.Context, c *command.Call, typed []string) (*command.Answer, error) {
	to, found, err := named(ctx, c, typed[len(typed)-1])
	switch {
	case err != nil:
		return nil, err
	case !found || !to.Active():
		if _, own, err := h.ownToHand(ctx, c); err != nil || !own && !rulebook.Allows(rulebook.HeadHandovers, c.Person) {
			return nil, cmp.Or(err, error(h.denied(rulebook.HeadHandovers)))
		}
		return nil, refuse("交接 "+typed[0]+" 刘洋", "没有叫%s的在册人员，不能接收。", text.Quote(typed[len(typed)-1]))
	}
	e, which, err := h.whose(ctx, c, typed[:len(typed)-1])
	if err != nil {
		return nil, err
	}
	items, err := chosen(e.Items, which)
	if err != nil {
		return nil, err
	}
	fit, not, err := h.takeable(ctx, c, e, items, to)
	if err != nil {
		return nil, err
	}
	for _, i := range fit {
		if err := c.Tx.Departures().Put(ctx, store.Handed{
			Departure: e.ID, Kind: i.Kind, Ref: i.Ref, State: store.HandedOffered, Taker: to.ID, By: c.Person.ID, At: c.Now, Name: i.Name,
		}); err != nil {
			return nil, err
		}
	}
	counts := leaving.Counts(heldOf(fit))
	card := chat.Card{Title: "已请" + to.Name + "接收", Tone: chat.Good, Blocks: []chat.Block{{Text: e.Name() + "的 " + counts + "：\n" + leaving.Lines(keys(fit))}}}
	if away, err := h.away(ctx, c, to, e.Last); err != nil {
		return nil, err
	} else if away != "" {
		card.Blocks = append(card.Blocks, chat.Block{Text: away})
	}
	if len(not) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: to.Name + "（" + string(to.Post) + "）接不了，另请人：\n" + leaving.Lines(keys(not))})
	}
	a := secret(card, fmt.Sprintf("已请%s接收 %d 项。", to.Name, len(fit)), subject(e.Departure))
	a.Undo = fmt.Sprintf("%s/%d/%s", e.ID, c.Now.UnixMilli(), to.ID)
	for _, i := range fit {
		if i.Taker.ID != "" {
			a.Undo += "|" + formerRef(i.Last)
		}
	}
	a.Notices = h.recalled(c, e, to, fit)
	a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, command.UndoButton)
	if to.ID == c.Person.ID {
		a.Reply.Card.Buttons = append([]chat.Button{{Label: "接收 全部", Command: "接收 " + allWord, Primary: true}}, a.Reply.Card.Buttons...)
		return a, nil
	}
	news := chat.Card{Title: e.Name() + "交给你 " + strconv.Itoa(len(fit)) + " 项", Tone: chat.Warn, Blocks: []chat.Block{
		{Text: words.WithPost(e.Leaver) + string(e.Kind) + "，最后工作日 " + e.Last.String() + "。请你接收：" + counts + "。\n" + leaving.Lines(keys(fit))},
		{Note: "一项一项：接收 编号；不接：不接收 编号 理由。接收之前还是" + e.Leaver.Name + "的。"},
	}, Buttons: []chat.Button{{Label: "接收 全部", Command: "接收 " + allWord, Primary: true}}}
	a.Notices = append(a.Notices, h.tell(c, "offered", e.Departure, []store.Person{to}, news, news.Title+"："+counts+"。")...)
	return a, nil
}

// recalled tells those who had an offer of things that somebody else has it now.
func (h Handler) recalled(c *command.Call, e leaving.Estate, to store.Person, items []leaving.Item) (list []chat.Notice) {
	had := map[string][]leaving.Item{}
	for _, i := range items {
		if i.Taker.ID != "" && i.Taker.ID != to.ID && i.Taker.ID != c.Person.ID {
			had[i.Taker.ID] = append(had[i.Taker.ID], i)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(had)) {
		card := chat.Card{
			Title:  fmt.Sprintf("%s的交接：改由%s接收 %d 项", e.Name(), words.WithPost(to), len(had[id])),
			Blocks: []chat.Block{{Text: "你不用接收了：\n" + leaving.Lines(keys(had[id]))}},
		}
		list = append(list, h.tell(c, "recalled", e.Departure, []store.Person{had[id][0].Taker}, card, card.Title+"。")...)
	}
	return list
}

// whose are the estate and the words for its things: of whoever is named in front, the
// caller's own, or, for heads, of whose thing the first word is.
func (h Handler) whose(ctx context.Context, c *command.Call, typed []string) (leaving.Estate, []string, error) {
	p, found, err := named(ctx, c, typed[0])
	switch {
	case err != nil:
		return leaving.Estate{}, nil, err
	case found && len(typed) > 1:
		e, err := h.of(ctx, c, typed[0], rulebook.HeadHandovers)
		return e, typed[1:], err
	case found:
		no := refuse("交接 "+typed[0]+" "+allWord+" 接收人", "%s的哪一项？写编号，或全部。", p.Name)
		if p.ID != c.Person.ID && !rulebook.Allows(rulebook.HeadHandovers, c.Person) {
			no = h.denied(rulebook.HeadHandovers)
		}
		return leaving.Estate{}, nil, no
	}
	own, hands, err := h.ownToHand(ctx, c)
	if err != nil {
		return leaving.Estate{}, nil, err
	}
	if hands {
		e, err := leaving.Read(ctx, c.Tx, h.Leaves, own, c.Now)
		return e, typed, err
	}
	if !rulebook.Allows(rulebook.HeadHandovers, c.Person) {
		return leaving.Estate{}, nil, h.denied(rulebook.HeadHandovers)
	}
	all, err := h.open(ctx, c.Tx, c.Now)
	if err != nil {
		return leaving.Estate{}, nil, err
	}
	var every []leaving.Item
	for _, e := range all {
		every = append(every, e.Items...)
	}
	first := meant(every, paired(every, typed)[0])
	var some []leaving.Estate
	for _, e := range all {
		if slices.ContainsFunc(e.Items, func(i leaving.Item) bool { return has(first, i) }) {
			some = append(some, e)
		}
	}
	switch len(some) {
	case 0:
		return leaving.Estate{}, nil, notAmong(typed[0])
	case 1:
		return some[0], typed, nil
	}
	no := refuse("交接 "+some[0].Name()+" "+strings.Join(typed, " ")+" 接收人", "有 %d 个人在交接，写上是谁的。", len(some))
	return leaving.Estate{}, nil, no
}

// ownToHand is the caller's own departure where they have something to hand over: until
// they go, and after a change of post, too.
func (h Handler) ownToHand(ctx context.Context, c *command.Call) (store.Departure, bool, error) {
	own, running, err := c.Tx.Departures().Of(ctx, c.Person.ID)
	return own, running && !own.Given.After(c.Now) && (own.InNotice() || own.Kind == store.Transfer), err
}

// takeable sorts things by whether a person can take them over. It refuses where they
// can take none.
func (h Handler) takeable(ctx context.Context, c *command.Call, e leaving.Estate, items []leaving.Item, to store.Person) (fit, not []leaving.Item, err error) {
	switch {
	case to.ID == e.Person:
		return nil, nil, refuse("交接 "+allWord+" 接收人", "不能交给离开的人自己。")
	case to.InNotice():
		return nil, nil, refuse("看名单：人员", "%s也已提出%s（%s 起不在岗），接不了。", to.Name, to.Notice, h.Rules.Day(to.Ends))
	}
	for _, i := range items {
		if i.Takes == nil || i.Takes(to) {
			fit = append(fit, i)
		} else {
			not = append(not, i)
		}
	}
	if len(fit) > 0 {
		return fit, not, nil
	}
	people, err := c.Tx.People().Active(ctx)
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, p := range people {
		if p.ID != e.Person && !p.InNotice() && items[0].Takes(p) {
			names = append(names, p.Name)
		}
	}
	can := "现在没有人可以接收，请先安排岗位。"
	if len(names) > 0 {
		can = "可以接收的是：" + words.Names(names, 5) + "。"
	}
	return nil, nil, refuse("交接 "+items[0].Ref+" 接收人", "%s是%s，不能接收 %s。%s", to.Name, to.Post, items[0].Key(), can)
}

// away says that somebody is on leave for long, now or on the last day on which they
// could take over; empty when not.
func (h Handler) away(ctx context.Context, c *command.Call, p store.Person, last store.Day) (string, error) {
	today := h.Rules.Day(c.Now)
	list, err := c.Tx.Leaves().Of(ctx, p.ID, today)
	if err != nil {
		return "", err
	}
	for n := 0; n < len(list); n++ {
		from, to := max(list[n].First, today), list[n].Last
		for ; n+1 < len(list) && list[n+1].First <= to.Add(1); n++ {
			to = max(to, list[n+1].Last)
		}
		switch {
		case to.Since(from) < audience.Patience:
		case from == today:
			return fmt.Sprintf("%s 请假到 %s，回来之前未必接得了；急的另请人。", p.Name, to), nil
		case from <= last && last <= to:
			return fmt.Sprintf("%s 从 %s 请假到 %s，那以前没有接收的要另请人。", p.Name, from, to), nil
		}
	}
	return "", nil
}

func heldOf(items []leaving.Item) (list []leaving.Held) {
	for _, i := range items {
		list = append(list, i.All()...)
	}
	return list
}

// formerRef names an offer that another one takes the place of, for the undo of that.
func formerRef(h store.Handed) string {
	return fmt.Sprintf("%d/%s/%s/%s/%s", h.At.UnixMilli(), h.Taker, h.By, h.Kind, h.Ref)
}

// formerOffers reads what formerRef named, by what was offered.
func formerOffers(departure, refs string) (map[string]store.Handed, error) {
	list := map[string]store.Handed{}
	for ref := range strings.SplitSeq(refs, "|") {
		if ref == "" {
			continue
		}
		w := strings.SplitN(ref, "/", 5)
		if len(w) < 5 {
			return nil, fmt.Errorf("undo %s: %d parts", ref, len(w))
		}
		ms, err := strconv.ParseInt(w[0], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("undo %s: %w", ref, err)
		}
		list[leaving.Key(w[3], w[4])] = store.Handed{
			Departure: departure, Kind: w[3], Ref: w[4], State: store.HandedOffered, Taker: w[1], By: w[2], At: time.UnixMilli(ms),
		}
	}
	return list, nil
}

// undoOffer takes an offer back that was not answered; who had it before has it again.
func (h Handler) undoOffer(ctx context.Context, c *command.Call, ref string) (string, error) {
	offer, former, _ := strings.Cut(ref, "|")
	parts := strings.Split(offer, "/")
	if len(parts) != 3 {
		return "", fmt.Errorf("undo %s: %d parts", ref, len(parts))
	}
	ms, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return "", fmt.Errorf("undo %s: %w", ref, err)
	}
	before, err := formerOffers(parts[0], former)
	if err != nil {
		return "", err
	}
	if d, _, err := c.Tx.Departures().Get(ctx, parts[0]); err != nil || d.Person != c.Person.ID && !rulebook.Allows(rulebook.HeadHandovers, c.Person) {
		return "", cmp.Or(err, error(h.denied(rulebook.HeadHandovers))) // the right was lost since
	}
	rows, err := c.Tx.Departures().Handed(ctx, parts[0])
	if err != nil {
		return "", err
	}
	n := 0
	for _, r := range rows {
		if r.Taker == parts[2] && r.At.Equal(time.UnixMilli(ms)) && r.State == store.HandedOffered {
			n++
			was, again := before[leaving.Key(r.Kind, r.Ref)]
			if was.Name = r.Name; again {
				err = c.Tx.Departures().Put(ctx, was)
			} else {
				err = c.Tx.Departures().Drop(ctx, r)
			}
			if err != nil {
				return "", err
			}
		}
	}
	if n == 0 {
		taker, _, err := c.Tx.People().ByID(ctx, parts[2])
		if err == nil {
			err = refuse("交接", "请%s接收的已经答复过了，不能撤销。", taker.Name)
		}
		return "", err
	}
	return fmt.Sprintf("请人接收的 %d 项", n), nil
}
