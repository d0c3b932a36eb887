package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store"
)

// How many customers are told at most, and how many are looked through for
// somebody who may not read all of them before theirs are looked through.
const (
	hitsMost = 5
	hitsRead = 50
)

// readable is a customer whose file the caller may read.
type readable struct {
	store.Customer
	access store.Access
	hit    store.Hit
}

// access is what the caller may do with a customer's file.
func (h Handler) access(ctx context.Context, c *command.Call, customer store.Customer) (store.Access, error) {
	if h.seesAll(c.Person) { // no grant gives more
		return h.Config.Policy().Access(c.Person, customer, store.Grant{}, c.Now), nil
	}
	grant, err := c.Tx.GrantFor(ctx, c.Person.ID, customer.ID, c.Now)
	if err != nil {
		return store.Access{}, err
	}
	return h.Config.Policy().Access(c.Person, customer, grant, c.Now), nil
}

// candidates are the customers that a text may mean, whoever asks, the best
// first.
func (h Handler) candidates(ctx context.Context, c *command.Call, typed string, most int) (hits []store.Hit, err error) {
	if command.IsCustomerCode(typed) {
		one, found, err := c.Tx.Customer(ctx, text.Code(typed))
		if err != nil || found {
			return []store.Hit{{Customer: one, Name: one.Name, Kind: store.FullName}}, err
		}
	}
	return c.Tx.FindCustomers(ctx, typed, most)
}

// readables are the customers that a text may mean and that the caller may
// read, the best first, and who it meant among those they may not.
func (h Handler) readables(ctx context.Context, c *command.Call, text string) (list []readable, hidden []store.Hit, err error) {
	most := hitsMost + 1
	if !h.seesAll(c.Person) {
		most = hitsRead
	}
	hits, err := h.candidates(ctx, c, text, most)
	if err != nil {
		return nil, nil, err
	}
	if list, hidden, err = h.sift(ctx, c, hits); err != nil || len(hits) < most || len(list) > hitsMost {
		return list, hidden, err
	}
	if hits, err = h.theirs(ctx, c, text); err != nil { // there are more than were looked through
		return nil, nil, err
	}
	list, _, err = h.sift(ctx, c, hits)
	return list, hidden, err
}

// sift parts customers into those whose file the caller may read and others.
func (h Handler) sift(ctx context.Context, c *command.Call, hits []store.Hit) (list []readable, hidden []store.Hit, err error) {
	for _, hit := range hits {
		a, err := h.access(ctx, c, hit.Customer)
		if err != nil {
			return nil, nil, err
		}
		if a.Read() {
			list = append(list, readable{hit.Customer, a, hit})
		} else {
			hidden = append(hidden, hit)
		}
	}
	return list, hidden, nil
}

// theirs are the customers that a text may mean among those that the caller may
// read by owning or by grant.
func (h Handler) theirs(ctx context.Context, c *command.Call, text string) ([]store.Hit, error) {
	grants, err := c.Tx.GrantsOf(ctx, c.Person.ID, c.Now)
	if err != nil {
		return nil, err
	}
	var among store.Among
	if h.reads(c.Person) {
		among.Owner = c.Person.ID
	}
	for _, g := range grants {
		among.IDs = append(among.IDs, g.Customer)
	}
	return c.Tx.FindCustomersAmong(ctx, text, among, hitsMost+1)
}

// find is the one customer that a text means to the caller. Whoever may not
// read hears the same whether or not there is such a customer (档-3).
func (h Handler) find(ctx context.Context, c *command.Call, text string) (readable, error) {
	list, hidden, err := h.readables(ctx, c, text)
	if err != nil {
		return readable{}, err
	}
	if i := h.exact(text, list); i >= 0 {
		return list[i], nil
	}
	switch {
	case len(list) == 0:
		return readable{}, h.notFound(c, text, hidden)
	case len(list) == 1:
		return list[0], nil
	}
	return readable{}, h.several(c, text, list)
}

// exact is which of the customers is called exactly so, and no other; -1 for
// none.
func (h Handler) exact(typed string, list []readable) int {
	if len(list) > 0 && command.IsCustomerCode(typed) && strings.EqualFold(list[0].ID, text.Fold(typed).Text) {
		return 0
	}
	same := func(r readable) bool { return sameName(r.hit.Name, typed) }
	i := slices.IndexFunc(list, same)
	if i >= 0 && slices.ContainsFunc(list[i+1:], same) {
		return -1
	}
	return i
}

// notFound tells readers of every file that there is no such customer, and all
// others nothing.
func (h Handler) notFound(c *command.Call, typed string, hidden []store.Hit) error {
	if !h.seesAll(c.Person) {
		return h.denial(c, typed, hidden)
	}
	r := &command.Refusal{Text: "没有找到客户" + text.Quote(typed) + "。", Hint: "换名称里的两三个字、拼音首字母，或电话后四位"}
	if c.Offers != nil && c.Offers("新客户") && !command.IsCustomerCode(typed) {
		r.Hint += "；新建：新客户 名称"
	}
	return r
}

// seesAll tells whether a person reads every customer's file by post.
func (h Handler) seesAll(p store.Person) bool {
	return h.reads(p) && (p.Post != store.Salesperson || h.Config.SalespeopleSee != SeeOwn)
}

// denial is what everybody hears who may not read a file, whether or not there
// is one. Whom it was about stands in the record, where that is known.
func (h Handler) denial(c *command.Call, text string, hidden []store.Hit) error {
	look := store.Look{Why: strings.TrimSpace(text + " " + c.Text("理由"))}
	if len(hidden) == 1 || len(hidden) > 1 && sameName(hidden[0].Name, text) {
		look.Customer = hidden[0].Customer.ID
	}
	r := &command.Refusal{
		Text:   "客户档案属于机密，可以直接查阅的是：" + h.readers() + "。其他人确因工作需要的，须经总经理批准；有没有这位客户也不能说。",
		Hint:   "申请查阅 客户 理由…",
		Clause: "档-6", Denied: true, Look: look,
	}
	if c.Offers != nil && c.Offers("申请查阅") && typable(text) {
		r.Buttons = []chat.Button{{Label: "申请查阅", Command: "申请查阅 " + text, Primary: true}}
	}
	return r
}

// readers says who reads files by post (档-4).
func (h Handler) readers() string {
	var posts []string
	for _, post := range store.Posts {
		switch p := (store.Person{ID: "-", Post: post}); {
		case post == store.Salesperson && !h.seesAll(p):
			posts = append(posts, string(post)+"（自己负责的客户）")
		case h.reads(p):
			posts = append(posts, string(post))
		}
	}
	return strings.Join(posts, "、")
}

// typable tells whether a text can stand in a command line as one word, and is
// more of a name than a phone.
func typable(typed string) bool {
	return typed != "" && len([]rune(typed)) <= nameMost && store.Plain(typed) && text.MaskPhones(typed) == typed &&
		!strings.ContainsFunc(typed, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;，；", r) })
}

// lineMost is how many characters of a line are put into a button.
const lineMost = 400

// several asks which of the customers is meant: the same line with each one's
// code.
func (h Handler) several(c *command.Call, typed string, list []readable) error {
	r := &command.Refusal{Text: fmt.Sprintf("%s不止一位客户，请选一位，或写编号（如 %s）：", text.Quote(typed), list[0].ID)}
	for _, one := range list[:min(len(list), hitsMost)] {
		r.Text += "\n• " + one.ID + " " + one.Name
		if line, ok := instead(c.Line, typed, one.ID); ok {
			r.Buttons = append(r.Buttons, chat.Button{Label: one.ID + " " + text.CutLine(one.Name, 12), Command: line})
		}
	}
	if len(list) > hitsMost {
		r.Text += "\n还有更多，请把名称写全一些。"
	}
	return r
}

// instead is a line with a code where the customer was named.
func instead(line, text, code string) (string, bool) {
	at := strings.Index(line, text)
	if at <= 0 || text == "" || len([]rune(line)) > lineMost {
		return "", false
	}
	return strings.TrimSpace(line[:at]) + " " + code + line[at+len(text):], true
}

// findToChange is find for those who may change the file, too.
func (h Handler) findToChange(ctx context.Context, c *command.Call, text string) (readable, error) {
	r, err := h.find(ctx, c, text)
	if err != nil || r.access.Write {
		return r, err
	}
	owner, err := h.ownerName(ctx, c.Tx, r.Customer)
	if err != nil {
		return readable{}, err
	}
	return readable{}, &command.Refusal{
		Text:   fmt.Sprintf("%s 的档案由市场主管、市场总监和负责人（%s）修改，你可以查阅。", r.Name, owner),
		Hint:   "有新情况：提供线索 " + r.ID + " 内容…",
		Clause: "档-4", Denied: true, Look: store.Look{Customer: r.ID},
	}
}

// ownerName is whose a customer is, in words.
func (h Handler) ownerName(ctx context.Context, tx *store.Tx, c store.Customer) (string, error) {
	if c.Owner == "" {
		return "暂无", nil
	}
	p, _, err := tx.Person(ctx, c.Owner)
	return p.Name, err
}

// open goes through the door: the look is recorded with its reason, and alarms
// come out as notices.
func (h Handler) open(ctx context.Context, c *command.Call, r readable, why string) (store.File, []chat.Notice, error) {
	file, err := c.Tx.OpenCustomer(ctx, r.access, look(c, r, why))
	if err != nil {
		return file, nil, err
	}
	notices, err := h.watch(ctx, c, file.Customer, file.Trace)
	return file, notices, err
}

// openHistory is open for the past of a file.
func (h Handler) openHistory(ctx context.Context, c *command.Call, r readable) (store.History, []chat.Notice, error) {
	past, err := c.Tx.OpenHistory(ctx, r.access, look(c, r, ""))
	if err != nil {
		return past, nil, err
	}
	notices, err := h.watch(ctx, c, past.Customer, past.Trace)
	return past, notices, err
}

// look is the audit entry of a look.
func look(c *command.Call, r readable, why string) store.Audit {
	return store.Audit{
		ID: c.Tx.NewID(c.Now), At: c.Now, Person: c.Person.ID, Act: c.Spec.Name, Subject: subject(r.ID),
		Clause: r.access.Clause, Ref: c.Event.ID, Look: store.Look{Customer: r.ID, Why: why},
	}
}

// subject is what an audit entry is about.
func subject(customer string) string { return "customer/" + customer }
