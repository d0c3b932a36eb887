package customer

import (
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

// Config is the part customers of the settings.
type Config struct {
	SupervisorIsSteward bool     `yaml:"supervisor_is_steward"` // C1
	SalespeopleSee      string   `yaml:"salespeople_see"`       // C2: all or own
	LookupsPerHour      int      `yaml:"lookups_per_hour"`      // reveals of masked fields a person; 0: none
	StaleDays           int      `yaml:"stale_days"`            // when a file wants checking; 0: never
	Stages              []string `yaml:"stages"`                // of a customer, the first one is a new file's
	QuietDays           []int    `yaml:"progress_days"`         // without progress, when its owner hears; empty: never
	Canaries            []string `yaml:"canaries"`              // names in full whose opening alarms at once
	Fields              []string `yaml:"fields"`                // of a company, beside those of 档-1
}

// What SalespeopleSee may say.
const (
	SeeAll = "all"
	SeeOwn = "own"
)

// Defaults are the settings of who has set nothing.
func Defaults() Config {
	return Config{
		SupervisorIsSteward: true,
		SalespeopleSee:      SeeAll,
		LookupsPerHour:      20,
		StaleDays:           90,
		Stages:              []string{"初步接触", "需求沟通", "方案报价", "签约", "执行", "维护", "暂停"},
		QuietDays:           []int{7, 15, 30},
	}
}

// Policy is what the settings say about who reads files.
func (c Config) Policy() rulebook.FilePolicy {
	return rulebook.FilePolicy{SupervisorIsSteward: c.SupervisorIsSteward, SalespeopleSeeAll: c.SalespeopleSee != SeeOwn}
}

// Problem is the first setting that cannot be: its key, with its place in a
// list, and what is wrong, for people. Both are empty when all is well.
func (c Config) Problem() (key, problem string) {
	switch {
	case c.SalespeopleSee != SeeAll && c.SalespeopleSee != SeeOwn:
		return "salespeople_see", fmt.Sprintf("salespeople_see 写 all 或 own，不能是 %q", c.SalespeopleSee)
	case c.LookupsPerHour < 0:
		return "lookups_per_hour", "lookups_per_hour 不能是负数"
	case c.StaleDays < 0:
		return "stale_days", "stale_days 不能是负数"
	}
	for i, days := range c.QuietDays {
		if days < 1 {
			return fmt.Sprintf("progress_days[%d]", i), "progress_days 里的天数至少是 1"
		}
	}
	for _, list := range []struct {
		key   string
		words []string
	}{{"stages", c.Stages}, {"canaries", c.Canaries}, {"fields", c.Fields}} {
		for i, word := range list.words {
			if !text.HasWords(word) || !store.Plain(word) || word != strings.TrimSpace(word) || slices.Contains(list.words[:i], word) {
				return fmt.Sprintf("%s[%d]", list.key, i), fmt.Sprintf("%s 里的 %q 是空的、写了两次，或有不能用的字符", list.key, word)
			}
		}
	}
	return c.fieldProblem()
}

// fieldProblem is the first field of the settings that could not be typed as
// one, or is there already.
func (c Config) fieldProblem() (key, problem string) {
	taken := slices.Concat(ofCompanyFields, []string{fieldName, fieldStage, fieldOwner, fieldReason})
	for i, field := range c.Fields {
		if strings.ContainsAny(text.Fold(field).Text, " =:,;\n") || len([]rune(field)) > reading.MaxKey {
			return fmt.Sprintf("fields[%d]", i), fmt.Sprintf("字段名 %q 不能有空格、等号、冒号、逗号，最多 %d 个字", field, reading.MaxKey)
		}
		if slices.ContainsFunc(taken, func(t string) bool { return text.Fold(t).Text == text.Fold(field).Text }) {
			return fmt.Sprintf("fields[%d]", i), fmt.Sprintf("字段 %q 本来就有", field)
		}
	}
	return "", ""
}
