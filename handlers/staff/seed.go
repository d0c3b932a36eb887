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

// Check finds the first thing that is wrong with entries, without a store: which
// entry, which of its settings, and what to write instead, for people. The
// problem is empty when all is well.
func Check(entries []Entry) (entry int, key, problem string) {
	names := map[string]string{} // by what they read like
	owners := map[[2]string]string{}
	for i, e := range entries {
		like := names[store.ReadsAs(e.Name)]
		switch {
		case !validName(e.Name):
			return i, "name", fmt.Sprintf("姓名 %q 登记不了：要 1 到 %d 个看得见的字，没有 @ 和尖括号", e.Name, longestName)
		case like == e.Name:
			return i, "name", e.Name + " 写了两次；是同名的两个人，就在一个人的姓名后面加字分开"
		case like != "":
			return i, "name", e.Name + " 和 " + like + " 看上去一样；是两个人，就在一个人的姓名后面加字分开"
		case !slices.Contains(store.Posts, e.Post):
			return i, "post", fmt.Sprintf("没有岗位 %q；可以写：%s", e.Post, listed(store.Posts))
		}
		names[store.ReadsAs(e.Name)] = e.Name
		for _, d := range e.Duties {
			if !slices.Contains(store.Duties, d) {
				return i, "duties", fmt.Sprintf("没有职责 %q；可以写：%s", d, listed(store.Duties))
			}
		}
		for platform, id := range e.Accounts {
			account := [2]string{platform, strings.ToLower(id)}
			if other, taken := owners[account]; taken && id != "" {
				return i, platform, fmt.Sprintf("%s 和 %s 写了同一个 %s 账号；一个账号只能是一个人的", other, e.Name, platform)
			}
			owners[account] = e.Name
		}
	}
	return 0, "", ""
}

func listed[S ~string](all []S) string {
	words := make([]string, len(all))
	for i, s := range all {
		words[i] = string(s)
	}
	return strings.Join(words, "、")
}
