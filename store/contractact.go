package store

import (
	"context"
	"fmt"
	"time"

	"marketbot/store/internal/engine"
)

// ContractAct is something that was done to a contract.
type ContractAct struct {
	ID       string
	Contract string // its number
	At       time.Time
	By       string // person id; empty: the program
	Act      string // as people call it: the command's name
	Version  int    // of the contract, that the act made
	Words    string // what was said about it
	Was, Is  Contract
}

// First reports whether the act made the contract: there was nothing before.
func (a ContractAct) First() bool { return a.Was.Number == "" }

func (a ContractAct) place() string {
	return engine.Joined(a.ID, a.Contract, fmt.Sprint(engine.Millis(a.At)), a.By, a.Act, fmt.Sprint(a.Version))
}

func (q Contracts) act(ctx context.Context, was, is Contract, a ContractAct) error {
	a.Contract, a.Version = is.Number, is.Version
	seal := func(text, column string) []byte {
		if text == "" {
			return nil
		}
		return q.tx.SealText(text, "contract_act", a.place(), column)
	}
	before := ""
	if was.Number != "" {
		before = was.card()
	}
	_, err := q.tx.Exec(ctx, "add contract act", `INSERT INTO contract_act (id, contract, at, by_person, act, version, was, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		a.ID, a.Contract, engine.Millis(a.At), a.By, a.Act, a.Version, seal(before, "was"), seal(a.Words, "words"))
	return err
}

// Changed is when a contract was changed last.
func (q Contracts) Changed(ctx context.Context, c Contract) (at time.Time, err error) {
	_, err = q.tx.One(ctx, "contract changed", `SELECT MAX(at) FROM contract_act WHERE contract = $1`, []any{c.Number}, engine.At(&at))
	return at, err
}

// Acts are what was done to a contract as it is, oldest first.
func (q Contracts) Acts(ctx context.Context, c Contract) ([]ContractAct, error) {
	list, err := engine.All(ctx, q.tx, "acts of a contract", `SELECT id, contract, at, by_person, act, version, was, words FROM contract_act WHERE contract = $1 ORDER BY version, id`,
		[]any{c.Number}, q.scanAct)
	for i := range list {
		if list[i].Is = c; i+1 < len(list) {
			list[i].Is = list[i+1].Was
		}
	}
	return list, err
}

// DoneSince lists what was done to contracts from about a moment on, contract by
// contract, oldest first; of a contract that is damaged nothing.
func (q Contracts) DoneSince(ctx context.Context, at time.Time) ([]ContractAct, error) {
	since := engine.IDBefore(at)
	list, err := engine.Sound(ctx, q.tx, "acts since", `SELECT id, contract, at, by_person, act, version, was, words FROM contract_act WHERE id >= $1 ORDER BY contract, version, id`,
		[]any{since}, q.scanAct)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	now, err := q.ChangedSince(ctx, at)
	is := make(map[string]Contract, len(now))
	for _, c := range now {
		is[c.Number] = c
	}
	var sound []ContractAct
	for i, a := range list {
		c, found := is[a.Contract]
		if !found {
			continue
		}
		if a.Is = c; i+1 < len(list) && list[i+1].Contract == a.Contract {
			a.Is = list[i+1].Was
		}
		sound = append(sound, a)
	}
	return sound, err
}

// ChangedSince lists the contracts to which something was done from about a moment on.
func (q Contracts) ChangedSince(ctx context.Context, at time.Time) ([]Contract, error) {
	return q.list(ctx, "contracts done to since", `number IN (SELECT contract FROM contract_act WHERE id >= $1)`, engine.IDBefore(at))
}

func (q Contracts) scanAct(scan engine.Scan) (ContractAct, error) {
	var a ContractAct
	var was, words []byte
	err := scan(&a.ID, &a.Contract, engine.At(&a.At), &a.By, &a.Act, &a.Version, &was, &words)
	if err != nil {
		return a, err
	}
	if a.Words, err = q.tx.OpenText(words, "contract_act", a.place(), "words"); q.tx.PassOver(engine.InRow("contract_act", a.ID, err)) {
		a.Words, err = Unreadable, nil
	}
	if err != nil || len(was) == 0 {
		return a, err
	}
	card, err := q.tx.OpenText(was, "contract_act", a.place(), "was")
	if err != nil {
		return a, engine.InRow("contract_act", a.ID, err)
	}
	a.Was, err = contractOf(card)
	return a, err
}
