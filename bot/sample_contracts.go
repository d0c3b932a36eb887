package main

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/contract"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// sampleContract is an invented contract: days are counted back from the start of the
// demo, and what did not happen is none.
type sampleContract struct {
	customer, holder, project string
	claimed                   int
	reported, signed          int // 0: not yet
	event, prepare            int // days from the start on
	amount                    int64
	state                     store.ContractState
	words                     string // of the act that made the state
	borrower                  string
}

// sampleContractList is one of every fate, the oldest first.
func sampleContractList() []sampleContract {
	return []sampleContract{
		{customer: "K6", holder: "张伟", project: "夏季照明展", claimed: 84, reported: 83, signed: 80, amount: 18_000_000, state: store.ContractArchived},
		{customer: "K2", holder: "李娜", project: "陶瓷新品会", claimed: 76, reported: 75, signed: 72, amount: 9_600_000, state: store.ContractArchived},
		{customer: "K11", holder: "刘洋", project: "家具团购会", claimed: 69, reported: 68, signed: 66, amount: 5_400_000, state: store.ContractArchived},
		{customer: "K12", holder: "张伟", project: "夏季展位", claimed: 57, reported: 56, signed: 54, amount: 11_000_000, state: store.ContractArchived},
		{customer: "K4", holder: "李娜", project: "酒店推广", claimed: 49, reported: 48, signed: 46, amount: 7_200_000, state: store.ContractArchived},
		{customer: "K2", holder: "李娜", project: "秋季推介会", claimed: 32, reported: 31, signed: 30, amount: 12_000_000, state: store.ContractArchived, borrower: "刘洋"},
		{customer: "K6", holder: "张伟", project: "春季照明展", claimed: 31, reported: 30, signed: 28, amount: 26_500_000, state: store.ContractArchived},
		{customer: "K11", holder: "刘洋", project: "新店开业", claimed: 29, reported: 28, signed: 26, amount: 4_800_000, state: store.ContractTerminated, words: "客户搬厂，活动取消"},
		{customer: "K1", holder: "刘洋", project: "样品展示", claimed: 24, state: store.ContractReturned},
		{customer: "K3", holder: "张伟", project: "新品发布会", claimed: 20, state: store.ContractSpoiled, words: "金额写错"},
		{customer: "K4", holder: "李娜", project: "酒店年会", claimed: 16, reported: 15, signed: 13, amount: 8_600_000, state: store.ContractSigned},
		{customer: "K9", holder: "刘洋", project: "年会场地", claimed: 14, state: store.ContractLost, words: "在展会上和资料放在一起，收摊时不见了"},
		{customer: "K3", holder: "张伟", project: "新品发布会", claimed: 9, reported: 6, event: 8, prepare: 5, amount: 15_000_000, state: store.ContractReported, words: "方案过了初审，对方让先留场地"},
		{customer: "K7", holder: "李娜", project: "船艇体验日", claimed: 5, state: store.ContractClaimed},
	}
}

// sampleContracts enters the sample contracts, as if it had been during the weeks
// before start.
func sampleContracts(ctx context.Context, tx *store.Tx, rules rulebook.Rules, cfg contract.Config, start time.Time) error {
	n, err := rulebook.ParseNumbering(cfg.Number)
	if err != nil {
		return err
	}
	people, err := tx.People().Active(ctx)
	if err != nil {
		return err
	}
	ids := map[string]string{"": ""}
	for _, p := range people {
		ids[p.Name] = p.ID
	}
	for _, s := range sampleContractList() {
		if err := s.enter(ctx, tx, rules, cfg, n, ids, start); err != nil {
			return fmt.Errorf("sample contract of %s: %w", s.customer, err)
		}
	}
	return nil
}

func (s sampleContract) enter(ctx context.Context, tx *store.Tx, rules rulebook.Rules, cfg contract.Config, n rulebook.Numbering, ids map[string]string, start time.Time) (err error) {
	ago := func(days int) time.Time { return start.AddDate(0, 0, -days) }
	day := func(days int) store.Day { return rules.Day(ago(days)) }
	c := store.Contract{
		Series: n.Series(day(s.claimed)), Customer: s.customer, Holder: ids[s.holder], Claimant: ids[s.holder], State: store.ContractClaimed,
		Claimed: day(s.claimed), Project: s.project, Version: 1,
	}
	if c.Seq, err = tx.Contracts().Draw(ctx, c.Series); err != nil {
		return err
	}
	c.Number = n.Number(c.Claimed, c.Seq)
	c.Folded = command.FoldedContract(c.Number)
	act := func(name, words string, days int) store.ContractAct {
		at := ago(days).Add(time.Hour)
		return store.ContractAct{ID: tx.NewID(at), At: at, By: c.Holder, Act: name, Words: words}
	}
	if _, err := tx.Contracts().Add(ctx, c, act("领合同", "", s.claimed)); err != nil {
		return err
	}
	save := func(name, words string, days int, change func(*store.Contract)) {
		was := c
		change(&c)
		if err == nil {
			_, err = tx.Contracts().Save(ctx, was, c, act(name, words, days))
		}
		c.Version = was.Version + 1
	}
	if s.reported > 0 {
		save("签前汇报", s.words, s.reported, func(c *store.Contract) {
			c.State, c.Reported, c.LastReport, c.Expected, c.Prepare = store.ContractReported, day(s.reported), day(s.reported), s.amount, s.prepare
			if s.event > 0 {
				c.Event = day(-s.event)
			}
		})
	}
	if s.signed > 0 {
		save("签合同", "", s.signed, func(c *store.Contract) {
			c.State, c.Signed, c.Amount, c.Shares = store.ContractSigned, day(s.signed), s.amount, []store.Share{{Person: c.Holder, Parts: store.WholeShare}}
			c.Due = rules.Calendar.Later(c.Signed, cfg.ArchiveDays)
		})
	}
	s.finish(save, ids, day)
	return err
}

// finish makes the last state of a contract.
func (s sampleContract) finish(save func(name, words string, days int, change func(*store.Contract)), ids map[string]string, day func(int) store.Day) {
	switch s.state {
	case store.ContractArchived:
		save("归档", "2 号柜", s.signed-2, func(c *store.Contract) { c.State, c.Archived, c.Place = s.state, day(s.signed-2), "2 号柜" })
		if s.borrower != "" {
			save("借原件", "投标核对", 3, func(c *store.Contract) { c.Borrower, c.Back = ids[s.borrower], day(-5) })
		}
	case store.ContractTerminated:
		save("终止合同", s.words, 10, func(c *store.Contract) { c.State, c.Ended, c.Earned = s.state, day(10), 1_000_000 })
	case store.ContractReturned:
		save("退合同", "", s.claimed-3, func(c *store.Contract) { c.State = s.state })
	case store.ContractSpoiled:
		save("作废合同", s.words, s.claimed-3, func(c *store.Contract) { c.State = s.state })
	case store.ContractLost:
		save("合同遗失", s.words, 1, func(c *store.Contract) { c.State, c.Lost, c.LostFrom = s.state, day(1), store.ContractClaimed })
	}
}
