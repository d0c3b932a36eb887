package words

import (
	"fmt"
	"strings"

	"marketbot/store"
)

// Names puts names into a sentence; of more than most it says how many there
// are: 张伟、刘洋 等 12 人.
func Names(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, "、")
	}
	return fmt.Sprintf("%s 等 %d 人", strings.Join(names[:most], "、"), len(names))
}

// WithPosts is Names of people with their posts.
func WithPosts(list []store.Person, most int) string {
	var names []string
	for _, p := range list {
		names = append(names, WithPost(p))
	}
	return Names(names, most)
}

// More says how many rows of a list are not shown.
func More(n int) string { return fmt.Sprintf("…另有 %d 条", n) }

// Leaving says that somebody has given notice, and from what day on they are gone:
// 张伟已提出离职，12月24日 周四 起不在岗.
func Leaving(p store.Person, from, today store.Day) string {
	return p.Name + "已提出" + string(p.Notice) + "，" + DayIn(from, today) + " 起不在岗"
}

// WithPost is a person with their post: 陈总（总经理）.
func WithPost(p store.Person) string { return p.Name + "（" + string(p.Post) + "）" }
