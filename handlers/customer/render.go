package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/vault"
)

// revealed tells of whom the masked fields are shown: of a person's id, or of
// the company itself for "".
type revealed func(person string) bool

func everything(string) bool { return true }

func nothing(string) bool { return false }

func onePerson(id string) revealed { return func(person string) bool { return person == id } }

// shown is the one way in which a value of a file reaches people, whatever
// command it is for: masked unless it is revealed.
func shown(field, value string, ofPerson, open bool) string {
	switch {
	case open:
		return value
	case rulebook.Masked(field, ofPerson) && value != "":
		return rulebook.MaskField(field, value)
	default:
		return text.MaskPhones(value)
	}
}

// shownFact is shown for a fact about the company, with whether anybody has
// looked at it yet.
func shownFact(f vault.Fact, open bool) string {
	value := shown(f.Field, f.Value, false, open)
	if uncheckedFact(f) {
		value += "（待核）"
	}
	return value
}

// fileAnswer is a file as the caller gets it.
func (h Handler) fileAnswer(ctx context.Context, c *command.Call, r command.Meant, file vault.File, open revealed) (*command.Answer, error) {
	owner, err := command.OwnerName(ctx, c.Tx, file.Customer)
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: "客户档案 · " + file.Name, Tone: chat.Warn}
	if !r.Access.Write {
		card.Title += "（仅查阅）"
	}
	card.Blocks = []chat.Block{{Facts: append([]chat.Fact{
		{Label: "编号", Value: file.ID}, {Label: fieldOwner, Value: owner}, {Label: fieldStage, Value: orNone(file.Stage)}, {Label: "完整度", Value: completeWords(file)},
	}, h.companyFacts(file, open(""))...)}}
	if people := personFacts(file, open); len(people) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Facts: people})
	}
	latest, err := h.latest(ctx, c.Tx, file)
	if err != nil {
		return nil, err
	}
	if latest != "" {
		card.Blocks = append(card.Blocks, chat.Block{Note: latest})
	}
	card.Blocks = append(card.Blocks, lacking(file.Lacks)...)
	card.Blocks = append(card.Blocks, h.footer(c, r, file.Trace))
	card.Buttons = h.fileButtons(c, r, file, open)
	return h.secret(c, r, card, owner), nil
}

// secret is a card with content of a file: for the private chat only, with
// what poorer platforms say instead. The door has recorded the look.
func (h Handler) secret(c *command.Call, r command.Meant, card chat.Card, owner string) *command.Answer {
	a := confidentialCard(card, summary(r.Customer, owner), subject(r.ID))
	a.Reply.Customers = []string{r.ID}
	a.Recorded = true
	return a
}

// summary is the most that is said of a customer where no secret is kept.
func summary(c store.Customer, owner string) string {
	return fmt.Sprintf("%s %s · 负责人 %s · 阶段 %s。内容是机密，这里不能保密，不显示。", c.ID, c.Name, owner, orNone(c.Stage))
}

func orNone(s string) string {
	if s == "" {
		return "暂无"
	}
	return s
}

// lacking says on a file that it is not all there, to whoever is shown it: which rows
// they are hears only who reads all files.
func lacking(lacks bool) []chat.Block {
	if !lacks {
		return nil
	}
	return []chat.Block{{Note: "这份档案不完整：有内容损坏打不开，没有列出，总经理和管理员会知道。"}}
}

// footer says on everything that shows of a file who looked when, so that a
// picture of it leads back (档-3).
func (h Handler) footer(c *command.Call, r command.Meant, trace string) chat.Block {
	text := fmt.Sprintf("查阅人 %s · %s · 追踪码 %s%s · 本次查阅已记录，不得转发、复制、截图（%s）",
		c.Person.Name, c.Now.In(h.Rules.Zone).Format("2006-01-02 15:04"), trace, h.byGrant(r.Access), clause)
	return chat.Block{Note: text}
}

func (h Handler) byGrant(a store.Access) string {
	if a.Basis != store.ByGrant {
		return ""
	}
	return " · 凭批准 " + a.Grant
}

// companyFacts are the facts about the company in the order of 档-1, then
// those whose fields the settings have no more.
func (h Handler) companyFacts(file vault.File, open bool) []chat.Fact {
	var list []chat.Fact
	for _, f := range inOrder(file.Facts, h.companyFields()) {
		list = append(list, chat.Fact{Label: f.Field, Value: shownFact(f, open)})
	}
	return list
}

// inOrder sorts facts by an order of fields; unknown ones come last.
func inOrder(facts []vault.Fact, fields []string) []vault.Fact {
	place := func(f vault.Fact) int {
		if i := slices.Index(fields, f.Field); i >= 0 {
			return i
		}
		return len(fields)
	}
	list := slices.Clone(facts)
	slices.SortStableFunc(list, func(a, b vault.Fact) int { return place(a) - place(b) })
	return list
}

// personFacts are the persons of a file, one line each.
func personFacts(file vault.File, open revealed) []chat.Fact {
	var list []chat.Fact
	for _, p := range file.People {
		list = append(list, chat.Fact{Label: "联系人 " + p.Name, Value: personWords(p, open(p.ID))})
	}
	return list
}

func personWords(p vault.Person, open bool) string {
	var words []string
	for _, f := range inOrder(p.Facts, personFields) {
		if f.Field == vault.NameField {
			continue
		}
		words = append(words, f.Field+" "+shown(f.Field, f.Value, true, open))
	}
	if len(words) == 0 {
		words = []string{"只有姓名"}
	}
	text := strings.Join(words, "；")
	if slices.ContainsFunc(p.Facts, uncheckedFact) {
		text += "（待核）"
	}
	return text
}

// completeness is how much of what a file should hold is there, in per cent,
// and what lacks.
func completeness(file vault.File) (percent int, lacks []string) {
	for _, field := range wanted {
		if !slices.ContainsFunc(file.Facts, func(f vault.Fact) bool { return f.Field == field }) {
			lacks = append(lacks, field)
		}
	}
	if len(file.People) == 0 {
		lacks = append(lacks, personSheet)
	}
	all := len(wanted) + 1
	return 100 * (all - len(lacks)) / all, lacks
}

func completeWords(file vault.File) string {
	percent, lacks := completeness(file)
	if len(lacks) == 0 {
		return "100%"
	}
	return fmt.Sprintf("%d%%（缺 %s）", percent, strings.Join(lacks, "、"))
}

// latest says which change of the file was the last.
func (h Handler) latest(ctx context.Context, tx *store.Tx, file vault.File) (string, error) {
	last := vault.Fact{}
	take := func(list []vault.Fact) {
		for _, f := range list {
			if f.At.After(last.At) {
				last = f
			}
		}
	}
	take(file.Facts)
	for _, p := range file.People {
		take(p.Facts)
	}
	if last.At.IsZero() {
		return "", nil
	}
	author, _, err := tx.People().ByID(ctx, last.Author)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("最近变更 %s %s 写「%s」", last.At.In(h.Rules.Zone).Format("2006-01-02"), author.Name, last.Field), nil
}

// fileButtons are what can be done next.
func (h Handler) fileButtons(c *command.Call, r command.Meant, file vault.File, open revealed) []chat.Button {
	var list []chat.Button
	add := func(label, name string) {
		if c.Offers == nil || c.Offers(name) || r.Access.Basis == store.ByGrant {
			list = append(list, chat.Button{Label: label, Command: name + " " + file.ID})
		}
	}
	if masked(file, open) {
		add("显示联系方式", "看电话")
	}
	add("客户历史", "客户历史")
	if r.Access.Basis == store.ByGrant {
		add("提供线索", "提供线索") // a grant is for reading only
	} else {
		add("记跟进", "跟进")
	}
	if r.Access.Write && unchecked(file) && rulebook.Allows(rulebook.MoveCustomers, c.Person) {
		add("核对无误", "核对")
	}
	return list
}

// masked reports whether something of a file is masked.
func masked(file vault.File, open revealed) bool {
	return slices.ContainsFunc(allFacts(file), func(f vault.Fact) bool { return hides(f, open(f.Person)) })
}

// hides reports whether something of a fact is masked.
func hides(f vault.Fact, open bool) bool {
	return shown(f.Field, f.Value, f.Person != "", open) != f.Value
}

func unchecked(file vault.File) bool { return slices.ContainsFunc(allFacts(file), uncheckedFact) }

func uncheckedFact(f vault.Fact) bool { return f.Checked.IsZero() }

func allFacts(file vault.File) []vault.Fact {
	list := slices.Clone(file.Facts)
	for _, p := range file.People {
		list = append(list, p.Facts...)
	}
	return list
}
