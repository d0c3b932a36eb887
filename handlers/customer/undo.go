package customer

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"marketbot/handlers/command"
	"marketbot/store"
	"marketbot/store/vault"
)

// stages are the stages before and after a change, by their place in the
// settings; -1: not known there, so not taken back.
type stages struct{ from, to int }

func (h Handler) noStages() stages { return stages{-1, -1} }

func (h Handler) stagesOf(from, to string) stages {
	return stages{slices.Index(h.Config.Stages, from), slices.Index(h.Config.Stages, to)}
}

// undoRef is what 撤销 takes back: ids and places only, for it stands in the
// audit.
type undoRef struct {
	customer string
	person   string   // who was added
	facts    []string // ids of what was put
	stages   stages
}

func (u undoRef) String() string {
	return strings.Join([]string{u.customer, u.person, strings.Join(u.facts, ","), strconv.Itoa(u.stages.from), strconv.Itoa(u.stages.to)}, "/")
}

func readUndo(ref string) (undoRef, error) {
	parts := strings.Split(ref, "/")
	if len(parts) != 5 {
		return undoRef{}, fmt.Errorf("undo reference %q", ref)
	}
	u := undoRef{customer: parts[0], person: parts[1]}
	if parts[2] != "" {
		u.facts = strings.Split(parts[2], ",")
	}
	var err, other error
	u.stages.from, err = strconv.Atoi(parts[3])
	u.stages.to, other = strconv.Atoi(parts[4])
	if err = firstOf(err, other); err != nil {
		return u, fmt.Errorf("undo reference %q: %w", ref, err)
	}
	return u, nil
}

// undoChange puts back what a change replaced, as changes of its own.
func (h Handler) undoChange(ctx context.Context, c *command.Call, ref string) (string, error) {
	u, err := readUndo(ref)
	if err != nil {
		return "", err
	}
	r, err := c.CustomerIn(ctx, u.customer, command.ToChange)
	if err != nil {
		return "", err
	}
	past, err := vault.In(c.Tx).History(ctx, r.Access, c.Look(r, ""))
	if err != nil {
		return "", err
	}
	for _, id := range u.facts {
		if err := h.undoFact(ctx, c, past, id); err != nil {
			return "", err
		}
	}
	if err := h.unstage(ctx, c, r.Customer, u.stages); err != nil {
		return "", err
	}
	return "对 " + r.ID + " 档案的修改", nil
}

// undoFact gives a field the value that it had before, unless it was changed
// once more.
func (h Handler) undoFact(ctx context.Context, c *command.Call, past vault.History, id string) error {
	i := slices.IndexFunc(past.Changes, func(f vault.Fact) bool { return f.ID == id })
	if i < 0 {
		return changedSince(past.ID)
	}
	f := past.Changes[i]
	same := func(o vault.Fact) bool { return o.Field == f.Field && o.Person == f.Person }
	if slices.ContainsFunc(past.Changes[i+1:], same) {
		return changedSince(past.ID)
	}
	before := vault.Fact{}
	for _, o := range slices.Backward(past.Changes[:i]) {
		if same(o) {
			before = o
			break
		}
	}
	w := writer{
		c: c, customer: past.ID, person: f.Person, source: before.Source, why: "撤销", checked: before.Checked, checker: before.CheckedBy,
		old: []vault.Fact{f},
	}
	return w.put(ctx, f.Field, before.Value)
}

func changedSince(customer string) error {
	return &command.Refusal{Text: "后来又改过，不能撤销了。", Hint: "客户历史 " + customer + "，再用 改客户 改回去", Clause: "档-8"}
}

// unstage puts a customer back to the stage of before, unless somebody moved
// it on. When that was is not kept: any change since counts.
func (h Handler) unstage(ctx context.Context, c *command.Call, customer store.Customer, s stages) error {
	n := len(h.Config.Stages)
	if s.from < 0 || s.to < 0 || s.from >= n || s.to >= n || customer.Stage != h.Config.Stages[s.to] {
		return nil
	}
	if err := c.Overtaken(customer.Checked); err != nil {
		return err
	}
	return vault.In(c.Tx).UndoStage(ctx, customer.ID, h.Config.Stages[s.from], c.Now)
}
