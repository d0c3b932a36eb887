package command

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"marketbot/store"
)

// A step that asks for what its Spec does not declare panics with both names,
// and only then: what was declared and not given is empty.
func TestMisspeltArgumentsPanic(t *testing.T) {
	spec := &Spec{Name: "试", Args: []Arg{
		{Name: "词", Kind: Word}, {Name: "日", Kind: Date}, {Name: "人", Kind: Person, Optional: true},
		{Name: "客户", Kind: Customer, For: ToRead, Optional: true}, {Name: "列", Kind: Fields, Keys: []string{"a"}, Optional: true},
	}}
	args, err := Parse(t.Context(), spec, "甲 2026-11-24", Env{Now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	c := NewCall(Call{Spec: spec}, args)
	if c.Text("词") != "甲" || c.Day("日") != store.Day("2026-11-24") || c.Who("人").ID != "" || c.Has("列") || c.Fields("列") != nil {
		t.Error("what is declared is not had")
	}
	for name, ask := range map[string]func(){
		"clent":     func() { c.Text("clent") },
		"has":       func() { c.Has("has") },
		"谁":         func() { c.Who("谁") },
		"词":         func() { c.Day("词") },
		"日":         func() { c.Text("日") },
		"人":         func() { c.Text("人") },
		"列":         func() { c.Labels("列") },
		"客户":        func() { c.Who("客户") },
		"customers": func() { c.Customer(context.Background(), "customers") },
	} {
		said := panics(ask)
		if said == nil || !strings.Contains(said.Error(), `"试"`) || !strings.Contains(said.Error(), `"`+name+`"`) {
			t.Errorf("%s: %v; want a panic with both names", name, said)
		}
	}
	if said := panics(func() { new(Call).Text("词") }); said == nil {
		t.Error("a call without a command has arguments")
	}
}

// panics is what a function panics with, if it is told in the log.
func panics(f func()) (said runtime.Error) {
	defer func() { said, _ = recover().(runtime.Error) }()
	f()
	return nil
}
