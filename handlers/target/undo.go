package target

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
)

// changed is when the target that is asked for was set last: of two that set one the
// one that was sent later counts.
func (h Handler) changed(ctx context.Context, c *command.Call) (at time.Time, err error) {
	w, err := h.wish(ctx, c)
	if err != nil || !w.told || len(w.was) == 0 {
		return at, nil //nolint:nilerr // the step itself refuses what cannot be read
	}
	return w.was[len(w.was)-1].At, nil
}

// undo takes back versions by others that are what was before, the last one first.
func (h Handler) undo(ctx context.Context, c *command.Call, ref string) (string, error) {
	if !sets(c.Person) {
		return "", onlySetters()
	}
	var said []string
	for id := range strings.SplitSeq(ref, ",") {
		one, err := h.undoOne(ctx, c, id)
		if err != nil {
			return "", err
		}
		said = append(said, one)
	}
	return strings.Join(said, "、"), nil
}

func (h Handler) undoOne(ctx context.Context, c *command.Call, id string) (string, error) {
	t, found, err := c.Tx.Targets().ByID(ctx, id)
	if err != nil || !found {
		return "", fmt.Errorf("undo target %s: found %v: %w", id, found, err)
	}
	w := wish{said: said{month: t.Month, measure: t.Measure, name: department}, reason: undone}
	if t.Person != "" {
		if w.person, _, err = c.Tx.People().ByID(ctx, t.Person); err != nil {
			return "", err
		}
		w.name = w.person.Name
	}
	if w.was, err = c.Tx.Targets().Versions(ctx, t.Person, t.Month, t.Measure); err != nil {
		return "", err
	}
	today, none := h.Rules.Day(c.Now), true
	if last, _ := w.last(); last.Version != t.Version {
		return "", &command.Refusal{Text: w.subject(today) + "目标后来又改过（第 " + fmt.Sprint(last.Version) + " 版），不能撤销了。", Hint: "目标 " + w.name, Clause: clause, Private: true}
	}
	for _, before := range w.was[:len(w.was)-1] {
		w.fen, none = before.Fen, before.None
	}
	_, err = h.add(ctx, c, w, none)
	return fmt.Sprintf("%s目标 %s（现在：%s）", w.subject(today), words.Money(t.Fen), goalWords(rulebook.Goal{Set: !none, Fen: w.fen})), err
}
