package staff

import (
	"fmt"
	"slices"
	"strings"

	"marketbot/store"
)

// Entry is one person under people: in the config file.
type Entry struct {
	Name     string            `json:"name"`
	Post     store.Post        `json:"post"`
	Duties   []store.Duty      `json:"duties,omitempty"`
	Accounts map[string]string `json:"accounts,omitempty"` // account id by platform
}

// Check finds what is wrong with entries, without a store.
func Check(entries []Entry) error {
	names := map[string]bool{}
	owners := map[[2]string]string{}
	for i, e := range entries {
		switch {
		case !validName(e.Name):
			return fmt.Errorf("people: entry %d: name %q cannot be registered", i+1, e.Name)
		case names[e.Name]:
			return fmt.Errorf("people: %s stands there twice", e.Name)
		case !slices.Contains(store.Posts, e.Post):
			return fmt.Errorf("people: %s: unknown post %q", e.Name, e.Post)
		}
		names[e.Name] = true
		for _, d := range e.Duties {
			if !slices.Contains(store.Duties, d) {
				return fmt.Errorf("people: %s: unknown duty %q", e.Name, d)
			}
		}
		for platform, id := range e.Accounts {
			account := [2]string{platform, strings.ToLower(id)}
			if other, taken := owners[account]; taken && id != "" {
				return fmt.Errorf("people: %s has the %s account of %s", e.Name, platform, other)
			}
			owners[account] = e.Name
		}
	}
	return nil
}
