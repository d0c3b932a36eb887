package customer

import (
	"context"
	"fmt"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/intake"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

// takeRow enters one customer, or says why not. A customer is entered with
// everything or not at all; one that has a file is passed over.
func (h Handler) takeRow(r *record) func(context.Context, *store.Tx, intake.Import) (intake.Outcome, error) {
	return func(ctx context.Context, tx *store.Tx, i intake.Import) (intake.Outcome, error) {
		if r.Value.entered.After(i.Now) {
			return intake.Outcome{Result: intake.Wrong, Text: columnEntered + "在将来"}, nil
		}
		if known, err := h.knownRow(ctx, tx, r.Value); known != "" || err != nil {
			return intake.Outcome{Result: intake.Known, Text: known}, err
		}
		owner, author, warned, err := h.importPeople(ctx, tx, i, r.Value)
		o := intake.Outcome{Result: intake.New, Text: strings.Join(warned, "；")}
		if err == nil && i.Apply {
			o.Result, err = intake.Done, h.enterRow(ctx, tx, i, r, owner, author)
		}
		return o, err
	}
}

// knownRow says which customer a row tells of, where that has a file.
func (h Handler) knownRow(ctx context.Context, tx *store.Tx, r bookRow) (string, error) {
	how, after := "已有档案 ", ""
	known, err := h.knownNames(ctx, tx, r)
	if err == nil && len(known) == 0 { // nobody can be asked here
		how, after = "，像是已有档案 ", "；不是同一家请用 新客户 录入"
		if known, err = alike(ctx, tx, r.distinct()...); len(known) > 0 {
			how = differs(r.name(), known[0].Name) + how
		}
	}
	if err != nil || len(known) == 0 {
		return "", err
	}
	text, err := knownText(ctx, tx, how, known[0])
	for _, line := range r.joined {
		after += fmt.Sprintf("；第 %d 行的联系人也没有写入", line)
	}
	return text + after, err
}

// knownNames are customers that bear the name of a row, or a former one. A
// short name may be that of several.
func (h Handler) knownNames(ctx context.Context, tx *store.Tx, r bookRow) ([]store.Customer, error) {
	for _, name := range r.distinct() {
		known, err := same(ctx, tx, name)
		if err != nil || len(known) > 0 {
			return known, err
		}
	}
	return nil, nil
}

func knownText(ctx context.Context, tx *store.Tx, how string, c store.Customer) (string, error) {
	text := how + c.ID
	if c.Owner == "" {
		return text, nil
	}
	owner, err := command.OwnerName(ctx, tx, c)
	return text + "，负责人 " + owner, err
}

// importPeople finds the owner and the original author of a row. Who is not
// registered is said, and the author's name is kept in the sources.
func (h Handler) importPeople(ctx context.Context, tx *store.Tx, i intake.Import, r bookRow) (owner, author store.Person, warned []string, err error) {
	author = i.By
	if name := r.extra[fieldOwner]; name != "" {
		if owner, _, err = audience.Named(ctx, tx, name); err != nil {
			return owner, author, nil, err
		}
		if !owner.Active() || !rulebook.Allows(rulebook.EnterCustomers, owner) {
			warned = append(warned, "负责人"+text.Quote(name)+"不在册或不能负责客户，先没有负责人")
			owner = store.Person{}
		}
	}
	name := r.extra[columnAuthor]
	if name == "" {
		return owner, author, warned, nil
	}
	p, found, err := audience.Named(ctx, tx, name)
	if err != nil {
		return owner, author, warned, err
	}
	if !found {
		warned = append(warned, "录入人"+text.Quote(name)+"不在册，写在来源里")
		return owner, author, warned, nil
	}
	return owner, p, warned, nil
}
