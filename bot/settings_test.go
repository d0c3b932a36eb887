package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"marketbot/store"
)

// fillTexts puts a text of its own into every text of a value, under whatever it lies.
func fillTexts(v reflect.Value, n *int) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() && v.CanSet() && v.Type().Elem().Kind() == reflect.Struct {
			v.Set(reflect.New(v.Type().Elem()))
		}
		if !v.IsNil() {
			fillTexts(v.Elem(), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fillTexts(v.Field(i), n)
			}
		}
	case reflect.Slice:
		if v.CanSet() {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			fillTexts(v.Index(i), n)
		}
	case reflect.String:
		*n++
		v.SetString(fmt.Sprintf("geheim%04d", *n))
	}
}

// People, who may be thousands, are noted as if they had gone through YAML like all
// else: a start finds no change where none was made.
func TestPeopleAreNotedAsWritten(t *testing.T) {
	cfg := defaults()
	cfg.People = []Person{{Name: "张伟", Post: store.Salesperson, Feishu: "ou_1"}, {Name: "007", Post: "null", Duties: []store.Duty{store.Administrator, "a, b"}, WeCom: "2026-11-26"}}
	data, err := yaml.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var all yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(data, &all, yaml.UseOrderedMap()); err != nil {
		t.Fatal(err)
	}
	list, err := cfg.values()
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range all {
		if item.Key == "people" && !slices.Contains(list, valuesOf("people", item.Value, false)[0]) {
			t.Errorf("%v is noted as something else", item.Value)
		}
	}
}

// No setting of the platforms, of the stores, of the keys or of the people is shown,
// whatever stands in it, and of the rest no decoy; that one was changed is seen all the
// same.
func TestSettingsShowNoCredential(t *testing.T) {
	cfg := defaults()
	n := 0
	for _, part := range []any{&cfg.Feishu, &cfg.WeCom, &cfg.SecretKey, &cfg.OldSecretKeys, &cfg.Store, &cfg.Redis, &cfg.People, &cfg.Customers.Canaries} {
		fillTexts(reflect.ValueOf(part).Elem(), &n)
	}
	if n < 25 {
		t.Fatalf("%d texts were filled in", n)
	}
	list, err := cfg.values()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, s := range list {
		if strings.Contains(s.Value, "geheim") || s.Value == "" {
			t.Errorf("%s: %q", s.Name, s.Value)
		}
		names[s.Name] = s.Value
	}
	for name, want := range map[string]string{
		"contracts.archive_days": "3", "schedule.weekly_report.due": "Fri 12:00", "reports.owed_by": "业务员", "rules.file": emptyWord,
		"feishu.app_secret": filledWord, "secret_key": filledWord, "old_secret_keys": filledWord, "store": filledWord, "people": filledWord, "customers.canaries": filledWord,
	} {
		if names[name] != want {
			t.Errorf("%s is %q, want %q", name, names[name], want)
		}
	}
	cfg.Feishu.AppSecret = "another"
	after, err := cfg.values()
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range after {
		if changed := s != list[i]; changed != (s.Name == "feishu.app_secret") {
			t.Errorf("%s changed: %v", s.Name, changed)
		}
	}
	for _, section := range slices.Concat(shownSections, []string{"feishu"}) {
		if !slices.ContainsFunc(list, func(s store.Setting) bool { return s.Name == section || strings.HasPrefix(s.Name, section+".") }) {
			t.Errorf("there is no section %s", section)
		}
	}
}
