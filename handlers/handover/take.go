package handover

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const whyNotPrompt = "为什么不接收？写一句。"

func (h Handler) takeCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "接收", Aliases: []string{"js"}, Summary: "接收别人离职或调岗交给你的客户、合同等",
			Said:     []string{"接收交接", "接手", "我接收"},
			Args:     []command.Arg{{Name: "项", Kind: command.Free, Words: []string{allWord}, Prompt: "接收哪一项？写编号，例如 接收 K12，或 接收 全部。"}},
			Examples: []string{"接收 全部", "接收 K12"}, Who: everybody, Run: h.take, Undo: h.undoTake,
		},
		{
			Name: "不接收", Aliases: []string{"bjs"}, Summary: "不接收别人交给你的，写明理由，由他另请人；他撤回离职以后，接收过的也这样退还",
			Said:     []string{"拒绝接收", "不接手", "退回交接"},
			Args:     []command.Arg{{Name: "项", Kind: command.Word, Words: []string{allWord}, Prompt: "不接收哪一项？写编号，或 全部。"}, {Name: "理由", Kind: command.Free, Prompt: whyNotPrompt}},
			Examples: []string{"不接收 K12 手上客户太多", "不接收 全部 下月长假"}, Who: everybody, Run: h.turnDown, Undo: h.undoTurnDown,
		},
	}
}

// forTaker are the things that wait for a person's word: what is offered to them, and
// what lies with those above since its owner has gone, or has another post.
func forTaker(roll audience.Roll, e leaving.Estate, p store.Person) (list []leaving.Item) {
	above := e.State == store.DepartureOver && slices.ContainsFunc(roll.Standing(rulebook.Superior(e.Post)).To, func(q store.Person) bool { return q.ID == p.ID })
	for _, i := range e.Items {
		if i.Taker.ID == p.ID || above && i.Taker.ID == "" {
			list = append(list, i)
		}
	}
	return list
}

// offered is what of one estate waits for the caller.
type offered struct {
	leaving.Estate
	items []leaving.Item
}

// waiting is what waits for the caller, of all who leave.
func (h Handler) waiting(ctx context.Context, c *command.Call) (list []offered, err error) {
	all, err := h.open(ctx, c.Tx, c.Now)
	if err != nil {
		return nil, err
	}
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if items := forTaker(roll, e, c.Person); len(items) > 0 {
			list = append(list, offered{e, items})
		}
	}
	return list, nil
}

// picked is what of that some words mean.
func (h Handler) picked(ctx context.Context, c *command.Call, typed []string) (list []offered, err error) {
	waiting, err := h.waiting(ctx, c)
	if err != nil {
		return nil, err
	}
	var every []leaving.Item
	for _, o := range waiting {
		every = append(every, o.items...)
	}
	if len(every) == 0 {
		return nil, refuse("我的", "没有等你接收的。")
	}
	items, err := chosen(every, typed)
	if err != nil {
		return nil, err
	}
	for _, o := range waiting {
		o.items = slices.DeleteFunc(slices.Clone(o.items), func(i leaving.Item) bool {
			return !has(items, i)
		})
		if len(o.items) > 0 {
			list = append(list, o)
		}
	}
	return list, nil
}

// take is 接收: the things are the caller's from now on, whole. All of them at once is
// asked first.
func (h Handler) take(ctx context.Context, c *command.Call) (*command.Answer, error) {
	typed := fields(c.Text("项"))
	if c.Person.InNotice() && c.Person.Notice == store.Resignation {
		return nil, refuse("不走了：撤回离职", "你已提出离职，不能再接收。")
	}
	list, err := h.picked(ctx, c, typed)
	if err != nil {
		return nil, err
	}
	shows := []any{"接收"}
	var held []leaving.Held
	for _, o := range list {
		for _, i := range o.items {
			if i.Takes != nil && !i.Takes(c.Person) {
				return nil, refuse("不接收 "+i.Ref+" 不归我这个岗位", "你是%s，不能接收 %s。", c.Person.Post, i.Key())
			}
			shows = append(shows, o.ID, i.Key())
		}
		held = append(held, heldOf(o.items)...)
	}
	version := command.VersionOf(shows...)
	if slices.Contains(typed, allWord) && !c.Confirms(version) {
		var lines []string
		for _, o := range list {
			lines = append(lines, o.Name()+"：\n"+leaving.Lines(keys(o.items)))
		}
		card := chat.Card{Title: "接收全部？", Tone: chat.Warn, Blocks: []chat.Block{
			{Text: leaving.Counts(held) + "\n" + strings.Join(lines, "\n")},
			{Note: "确认之后就是你的：阶段、历史、联系人和下一步原样转过来，以后的提醒找你。"},
		}}
		return secret(card, fmt.Sprintf("接收全部：%s。", leaving.Counts(held)), "departures").Preview(version), nil
	}
	return h.taken(ctx, c, list)
}

// taken moves what was picked, and tells those whom it concerns.
func (h Handler) taken(ctx context.Context, c *command.Call, list []offered) (*command.Answer, error) {
	card := chat.Card{Title: "已接收", Tone: chat.Good}
	var notices []chat.Notice
	var refs []string
	n := 0
	for _, o := range list {
		var lines []string
		var sum int64
		for _, i := range o.items {
			if i.Move != nil {
				more, err := i.Move(ctx, c, c.Person)
				if err != nil {
					return nil, err
				}
				notices = append(notices, more...)
			}
			by := i.Last.By
			if by == "" {
				by = c.Person.ID
			}
			if err := c.Tx.Departures().Put(ctx, store.Handed{
				Departure: o.ID, Kind: i.Kind, Ref: i.Ref, State: store.HandedTaken, Taker: c.Person.ID, By: by, At: c.Now, Name: i.Name,
			}); err != nil {
				return nil, err
			}
			line := i.Key() + " " + i.Name
			for _, g := range i.Goes {
				sum += g.Amount
			}
			lines, n = append(lines, line), n+1
			refs = append(refs, o.ID+"/"+i.Kind+"/"+i.Ref)
		}
		said := o.Name() + "的：\n" + limited(lines)
		if sum > 0 {
			said += "\n还应收：" + words.Money(sum)
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: said})
		more, err := h.tellParties(ctx, c, o.Departure, "taken", fmt.Sprintf("%s接收了 %d 项", c.Person.Name, len(o.items)), leaving.Lines(keys(o.items)))
		if err != nil {
			return nil, err
		}
		notices = append(notices, more...)
	}
	a := secret(card, fmt.Sprintf("已接收 %d 项。", n), "departures")
	a.Notices = notices
	if n == 1 && list[0].Leaver.Active() { // who is gone has nothing given back
		a.Undo = refs[0]
		a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, command.UndoButton)
	}
	return a, nil
}

// undoTake gives a thing back that was taken over, while who had it is still there.
func (h Handler) undoTake(ctx context.Context, c *command.Call, ref string) (string, error) {
	row, d, err := h.handed(ctx, c, ref, store.HandedTaken)
	if err != nil {
		return "", err
	}
	from, _, err := c.Tx.People().ByID(ctx, d.Person)
	if err != nil {
		return "", err
	}
	key := leaving.Key(row.Kind, row.Ref)
	if !from.Active() {
		return "", refuse("移交给别人：由主管安排", "%s已经离开，%s 不能退回。", from.Name, key)
	}
	held, err := leaving.All(ctx, c.Tx, h.Leaves, c.Person, c.Now)
	if err != nil {
		return "", err
	}
	n := slices.IndexFunc(held, func(x leaving.Held) bool { return x.Key() == key && x.Move != nil })
	if n >= 0 {
		if _, err := held[n].Move(ctx, c, from); err != nil {
			return "", err
		}
	}
	row.State, row.At = store.HandedOffered, c.Now
	return "接收 " + key, c.Tx.Departures().Put(ctx, row)
}

// handed is the row that a reference names, in a state.
func (h Handler) handed(ctx context.Context, c *command.Call, ref string, state store.HandedState) (store.Handed, store.Departure, error) {
	id, key, _ := strings.Cut(ref, "/")
	kind, what, _ := strings.Cut(key, "/")
	d, found, err := c.Tx.Departures().Get(ctx, id)
	if err != nil || !found {
		return store.Handed{}, d, fmt.Errorf("undo %s: found %v: %w", ref, found, err)
	}
	rows, err := c.Tx.Departures().Handed(ctx, id)
	if err != nil {
		return store.Handed{}, d, err
	}
	n := slices.IndexFunc(rows, func(r store.Handed) bool {
		return r.Kind == kind && r.Ref == what && r.Taker == c.Person.ID && r.State == state
	})
	if n < 0 {
		return store.Handed{}, d, refuse("交接", "%s 后来又有变动，不能撤销了。", leaving.Key(kind, what))
	}
	return rows[n], d, nil
}

// turnDown is 不接收: it goes back to who leaves, with the reason.
func (h Handler) turnDown(ctx context.Context, c *command.Call) (*command.Answer, error) {
	why, err := wordsIn(c.Text("理由"), whyNotPrompt)
	if err != nil {
		return nil, err
	}
	typed, back, why, err := h.which(ctx, c, why)
	switch {
	case err != nil:
		return nil, err
	case len(typed) > 0 && len(back) > 0:
		return nil, refuse("不接收 "+back[0]+" 理由", "%s 是你接收过的，退还要另发一条。", strings.Join(back, "、"))
	case len(back) > 0:
		return h.givenBack(ctx, c, back, why)
	}
	list, err := h.picked(ctx, c, typed)
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: "已退回", Blocks: []chat.Block{}}
	var notices []chat.Notice
	var refs []string
	for _, o := range list {
		for _, i := range o.items {
			by := i.Last.By
			if by == "" {
				by = c.Person.ID
			}
			if err := c.Tx.Departures().Put(ctx, store.Handed{
				Departure: o.ID, Kind: i.Kind, Ref: i.Ref, State: store.HandedRefused, Taker: c.Person.ID, By: by, At: c.Now, Name: i.Name, Why: why,
			}); err != nil {
				return nil, err
			}
			refs = append(refs, o.ID+"/"+i.Kind+"/"+i.Ref)
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: o.Name() + "的：\n" + leaving.Lines(keys(o.items))})
		more, err := h.tellParties(ctx, c, o.Departure, "refused", fmt.Sprintf("%s不接收 %d 项", c.Person.Name, len(o.items)), leaving.Lines(keys(o.items))+"\n理由："+text.Continued(why))
		if err != nil {
			return nil, err
		}
		notices = append(notices, more...)
	}
	card.Blocks = append(card.Blocks, chat.Block{Text: "理由：" + text.Continued(why)})
	a := secret(card, fmt.Sprintf("已退回 %d 项。", len(refs)), "departures")
	a.Notices = notices
	a.Undo = strings.Join(refs, "|")
	a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, command.UndoButton)
	return a, nil
}

// which is what of 不接收 means the things that wait, what means only things that may
// be given back, and the reason without them: a code may stand behind its kind, as it is
// printed.
func (h Handler) which(ctx context.Context, c *command.Call, why string) (typed, back []string, reason string, err error) {
	said := fields(c.Text("项"))
	waiting, err := h.waiting(ctx, c)
	if err != nil {
		return nil, nil, "", err
	}
	taken, err := h.returnable(ctx, c)
	if err != nil {
		return nil, nil, "", err
	}
	var items []leaving.Item
	for _, o := range waiting {
		items = append(items, o.items...)
	}
	offered := len(items)
	items = append(items, itemsOf(taken)...)
	words := fields(why)
	if len(said) == 1 && len(words) > 0 && len(paired(items, append(said, words[0]))) == 1 {
		said = append(said, words[0])
		if why, err = wordsIn(strings.TrimPrefix(strings.TrimSpace(why), words[0]), whyNotPrompt); err != nil {
			return nil, nil, "", err
		}
	}
	for _, word := range paired(items, said) {
		switch some := meant(items, word); {
		case len(some) == 0 && len(items) > 0:
			return nil, nil, "", notAmong(word)
		case len(some) > 0 && !slices.ContainsFunc(items[:offered], func(i leaving.Item) bool { return has(some, i) }):
			back = append(back, word)
		default:
			typed = append(typed, word)
		}
	}
	return typed, back, why, nil
}

// undoTurnDown lets what was turned down wait for the caller's word again.
func (h Handler) undoTurnDown(ctx context.Context, c *command.Call, ref string) (string, error) {
	if refs, back := strings.CutPrefix(ref, backRef); back {
		return h.undoBack(ctx, c, strings.Split(refs, "|"))
	}
	refs := strings.Split(ref, "|")
	for _, one := range refs {
		row, _, err := h.handed(ctx, c, one, store.HandedRefused)
		if err != nil {
			return "", err
		}
		row.State, row.At, row.Why = store.HandedOffered, c.Now, ""
		if err := c.Tx.Departures().Put(ctx, row); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("不接收 %d 项，仍待接收", len(refs)), nil
}
