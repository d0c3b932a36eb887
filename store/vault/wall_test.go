package vault_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// burglary is a program that reaches for what a file holds, and what the
// compiler says to it; nothing for one that comes through the door.
type burglary struct{ name, folder, imports, body, refused string }

// A package that is no room of the store, and one that is.
const (
	outside = "handlers/burglar"
	inside  = "store/burglar"
)

var burglaries = []burglary{
	{"through the door", outside, `"context"; "marketbot/store"; "marketbot/store/ledger"; "marketbot/store/vault"`,
		`func Look(ctx context.Context, tx *store.Tx, a store.Access) (vault.File, error) {
			return vault.In(tx).Open(ctx, a, ledger.Entry{Person: a.Person})
		}`, ""},
	{"keys", outside, `"marketbot/store/internal/seal"`, `var _ seal.DataKey`, "use of internal package"},
	{"engine", outside, `"marketbot/store/internal/engine"`, `var _ = engine.Borrow`, "use of internal package"},
	{"card", outside, `"marketbot/store/vault"`, `var _ vault.card`, "card not exported"},
	{"card, from another room", inside, `"marketbot/store/vault"`, `var _ vault.card`, "card not exported"},
	{"file unrecorded", outside, `"context"; "marketbot/store"; "marketbot/store/vault"`,
		`func Steal(ctx context.Context, tx *store.Tx) { vault.In(tx).file(ctx, "K1") }`, "file undefined"},
	{"file unrecorded, from another room", inside, `"context"; "marketbot/store"; "marketbot/store/vault"`,
		`func Steal(ctx context.Context, tx *store.Tx) { vault.In(tx).file(ctx, "K1") }`, "file undefined"},
	{"row with its key", outside, `"context"; "marketbot/store"; "marketbot/store/vault"`,
		`func Steal(ctx context.Context, tx *store.Tx) { vault.In(tx).kept(ctx, "K1") }`, "kept undefined"},
	{"columns of facts", outside, `"context"; "marketbot/store/vault"`,
		`func Steal(ctx context.Context, f vault.Files) { f.changes(ctx, f.file) }`, "changes undefined"},
	{"what a fact is bound to", outside, `"marketbot/store/vault"`, `var _ = vault.Fact{}.words("value")`, "words undefined"},
	{"transaction of a family", outside, `"marketbot/store/vault"`, `var _ = vault.Files{}.tx`, "tx undefined"},
	{"transaction of the store", outside, `"marketbot/store"`, `func Steal(tx *store.Tx) any { return tx.e }`, "tx.e undefined"},
	{"SQL", outside, `"context"; "marketbot/store"`,
		`func Steal(ctx context.Context, tx *store.Tx) { tx.Exec(ctx, "", "SELECT value FROM fact") }`, "tx.Exec undefined"},
	{"loan without a name", outside, `"marketbot/store"`,
		`func made[T any](f func(*T)) *T { t := new(T); f(t); return t }
		func Steal(tx *store.Tx) any { return made(tx.Lend).tx }`, "tx undefined"},
	{"data key by a sealer", outside, `"marketbot/store"`,
		`func Steal(s *store.Sealer, wrapped []byte) { s.Unwrap(wrapped, "customer", "K1", "data_key") }`, "Unwrap undefined"},
	{"keys of a sealer", outside, `"marketbot/store"`, `func Steal(s *store.Sealer) any { return s.keys }`, "s.keys undefined"},
	{"ledger of another", outside, `"marketbot/store"; "marketbot/store/ledger"`,
		`func Steal(tx *store.Tx) ledger.Ledger { return ledger.Of(tx) }`, "cannot use tx"},
}

// What a file holds is reached through the door, or it does not compile.
func TestWall(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range burglaries {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			said, err := compile(t, root, b)
			switch {
			case b.refused == "" && err != nil:
				t.Errorf("refused: %v\n%s", err, said)
			case b.refused != "" && (err == nil || !strings.Contains(said, b.refused)):
				t.Errorf("want %q, not %v\n%s", b.refused, err, said)
			}
		})
	}
}

// compile builds a program as if it were in the module.
func compile(t *testing.T, root string, b burglary) (said string, err error) {
	t.Helper()
	dir := t.TempDir()
	source, overlay := filepath.Join(dir, "x.go"), filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, b.folder, "x.go"): source}})
	if err != nil {
		t.Fatal(err)
	}
	program := "package burglar\n\nimport (" + b.imports + ")\n\n" + b.body + "\n"
	for name, text := range map[string]string{source: program, overlay: string(text)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "./"+b.folder)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// ofTheVault are statements about the tables of customers' files.
var ofTheVault = regexp.MustCompile(`\b(FROM|INTO|UPDATE|JOIN) (customer|customer_\w+|fact|progress)\b`)

// No other room of the store asks for a table of the vault. (Upkeep copies and
// reseals every table, and names none in a statement.)
func TestTablesOfTheVault(t *testing.T) {
	ours := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found := ofTheVault.FindAllString(string(text), -1)
		if filepath.Dir(path) == "../vault" {
			ours += len(found)
		} else if len(found) > 0 {
			t.Errorf("%s: %q", path, found)
		}
		return nil
	})
	if err != nil || ours < 30 {
		t.Errorf("%d statements of the vault's own, %v", ours, err)
	}
}
