package store

import (
	"context"

	"marketbot/store/internal/engine"
	"marketbot/store/ledger"
)

// steps are the migrations that are code, because they need secret_key.
var steps = []engine.Step{
	{Version: 38, Name: "prove", Do: prove},
	{Version: 46, Name: "count", Do: ledger.Begin},
	{Version: 48, Name: "prove tenures", Do: proveTenures},
	{Version: 84, Name: "prove requests", Do: proveRequests},
}

// prove vouches for whom a store knows from before there were proofs, once, and
// binds what waits to whom it goes. Codes rest in another way since: those that
// were made before are void.
func prove(ctx context.Context, tx *engine.Tx) error {
	people, err := engine.All(ctx, tx, "people", `SELECT id, name, post, duties, since, until, awaits FROM person`, nil, func(scan engine.Scan) (p Person, err error) {
		var duties string
		err = scan(&p.ID, &p.Name, &p.Post, &duties, engine.At(&p.Since), engine.At(&p.Until), &p.Awaits) // what there was then
		p.Duties = splitDuties(duties)
		return p, err
	})
	if err != nil {
		return err
	}
	for _, p := range people {
		if _, err := tx.Exec(ctx, "vouch for a person", `UPDATE person SET proof = $1 WHERE id = $2`, tx.SealText(p.proof(), "person", p.ID, "proof"), p.ID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "void codes", `DELETE FROM binding WHERE used = 0`); err != nil {
		return err
	}
	if err := proveAccounts(ctx, tx); err != nil {
		return err
	}
	return bindWaiting(ctx, tx)
}

// proveTenures vouches for what people held before there were proofs of it, once.
func proveTenures(ctx context.Context, tx *engine.Tx) error {
	list, err := engine.All(ctx, tx, "tenures", `SELECT id, person, kind, name, since, until FROM tenure`, nil, func(scan engine.Scan) (h held, err error) {
		return h, scan(&h.id, &h.person, &h.kind, &h.name, &h.since, &h.until)
	})
	for i := 0; err == nil && i < len(list); i++ {
		_, err = tx.Exec(ctx, "vouch for a tenure", `UPDATE tenure SET proof = $1 WHERE id = $2`, People{tx}.sealHeld(list[i]), list[i].id)
	}
	return err
}

// proveRequests vouches for what was asked for before there were proofs of it, once.
func proveRequests(ctx context.Context, tx *engine.Tx) error {
	list, err := engine.All(ctx, tx, "requests", `SELECT code, kind, asker, customer, at, lapses FROM request`, nil, func(scan engine.Scan) (r Request, err error) {
		err = scan(&r.Code, &r.Kind, &r.Asker, &r.Customer, engine.At(&r.At), engine.At(&r.Lapses))
		return r, err
	})
	for i := 0; err == nil && i < len(list); i++ {
		_, err = tx.Exec(ctx, "vouch for a request", `UPDATE request SET proof = $1 WHERE code = $2`, Requests{tx}.seal(list[i]), list[i].Code)
	}
	return err
}

func proveAccounts(ctx context.Context, tx *engine.Tx) error {
	list, err := engine.All(ctx, tx, "accounts", `SELECT `+accountProof+` FROM account a`, nil, func(scan engine.Scan) (o owned, err error) {
		return o, scan(o.columns()...)
	})
	for i := 0; err == nil && i < len(list); i++ {
		o := list[i]
		_, err = tx.Exec(ctx, "vouch for an account", `UPDATE account SET proof = $1 WHERE platform = $2 AND id = $3`,
			Accounts{tx}.seal(o.Account, o.bound), o.Platform, o.ID)
	}
	return err
}

// bindWaiting seals what waits anew, for its place. What does not open stays, and
// is told of when it is due.
func bindWaiting(ctx context.Context, tx *engine.Tx) error {
	type waiting struct {
		Outgoing
		content, payload []byte
	}
	list, err := engine.All(ctx, tx, "waiting messages", `SELECT id, platform, grp, address, person, content, payload FROM outbox WHERE state = 'waiting'`, nil,
		func(scan engine.Scan) (w waiting, err error) {
			var group int
			err = scan(&w.ID, &w.Platform, &group, &w.Address, &w.Person, &w.content, &w.payload)
			w.Group = group == 1
			return w, err
		})
	if err != nil {
		return err
	}
	for _, w := range list {
		for column, sealed := range map[string][]byte{"content": w.content, "payload": w.payload} {
			plain, err := tx.Keys().Open(sealed, "outbox", w.ID, column)
			if err != nil {
				continue
			}
			_, err = tx.Exec(ctx, "bind "+column, `UPDATE outbox SET `+column+` = $1 WHERE id = $2`, tx.Keys().Seal(plain, "outbox", w.place(), column), w.ID)
			if err != nil {
				return err
			}
		}
	}
	return nil
}
