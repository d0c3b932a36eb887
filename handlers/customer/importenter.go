package customer

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/intake"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// entry is a row on its way into the store.
type entry struct {
	customer store.Customer
	author   store.Person
	checker  store.Person
	at       time.Time // when the facts were entered first
	now      time.Time
	source   string
}

// enterRow makes a customer of a row, with everything that the row says, in
// the transaction of its batch.
func (h Handler) enterRow(ctx context.Context, tx *store.Tx, i intake.Import, row *record, owner, author store.Person) error {
	r := row.Value
	id, err := vault.In(tx).NewCode(ctx)
	if err != nil {
		return err
	}
	e := entry{author: author, checker: i.By, at: r.entered, now: i.Now, source: h.sourceOf(i, row)}
	if e.at.IsZero() {
		e.at = i.Now
	}
	e.customer = store.Customer{
		ID: id, Name: r.name(), Owner: owner.ID, Stage: r.extra[fieldStage], Created: e.at, Author: author.ID,
	}
	if e.customer.Stage == "" {
		e.customer.Stage = h.firstStage()
	}
	if err := h.enterCustomer(ctx, tx, e, r); err != nil {
		return err
	}
	return tx.Audit().Record(ctx, ledger.Entry{
		ID: tx.NewID(i.Now), At: i.Now, Person: i.By.ID, Act: "导入客户", Subject: fmt.Sprintf("customer/%s/row %d", id, row.Line),
		Outcome: ledger.Done, Clause: "档-7",
	})
}

// sourceOf says where the facts of a row come from, with an original author who
// is not registered.
func (h Handler) sourceOf(i intake.Import, row *record) string {
	source := fmt.Sprintf("Excel 导入：%s 第 %d 行", i.File, row.Line)
	if name := row.Value.extra[columnAuthor]; name != "" {
		source += "，录入人 " + name
	}
	return source
}

// nameKinds are the fields by which a customer is found.
var nameKinds = map[string]vault.Kind{fieldName: vault.FullName, fieldShort: vault.ShortName, fieldFormer: vault.FormerName}

func (h Handler) enterCustomer(ctx context.Context, tx *store.Tx, e entry, r bookRow) error {
	if err := vault.In(tx).Add(ctx, e.customer); err != nil {
		return err
	}
	for field, kind := range nameKinds {
		for _, name := range namesIn(r.company[field]) {
			n := vault.Name{ID: tx.NewID(e.now), Customer: e.customer.ID, Name: name, Kind: kind, Since: e.at}
			if err := vault.Search(tx).AddName(ctx, n); err != nil {
				return err
			}
		}
	}
	for _, field := range h.companyFields() {
		if err := e.put(ctx, tx, "", field, r.company[field]); err != nil {
			return err
		}
	}
	for _, p := range r.people {
		if err := e.enterPerson(ctx, tx, p); err != nil {
			return err
		}
	}
	return nil
}

func (e entry) enterPerson(ctx context.Context, tx *store.Tx, p map[string]string) error {
	id := tx.NewID(e.now)
	err := vault.In(tx).AddPerson(ctx, vault.Person{
		ID: id, Customer: e.customer.ID, Name: p[vault.NameField], Source: e.source, Created: e.at, Author: e.author.ID,
	})
	for _, field := range personFields {
		if err == nil && field != vault.NameField {
			err = e.put(ctx, tx, id, field, p[field])
		}
	}
	return err
}

// put keeps one value. Who imports answers for it, so that it counts as checked.
func (e entry) put(ctx context.Context, tx *store.Tx, person, field, value string) error {
	if value == "" || person == "" && field == fieldName {
		return nil
	}
	f := vault.Fact{
		ID: tx.NewID(e.now), Customer: e.customer.ID, Person: person, Field: field, Value: value, Source: e.source,
		Author: e.author.ID, At: e.at, Checked: e.now, CheckedBy: e.checker.ID,
	}
	if err := vault.In(tx).PutFact(ctx, f); err != nil {
		return err
	}
	if field != fieldPhone {
		return nil
	}
	return vault.Search(tx).PutPhone(ctx, f.Customer, f.ID, value)
}
