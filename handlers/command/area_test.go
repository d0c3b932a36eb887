package command

import (
	"context"
	"strings"
	"testing"

	"marketbot/store"
)

type plainArea struct{ _ byte }

func (plainArea) Commands() []Spec                            { return nil }
func (plainArea) Owes(context.Context, *Call) ([]Item, error) { return nil, nil }

type filingArea struct {
	plainArea
	files map[string]Maker
}

func (f *filingArea) Files() map[string]Maker { return f.files }

func made(context.Context, *store.Tx, string) ([]byte, error) { return []byte("made"), nil }

func TestMakers(t *testing.T) {
	for name, c := range map[string]struct {
		areas []Area
		err   string
	}{
		"none":         {[]Area{&plainArea{}}, ""},
		"two areas":    {[]Area{&filingArea{files: map[string]Maker{"a": made}}, &plainArea{}, &filingArea{files: map[string]Maker{"b": made}}}, ""},
		"same name":    {[]Area{&filingArea{files: map[string]Maker{"a": made}}, &filingArea{files: map[string]Maker{"a": made}}}, `"a" is made by two areas`},
		"no name":      {[]Area{&filingArea{files: map[string]Maker{"": made}}}, "cannot be made"},
		"never called": {[]Area{&filingArea{files: map[string]Maker{"a:b": made}}}, "cannot be made"},
		"no maker":     {[]Area{&filingArea{files: map[string]Maker{"a": nil}}}, "cannot be made"},
	} {
		all, err := Makers(c.areas)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, want %q", name, err, c.err)
		}
		if name == "two areas" && (all["a"] == nil || all["b"] == nil) {
			t.Errorf("%s: makers %v", name, all)
		}
	}
}

func TestAreaOf(t *testing.T) {
	filing := &filingArea{}
	if got, err := AreaOf[*filingArea]([]Area{&plainArea{}, nil, filing}); got != filing || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	for _, areas := range [][]Area{nil, {nil}, {&plainArea{}}, {(*filingArea)(nil)}} {
		if _, err := AreaOf[*filingArea](areas); err == nil || err.Error() != "no area *command.filingArea" {
			t.Errorf("%v: %v", areas, err)
		}
	}
}
