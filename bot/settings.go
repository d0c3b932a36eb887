package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"marketbot/store"
)

// shownSections are the settings whose values 设置 shows: of all others, among them every
// credential, it says only whether they are filled in.
var shownSections = []string{
	"company", "timezone", "listen", "postgres", "backup", "holidays", "log", "notify_on", "schedule", "retention",
	"reports", "customers", "contracts", "receivables", "targets", "leaving", "meetings", "rules",
}

// unshown are those of them that people must not learn.
var unshown = []string{"customers.canaries"}

const (
	emptyWord  = "空"
	filledWord = "已填写，不显示"
)

// values are all settings as 设置 shows them.
func (c Config) values() ([]store.Setting, error) {
	people := c.People
	c.People = nil // thousands, of whom nothing is shown
	data, err := yaml.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	var all yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(data, &all, yaml.UseOrderedMap()); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	var list []store.Setting
	for _, item := range all {
		key := fmt.Sprint(item.Key)
		if key == "people" && len(people) > 0 {
			item.Value = plain(people)
		}
		list = append(list, valuesOf(key, item.Value, slices.Contains(shownSections, key))...)
	}
	return list, nil
}

// plain are people as they would be read from their YAML.
func plain(people []Person) []any {
	list := make([]any, len(people))
	for i, p := range people {
		list[i] = yaml.MapSlice{{Key: "name", Value: p.Name}, {Key: "post", Value: p.Post}, {Key: "duties", Value: p.Duties}, {Key: "feishu", Value: p.Feishu}, {Key: "wecom", Value: p.WeCom}}
	}
	return list
}

func valuesOf(name string, value any, shown bool) (list []store.Setting) {
	if under, ok := value.(yaml.MapSlice); ok {
		for _, item := range under {
			list = append(list, valuesOf(name+"."+fmt.Sprint(item.Key), item.Value, shown)...)
		}
		return list
	}
	s := store.Setting{Name: name, Value: wordsOf(value)}
	if s.Value != emptyWord && (!shown || slices.Contains(unshown, name)) {
		sum := sha256.Sum256([]byte(fmt.Sprint(value)))
		s.Value, s.Digest = filledWord, hex.EncodeToString(sum[:])
	}
	return []store.Setting{s}
}

// wordsOf is a value as people read it.
func wordsOf(value any) string {
	switch v := value.(type) {
	case nil:
		return emptyWord
	case []any:
		if len(v) == 0 {
			return emptyWord
		}
		var words []string
		for _, one := range v {
			words = append(words, fmt.Sprint(one))
		}
		return strings.Join(words, "、")
	}
	if s := fmt.Sprint(value); s != "" {
		return s
	}
	return emptyWord
}
