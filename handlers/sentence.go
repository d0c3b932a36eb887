package handlers

import (
	"context"
	_ "embed"
	"slices"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/ledger"
)

// speech is how people speak of commands, a command a line, for likeness: & stands
// for a customer, @ for somebody, # for a contract's number, $ for money, % for days,
// ^ for a city, a letter for a code that begins with it.
//
//go:embed speech.txt
var speech string

// hear gathers who there is, where what somebody wrote takes that to be
// understood.
func (t *turn) hear(ctx context.Context) error {
	if t.event.Kind != chat.Text || t.person.ID == "" || t.dialog != nil {
		return nil
	}
	line := t.said()
	if _, plain := t.plain(line); plain && !command.LeadsOn(line) {
		return nil
	}
	people, err := t.tx.People().Active(ctx)
	if err != nil {
		return err
	}
	for _, p := range people {
		t.people = append(t.people, p.Name)
	}
	if len(line) > longestName || !store.Plain(line) {
		return nil
	}
	if t.customer, t.named, err = t.customerIn(ctx, line); err != nil {
		return err
	}
	c := t.knows()
	t.things, err = c.Things(ctx, line)
	return err
}

// knows is a call by which to find out what somebody may know.
func (t *turn) knows() command.Call {
	return command.Call{Tx: t.tx, Person: t.person, Now: t.event.Sent, Taken: t.now, Policy: t.desk.o.Policy}
}

// longestName is how many bytes of a text may name what there are files of.
const longestName = 240

// customerIn is the customer that is all there is to a text, and else what in it names
// one, where the person may know that there is one.
func (t *turn) customerIn(ctx context.Context, line string) (all, part string, err error) {
	name, c := command.Bare(line), t.knows()
	switch {
	case !store.Plain(name):
		return "", "", nil
	case !t.offers("客户") && rulebook.Allows(rulebook.KeepAccounts, t.person): // of what there is to pay
		part, err = c.CustomerWithin(ctx, line, command.ToName)
		return "", part, err
	case !t.offers("客户"):
		return "", "", nil
	}
	found, err := c.CustomersLike(ctx, name, command.ToRead)
	if err != nil {
		return "", "", err
	}
	_, one := found.One()
	if one || slices.ContainsFunc(found.List, func(m command.Meant) bool { return text.Bare(m.Hit.Name) == text.Bare(name) }) {
		return name, name, nil
	}
	part, err = c.CustomerWithin(ctx, line, command.ToRead)
	return "", part, err
}

// sentence is what somebody wrote who was not asked: a command, or words that
// mean one, or a question, or neither.
func (m *matter) sentence(line string) outcome {
	meant, plain := m.plain(line)
	asked := meant.Help
	if !plain || meant.Help != nil && !meant.Help.Suits(m.person) {
		meant = m.guessed(line, !m.event.Chat.Group)
	}
	switch {
	case meant.Spec != nil:
		return m.allowed(call{spec: meant.Spec, line: meant.Line, rest: meant.Rest, form: m.event.Values})
	case meant.Help != nil:
		return m.typed(meant.Help.HelpLine())
	case meant.Small && (m.event.Chat.Group || !slices.Contains(consents, alone(line))):
		return m.smallTalk(meant.Greet)
	case !m.event.Chat.Group && slices.Contains(yeses, alone(line)): // to nothing
		return m.typed(confirmWord)
	case !m.event.Chat.Group && slices.Contains(noes, alone(line)):
		return m.typed(cancelWord)
	case len(meant.Lines) == 0 && meant.About == nil:
		spec := m.others(line)
		if spec == nil && asked != nil && m.denied(asked) {
			spec = asked
		}
		if spec != nil {
			return m.refused(call{spec: spec, line: line}, notFor(spec))
		}
	}
	o := m.unknown("", chat.Message{Card: m.guess(line, meant)})
	if m.event.Chat.Group {
		o.replies = m.inGroup(line, meant)
	}
	return o
}

// inGroup are the offers for a group: what is of none is offered privately, there with
// all that the files tell.
func (m *matter) inGroup(line string, meant command.Meaning) []reply {
	secret := func(l string) bool {
		spec, _, _ := m.router.Match(l)
		return spec == nil || spec.Private
	}
	if !command.Figures(line) && (meant.About == nil || !meant.About.Private) && (len(meant.Lines) == 0 || !secret(meant.Lines[0])) {
		meant.Lines = slices.DeleteFunc(slices.Clone(meant.Lines), secret)
		return here(chat.Message{Card: m.guess(line, meant)})
	}
	if known := m.guessed(line, true); len(known.Lines) > 0 {
		meant = known
	}
	return m.privately(chat.Message{Card: m.guess(line, meant)})
}

// guessed is what a text may mean. What a group hears is guessed without the files, so
// that nobody learns from it which customers there are (档-3).
func (m *matter) guessed(line string, files bool) command.Meaning {
	k := command.Known{Suits: func(s *command.Spec) bool { return s.Suits(m.person) }, Denied: m.denied, People: m.people, Name: m.person.Name, Now: m.event.Sent}
	if files {
		k.Customer, k.Things = m.named, m.things
	}
	meant := m.router.Guess(line, k)
	if files && m.customer != "" && len(meant.Lines) == 0 && meant.Spec == nil && meant.Help == nil && !meant.Small {
		meant.Lines = []string{"客户 " + m.customer}
	}
	return meant
}

// plain is what a text plainly means; what replaces a preview is not meant where none
// waits that it could replace.
func (m *matter) plain(line string) (command.Meaning, bool) {
	meant, plain := m.router.Read(line, m.people)
	return meant, plain && (meant.Spec == nil || meant.Spec.Replaces == nil || m.replaces)
}

// denied reports whether the person has not the right to a command.
func (m *matter) denied(s *command.Spec) bool { return !rulebook.Allows(s.Who, m.person) }

// others is the command that somebody speaks of who has not the right to it; nil:
// none.
func (m *matter) others(line string) *command.Spec {
	meant := m.router.Guess(line, command.Known{Suits: m.denied, People: m.people, Now: m.event.Sent})
	switch {
	case meant.Small:
		return nil
	case meant.Spec != nil:
		return meant.Spec
	case meant.Help != nil:
		return meant.Help
	}
	return meant.About
}

// smallTalk is answered with a line; in a group only a greeting is.
func (m *matter) smallTalk(greeting bool) outcome {
	o := outcome{ended: ledger.Done, audit: m.entry("寒暄", ledger.Done)}
	switch {
	case greeting:
		o.replies = here(chat.Message{Text: "你好，我在。要办事直接说，例如：签到 广州 拜访客户；发「帮助」看我能做什么。"})
	case !m.event.Chat.Group:
		o.replies = here(chat.Message{Text: agreed})
	}
	return o
}
