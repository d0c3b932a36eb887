package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store/storetest"
)

// Every right of the rule book stands in the tables, with somebody who has it
// and, unless everybody has, with somebody who has not; and what the tables say
// of a post is what the rule book says of the right.
func TestEveryRightStandsInTheTables(t *testing.T) {
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, everyPost(), thursday())
	specs := map[string]*command.Spec{}
	for _, s := range o.bot.Load().desk.Specs() {
		specs[s.Name] = s
	}
	type seen struct{ has, lacks bool }
	rows := map[rulebook.Right]seen{}
	for _, row := range tableRows() {
		right := row.right
		if spec := calledBy(specs, row.line); spec == nil {
			t.Errorf("%s calls nothing", row.line)
			continue
		} else if right == "" {
			right = spec.Who
		} else if spec.Who != rulebook.TakePart {
			t.Errorf("%s asks for %q before its step does for %q", row.line, spec.Who, right)
		}
		for i, may := range row.may {
			p := o.person(everyPost()[i].Name)
			has := rulebook.Allows(right, p)
			if strings.Contains(row.line, p.Name) { // what is one's own is no right over others
				continue
			}
			if says := may != no; says != has {
				t.Errorf("%s: the table says %c of %s, the rule book %t of %q", row.line, may, p.Post, has, right)
			}
			r := rows[right]
			rows[right] = seen{r.has || has, r.lacks || !has}
		}
	}
	for name, right := range rightsOf(t) {
		everybody := rulebook.Holders(right) == rulebook.Holders(rulebook.TakePart) || right == rulebook.ReadFiles
		if r := rows[right]; !r.has || !r.lacks && !everybody {
			t.Errorf("no row of the tables shows who has rulebook.%s and who has not", name)
		}
	}
}

// tableRows are all rows of the tables, those of the files by who may use the
// command at all.
func tableRows() []otherCommand {
	all := settings()[0]
	rows := slices.Concat(otherCommands(), leadCommands(all), plainCommands())
	for _, c := range fileCommands() {
		rows = append(rows, otherCommand{line: strings.ReplaceAll(c.line, "王芳", ""), may: c.may(all)[0]})
	}
	return rows
}

// calledBy is the command that a row's line calls: the one of the longest name.
func calledBy(specs map[string]*command.Spec, line string) *command.Spec {
	words := strings.Fields(line)
	for n := min(len(words), 2); n > 0; n-- {
		if s := specs[strings.Join(words[:n], " ")]; s != nil {
			return s
		}
	}
	return nil
}

// rightsOf are the rights as the source declares them, by the constant's name.
func rightsOf(t *testing.T) map[string]rulebook.Right {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../handlers/rulebook/rights.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	rights := map[string]rulebook.Right{}
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := v.Type.(*ast.Ident); !ok || kind.Name != "Right" || len(v.Values) != 1 {
			return true
		}
		text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		rights[v.Names[0].Name] = rulebook.Right(text)
		return true
	})
	if len(rights) < 10 || rights["TakePart"] != rulebook.TakePart {
		t.Fatalf("rights %v", rights)
	}
	return rights
}
