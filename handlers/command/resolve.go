package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"marketbot/handlers/chat"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// Want is what a command wants with the customer that its words mean. It
// decides who is found at all and what everybody else hears; the rights
// themselves are rulebook's.
type Want int

const (
	// ToRead is to open the file, or to show of the customer more than a name.
	// Whoever may not read the file hears the same whether or not there is such
	// a customer (档-3).
	ToRead Want = iota + 1
	// ToChange is for what the owner does, and the posts that organise the
	// files: changing, taking a contract out, entering a receipt. Whoever may
	// only read hears whose that is.
	ToChange
	// ToName is for commands whose right lets one know which customers there
	// are, but gives no access to a file: tracing looks, deciding requests,
	// keeping the accounts. There it may be said that there is none.
	ToName
)

// Meant is a customer that words mean to the caller.
type Meant struct {
	store.Customer
	Access store.Access // what the caller may do with the file; nothing for ToName
	Hit    vault.Hit    // by which of its names it was found
}

// How many customers are told at most, and how many are looked through for
// somebody who may not read all of them before theirs are looked through.
const (
	maxHits     = 5
	maxSearched = 50
)

// Customer is the customer that an argument of that kind means to the caller,
// for what its Arg.For says. The error is a [Refusal] where there is none, it
// is not clear which, or the caller may not: with the clause, the audit entry
// of the attempt, and buttons to choose or to ask by. An argument that was not
// given means nobody.
func (c *Call) Customer(ctx context.Context, name string) (Meant, error) {
	typed := value[string](c, name, Customer)
	if typed == "" {
		return Meant{}, nil
	}
	a := c.declared(name)
	return c.resolve(ctx, typed, a.For, a.Others)
}

// CustomerIn is Customer for words that are no argument of their own: the value
// of a field, the code that an undo refers to.
func (c *Call) CustomerIn(ctx context.Context, typed string, want Want) (Meant, error) {
	return c.resolve(ctx, typed, want, nil)
}

func (c *Call) resolve(ctx context.Context, typed string, want Want, others func(Meant, string) *Refusal) (Meant, error) {
	found, err := c.CustomersLike(ctx, typed, want)
	if err != nil {
		return Meant{}, err
	}
	m, one := found.One()
	if one {
		c.Meets(typed, m.Customer)
	}
	switch {
	case !one:
		return Meant{}, found.Unclear(ctx)
	case want == ToChange && !m.Access.Write:
		return Meant{}, c.othersOnly(ctx, m, others)
	}
	return m, nil
}

// Found are the customers that words mean to the caller.
type Found struct {
	List   []Meant     // whom the caller may know, the best first
	hidden []vault.Hit // whom they may not
	call   *Call
	typed  string
	want   Want
}

// Unclear refuses words that mean no customer, or several, who are named then.
func (f Found) Unclear(ctx context.Context) error {
	if len(f.List) > 0 {
		if err := f.call.ListsCustomers(ctx); err != nil {
			return err
		}
	}
	no := f.Refusal()
	no.Private = no.Private || f.call.Spec.Private
	return no
}

// CustomersLike looks for the customers that words mean to the caller: a code,
// a name or a part of one, its sound, the end of a phone.
func (c *Call) CustomersLike(ctx context.Context, typed string, want Want) (Found, error) {
	typed = text.TrimStops(typed)
	f := Found{call: c, typed: typed, want: want}
	most := maxHits + 1
	if !f.all() {
		most = maxSearched
	}
	hits, err := Near(ctx, c.Tx, typed, most)
	if err != nil {
		return f, err
	}
	if err := f.sift(ctx, hits); err != nil || len(hits) < most || len(f.List) > maxHits {
		return f, err
	}
	if hits, err = f.theirs(ctx); err != nil { // there are more than were looked through
		return f, err
	}
	hidden := f.hidden
	f.List = nil
	err = f.sift(ctx, hits)
	f.hidden = hidden
	return f, err
}

// all reports whether the caller may know every customer there is.
func (f *Found) all() bool { return f.want == ToName || f.call.Policy.ReadsAll(f.call.Person) }

// sift parts customers into those whom the caller may know and others. Of whom
// there was no file yet when the call was sent, none was meant.
func (f *Found) sift(ctx context.Context, hits []vault.Hit) error {
	for _, hit := range hits {
		if hit.Customer.Created.After(f.call.Now) {
			continue
		}
		m := Meant{Customer: hit.Customer, Hit: hit}
		if f.want != ToName {
			var err error
			if m.Access, err = f.call.Access(ctx, hit.Customer); err != nil {
				return err
			}
			if !m.Access.Read() {
				f.hidden = append(f.hidden, hit)
				continue
			}
		}
		f.List = append(f.List, m)
	}
	return nil
}

// theirs are the customers that the words may mean among those that the caller
// may read by owning or by grant.
func (f *Found) theirs(ctx context.Context) ([]vault.Hit, error) {
	c := f.call
	grants, err := c.Tx.Grants().Of(ctx, c.Person.ID, c.Now, c.Clock())
	if err != nil {
		return nil, err
	}
	var among vault.Among
	if c.Policy.ReadsFiles(c.Person) {
		among.Owner = c.Person.ID
	}
	for _, g := range grants {
		among.IDs = append(among.IDs, g.Customer)
	}
	return vault.Search(c.Tx).FindAmong(ctx, f.typed, among, maxHits+1)
}

// Access is what the caller may do with a customer's file.
func (c *Call) Access(ctx context.Context, k store.Customer) (store.Access, error) {
	return access(ctx, c.Tx, c.Policy, c.Person, k, c.Now, c.Clock())
}

func access(ctx context.Context, tx *store.Tx, policy rulebook.FilePolicy, p store.Person, k store.Customer, asked, now time.Time) (store.Access, error) {
	if policy.ReadsAll(p) { // no grant gives more
		return policy.Access(p, k, store.Grant{}, now), nil
	}
	grant, err := tx.Grants().For(ctx, p.ID, k.ID, asked, now)
	if err != nil {
		return store.Access{}, err
	}
	return policy.Access(p, k, grant, now), nil
}

// Reads reports whether a person may read the file of the customer of an id.
func Reads(ctx context.Context, tx *store.Tx, policy rulebook.FilePolicy, p store.Person, id string, now time.Time) (bool, error) {
	k, found, err := vault.In(tx).Sound(ctx, id)
	if err != nil || !found {
		return false, err
	}
	a, err := access(ctx, tx, policy, p, k, now, now)
	return a.Read(), err
}

// Look is the audit entry of opening a customer's file, for the door of the
// store: why is what the caller gives as a reason.
func (c *Call) Look(m Meant, why string) ledger.Entry {
	return ledger.Entry{
		ID: c.Tx.NewID(c.Now), At: c.Now, Person: c.Person.ID, Act: c.Spec.Name, Subject: "customer/" + m.ID,
		Clause: m.Access.Clause, Ref: c.Event.ID, Look: ledger.Look{Customer: m.ID, Why: why},
	}
}

// One is the customer that is meant, where it is clear which: the only one, or
// the only one that is called exactly so.
func (f Found) One() (Meant, bool) {
	if len(f.List) == 1 || len(f.List) > 0 && reading.IsCustomerCode(f.typed) && f.List[0].ID == text.Code(f.typed) {
		return f.List[0], true
	}
	same := func(m Meant) bool { return text.Bare(m.Hit.Name) == text.Bare(f.typed) }
	i := slices.IndexFunc(f.List, same)
	if i < 0 || slices.ContainsFunc(f.List[i+1:], same) {
		return Meant{}, false
	}
	return f.List[i], true
}

// Refusal is what the caller hears where it is not One.
func (f Found) Refusal() *Refusal {
	switch {
	case len(f.List) > 0:
		return f.several()
	case f.all():
		return f.none()
	}
	return f.denial()
}

// none tells who may know every customer that there is no such one.
func (f Found) none() *Refusal {
	r := &Refusal{Text: "没有找到客户" + text.Quote(f.typed) + "。", Hint: "换名称里的两三个字、拼音首字母，或电话后四位", Private: true}
	if f.call.offers("新客户") && !reading.IsCustomerCode(f.typed) {
		r.Hint += "；新建：新客户 名称"
	}
	return r
}

func (c *Call) offers(name string) bool { return c.Offers != nil && c.Offers(name) }

// reasonArg is the argument that says why somebody wants to look, wherever a
// command has one.
const reasonArg = "理由"

// denial is what everybody hears who may not read a file, whether or not there
// is one. Whom it was about stands in the record, where that is known.
func (f Found) denial() *Refusal {
	reason, _ := f.call.args[reasonArg].(string)
	look := ledger.Look{Why: strings.TrimSpace(f.typed + " " + reason)}
	if len(f.hidden) == 1 || len(f.hidden) > 1 && text.Bare(f.hidden[0].Name) == text.Bare(f.typed) {
		look.Customer = f.hidden[0].Customer.ID
	}
	who := "可以直接查阅的是：" + f.call.Policy.Readers() + "。其他人"
	if f.call.Person.InNotice() { // their post may be one of those
		who = "交接期间只能查阅自己负责的客户（2-7）。其他的"
	}
	r := &Refusal{
		Text:   "客户档案属于机密，" + who + "确因工作需要的，须经总经理批准；有没有这位客户也不能说。",
		Hint:   "申请查阅 客户 理由…",
		Clause: "档-6", Denied: true, Look: look,
	}
	if f.call.offers("申请查阅") && typable(f.typed) {
		r.Buttons = []chat.Button{{Label: "申请查阅", Command: "申请查阅 " + f.typed, Primary: true}}
	}
	return r
}

// typable reports whether a text can stand in a command line as one word, and
// is more of a name than a phone.
func typable(typed string) bool {
	return typed != "" && len([]rune(typed)) <= maxTypable && store.Plain(typed) && text.MaskPhones(typed) == typed &&
		!strings.ContainsFunc(typed, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;，；", r) })
}

// several asks which of the customers is meant: the same line with each one's
// code, for the caller alone.
func (f Found) several() *Refusal {
	r := &Refusal{Text: fmt.Sprintf("%s不止一位客户，请选一位，或写编号（如 %s）：", text.Quote(f.typed), f.List[0].ID), Private: true}
	r.Listed = f.Listed()
	for _, one := range f.List[:min(len(f.List), maxHits)] {
		r.Text += "\n• " + one.ID + " " + one.Name
		if line, ok := instead(f.call.Line, f.typed, one.ID); ok {
			r.Buttons = append(r.Buttons, chat.Button{Label: one.ID + " " + short(one.Name), Command: line})
		}
	}
	if len(f.List) > maxHits {
		r.Text += "\n还有更多，请把名称写全一些。"
	}
	return r
}

// Listed are those that an answer names.
func (f Found) Listed() Listed {
	l := Listed{Words: f.typed}
	for _, one := range f.List[:min(len(f.List), maxHits)] {
		l.Customers = append(l.Customers, one.ID)
	}
	return l
}

// How many characters of a name fit on a button, and of a line behind one; how
// many may be a name that somebody can type again.
const (
	maxLabel   = 12
	maxLine    = 400
	maxTypable = 60
)

// short is a name as it fits on a button.
func short(name string) string {
	if r := []rune(name); len(r) > maxLabel {
		return string(r[:maxLabel]) + "…"
	}
	return name
}

// instead is a line with a code where the customer was named.
func instead(line, typed, code string) (string, bool) {
	at := strings.Index(line, typed)
	if at <= 0 || typed == "" || len([]rune(line)) > maxLine {
		return "", false
	}
	return strings.TrimSpace(line[:at]) + " " + code + line[at+len(typed):], true
}

// othersOnly refuses who may read a customer's file, but not do what the owner
// does; says words it for a command that does not change the file.
func (c *Call) othersOnly(ctx context.Context, m Meant, says func(m Meant, owner string) *Refusal) error {
	owner, err := OwnerName(ctx, c.Tx, m.Customer)
	if err != nil {
		return err
	}
	r := &Refusal{
		Text:   fmt.Sprintf("%s 的档案由市场主管、市场总监和负责人（%s）修改，你可以查阅。", m.Name, owner),
		Hint:   "有新情况：提供线索 " + m.ID + " 内容…",
		Clause: "档-4",
	}
	if says != nil {
		r = says(m, owner)
	}
	r.Denied, r.Private, r.Look = true, true, ledger.Look{Customer: m.ID}
	return r
}
