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

// More says how many rows of a list are not shown.
func More(n int) string { return fmt.Sprintf("…另有 %d 条", n) }

// WithPost is a person with their post: 陈总（总经理）.
func WithPost(p store.Person) string { return p.Name + "（" + string(p.Post) + "）" }
