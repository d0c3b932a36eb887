package wecom

import (
	"slices"
	"strings"
)

// AccountProblem is what is wrong with an id under people in the settings, for
// people; empty when it may be a userid: up to 64 letters, digits and _-@. with a
// letter or a digit first.
func AccountProblem(id string) string {
	const (
		alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		want         = "要填企业微信通讯录里的「账号」"
	)
	switch kind, _, _ := strings.Cut(id, "_"); {
	case slices.Contains([]string{"ou", "on", "oc", "cli"}, kind):
		return "是飞书的 ID，" + want
	case len(id) > 64, strings.Trim(id, alphanumeric+"_-@.") != "", !strings.ContainsAny(id[:min(len(id), 1)], alphanumeric):
		return "不是账号（只能有字母、数字和 _-@.，最多 64 个），" + want
	}
	return ""
}
