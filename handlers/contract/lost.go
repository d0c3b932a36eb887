package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/command"
	"marketbot/store"
)

const loseName = "合同遗失"

// lostWords begin what the incident of a lost form says.
func lostWords(number string) string { return "合同 " + number + " 遗失：" }

// openIncident makes of a form that is lost an incident, which heads close (R11).
func openIncident(ctx context.Context, c *command.Call, number, said string) (store.Incident, error) {
	return c.Tx.Incidents().Add(ctx, store.Incident{At: c.Now, Giver: c.Person.ID, Words: lostWords(number) + said, Contract: number})
}

// incidentsOf are the incidents that came of the loss of a form and stand, the newest
// first; not those that others reported of it in their own words.
func incidentsOf(ctx context.Context, tx *store.Tx, number string) ([]store.Incident, error) {
	acts, err := tx.Contracts().Acts(ctx, store.Contract{Number: number})
	if err != nil {
		return nil, err
	}
	all, err := tx.Incidents().All(ctx)
	return slices.DeleteFunc(all, func(i store.Incident) bool {
		lost := func(a store.ContractAct) bool { return a.Act == loseName && a.By == i.Giver }
		return i.Contract != number || !strings.HasPrefix(i.Words, lostWords(number)) || !slices.ContainsFunc(acts, lost)
	}), err
}

// noteIncidents adds a line to the incidents about a form that nobody has closed.
func noteIncidents(ctx context.Context, tx *store.Tx, number, line string) error {
	list, err := incidentsOf(ctx, tx, number)
	for _, i := range list {
		if err == nil && i.State == store.IncidentOpen {
			i.Words += "\n" + line
			err = saveIncident(ctx, tx, i)
		}
	}
	return err
}

func saveIncident(ctx context.Context, tx *store.Tx, i store.Incident) error {
	ok, err := tx.Incidents().Save(ctx, i)
	if err == nil && !ok {
		err = fmt.Errorf("incident %s changed meanwhile", i.Code)
	}
	return err
}

// undoLost takes 合同遗失 back with its incident, unless that was closed.
func (h Handler) undoLost(ctx context.Context, c *command.Call, ref string) (string, error) {
	number, _, _ := strings.Cut(ref, "/")
	list, err := incidentsOf(ctx, c.Tx, number)
	if err != nil {
		return "", err
	}
	if len(list) > 0 && list[0].State == store.IncidentClosed {
		return "", &command.Refusal{
			Text: "事件 " + list[0].Code + " 已经结案，不能撤销了。", Hint: "找到了发：找到 " + number + " 经过", Clause: taking, Private: true,
		}
	}
	said, err := h.undo(ctx, c, ref)
	if err != nil || len(list) == 0 {
		return said, err
	}
	list[0].State = store.IncidentWithdrawn
	return said + "；事件 " + list[0].Code + " 一起撤销", saveIncident(ctx, c.Tx, list[0])
}

// undoFound takes 找到 back, which its incident says.
func (h Handler) undoFound(ctx context.Context, c *command.Call, ref string) (string, error) {
	said, err := h.undo(ctx, c, ref)
	if err != nil {
		return said, err
	}
	number, _, _ := strings.Cut(ref, "/")
	return said, noteIncidents(ctx, c.Tx, number, string(h.Rules.Day(c.Now))+" 找到的登记撤销了")
}
