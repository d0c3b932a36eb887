package contract

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// numberArg is the argument that names the contract.
const numberArg = "合同号"

func contractArg() command.Arg {
	return command.Arg{Name: numberArg, Kind: command.Contract, Prompt: "哪一份合同？写合同号，或者客户。"}
}

// begin is the contract that the caller may do a deed to now, as it was, and as it
// will be but for what the deed itself changes.
func (h Handler) begin(ctx context.Context, c *command.Call, d rulebook.Deed) (was, is store.Contract, err error) {
	m, err := c.Contract(ctx, numberArg, command.ContractUse{
		Verb: string(d),
		Fits: func(ct store.Contract) bool {
			_, can := rulebook.NextState(d, ct)
			return can && rulebook.DoesContract(d, c.Person, ct)
		},
	})
	if err != nil {
		return was, is, err
	}
	was, is = m.Contract, m.Contract
	if err := h.mayDo(ctx, c, d, was); err != nil {
		return was, is, err
	}
	if err := inTime(ctx, c, was); err != nil {
		return was, is, err
	}
	next, can := rulebook.NextState(d, was)
	if !can {
		return was, is, &command.Refusal{Text: was.Number + " " + stateWords(was, h.Rules.Day(c.Now)) + "，不能" + string(d) + "。", Hint: "合同 " + was.Number, Clause: clauseOf(d), Private: true}
	}
	is.State = next
	return was, is, nil
}

// inTime refuses what was sent before a contract was changed last and arrived after.
func inTime(ctx context.Context, c *command.Call, ct store.Contract) error {
	if !c.Late() {
		return nil
	}
	changed, err := c.Tx.Contracts().Changed(ctx, ct)
	if err != nil {
		return err
	}
	return c.Overtaken(changed)
}

// does reports whether a deed is the caller's, in the place of others or not.
func (h Handler) does(ctx context.Context, c *command.Call, d rulebook.Deed, ct store.Contract) (bool, error) {
	may := rulebook.DoesContract(d, c.Person, ct)
	if !may || !rulebook.InPlaceOfArchivist(d, c.Person, ct) {
		return may, nil
	}
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	return audience.Audience{To: keepers(roll)}.Has(c.Person.ID), err
}

// mayDo refuses a deed that is not the caller's, and says whose it is.
func (h Handler) mayDo(ctx context.Context, c *command.Call, d rulebook.Deed, ct store.Contract) error {
	if may, err := h.does(ctx, c, d, ct); may || err != nil {
		return err
	}
	holder, err := h.people(c.Tx).name(ctx, ct.Holder)
	if err != nil {
		return err
	}
	hint := "合同 " + ct.Number
	if p, _, err := c.Tx.People().ByID(ctx, ct.Holder); err != nil {
		return err
	} else if !p.Active() && rulebook.DoesContract(rulebook.DeedHandOver, c.Person, ct) {
		hint = "转合同 " + ct.Number + " 姓名" // who held it has left
	}
	return &command.Refusal{
		Text: fmt.Sprintf("%s 的「%s」只有%s可以办；它在%s名下。", ct.Number, d, rulebook.DeedWords(d, ct), holder),
		Hint: hint, Clause: clauseOf(d), Denied: true, Private: true,
	}
}

// clauseOf is the clause that a deed serves.
func clauseOf(d rulebook.Deed) string {
	switch d {
	case rulebook.DeedReport, rulebook.DeedSign, rulebook.DeedFile, rulebook.DeedLend, rulebook.DeedGiveBack:
		return signing
	}
	return taking
}

// save changes a contract, by the command that was called and with what was said.
func (h Handler) save(ctx context.Context, c *command.Call, was store.Contract, is *store.Contract, words string) error {
	ok, err := c.Tx.Contracts().Save(ctx, was, *is, store.ContractAct{ID: c.Tx.NewID(c.Now), At: c.Now, By: c.Person.ID, Act: c.Spec.Name, Words: words})
	is.Version = was.Version + 1
	if err == nil && !ok {
		err = &command.Refusal{Text: was.Number + " 刚刚被别人改动了，请看过再办。", Hint: "合同 " + was.Number, Private: true}
	}
	return err
}

// done answers a deed; 撤销 takes it back where back.
func (h Handler) done(c *command.Call, title string, ct store.Contract, facts []chat.Fact, back bool, notes ...string) *command.Answer {
	card := chat.Card{Title: title, Tone: chat.Good, Blocks: []chat.Block{{Facts: facts}}}
	for _, n := range notes {
		if n != "" {
			card.Blocks = append(card.Blocks, chat.Block{Note: n})
		}
	}
	a := private(card, ct, h.Rules.Day(c.Now))
	if back {
		a.Undo = ct.Number + "/" + strconv.Itoa(ct.Version)
		a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, command.UndoButton)
	}
	return a
}

// private is an answer about a contract: confidential, and where that cannot be kept
// no more than number, state and dates.
func private(card chat.Card, ct store.Contract, today store.Day) *command.Answer {
	a := command.Card(card)
	a.Reply.Confidential, a.Reply.Summary = true, outline(ct, today)
	a.Subject = "contract/" + ct.Number
	return a
}

// elsewhere ends what a platform says that cannot keep a secret.
const elsewhere = "完整内容请在应用或飞书里看。"

// outline is what may be said of a contract anywhere but in a group.
func outline(ct store.Contract, today store.Day) string {
	return ct.Number + " " + stateWords(ct, today) + "。" + elsewhere
}

// stateWords is a contract's state with its day: 已签（11月20日 周五）; and until when
// its original is lent.
func stateWords(ct store.Contract, today store.Day) string {
	day := store.Day("")
	switch ct.State {
	case store.ContractClaimed:
		day = ct.Claimed
	case store.ContractReported:
		day = ct.Reported
	case store.ContractSigned:
		day = ct.Signed
	case store.ContractArchived:
		day = ct.Archived
	case store.ContractTerminated:
		day = ct.Ended
	case store.ContractLost:
		day = ct.Lost
	}
	said := string(ct.State)
	if day != "" {
		said += "（" + words.DayIn(day, today) + "）"
	}
	if ct.Borrower != "" {
		said += "，原件借出到 " + words.DayIn(ct.Back, today)
	}
	return said
}

// standing is the act of a contract that nobody took back since, the newest.
func standing(acts []store.ContractAct) store.ContractAct {
	back := 0
	for _, a := range slices.Backward(acts) {
		switch {
		case a.Act == command.UndoName:
			back++
		case back == 0:
			return a
		default:
			back--
		}
	}
	return acts[len(acts)-1]
}

// undo takes back what made the version of a contract that the reference names, as
// a change of its own.
func (h Handler) undo(ctx context.Context, c *command.Call, ref string) (string, error) {
	number, version, _ := strings.Cut(ref, "/")
	ct, found, err := c.Tx.Contracts().Get(ctx, command.FoldedContract(number))
	if err != nil || !found {
		return "", fmt.Errorf("undo %s: found %v: %w", ref, found, err)
	}
	acts, err := c.Tx.Contracts().Acts(ctx, ct)
	if err != nil {
		return "", err
	}
	last := standing(acts)
	if strconv.Itoa(last.Version) != version {
		return "", &command.Refusal{Text: number + " 后来又有变动（现在" + stateWords(ct, h.Rules.Day(c.Now)) + "），不能撤销了。", Hint: "合同 " + number, Clause: taking, Private: true}
	}
	is := last.Was
	if last.First() {
		is = ct
		is.State = store.ContractUndone
	} else if err := h.mayDo(ctx, c, rulebook.Deed(last.Act), is); err != nil { // the right was lost since
		return "", err
	}
	if err := h.stands(ctx, c, ct, is); err != nil {
		return "", err
	}
	undoing := *c
	undoing.Spec = &command.Spec{Name: command.UndoName}
	if err := h.save(ctx, &undoing, ct, &is, last.Act); err != nil {
		return "", err
	}
	if last.First() {
		return "领用 " + number + "（编号不再使用，记为已撤销）", nil
	}
	return number + " 的「" + last.Act + "」，现在" + stateWords(is, h.Rules.Day(c.Now)), nil
}
