package meeting

import "fmt"

// Config is the part meetings of the settings.
type Config struct {
	ReopenDays  int   `yaml:"reopen_days"`  // working days after the first 散会 in which 重开 is possible
	ConfirmDone bool  `yaml:"confirm_done"` // what is done waits for 确认完成
	NotHeld     []int `yaml:"not_held"`     // days of the next month on which a meeting that was not held is asked for: the director, then the general manager
}

// Defaults are the settings of who has set nothing.
func Defaults() Config { return Config{ReopenDays: 3, ConfirmDone: true, NotHeld: []int{10, 15}} }

const (
	mostNotHeld = 2  // somebody to ask
	lastDay     = 28 // that every month has
)

// Problem is the first setting that cannot be: its key, and what is wrong, for
// people. Both are empty when all is well.
func (c Config) Problem() (key, problem string) {
	switch {
	case c.ReopenDays < 0:
		return "reopen_days", "reopen_days 不能是负数；0 就只能当天重开"
	case len(c.NotHeld) > mostNotHeld:
		return "not_held", "not_held 最多写 2 个日子：第一个问总监，第二个问总经理；空着就不问"
	}
	last := 0
	for i, day := range c.NotHeld {
		if day <= last || day > lastDay {
			return fmt.Sprintf("not_held[%d]", i), "not_held 写下个月的几号，从小到大，1 到 28，例如 [10, 15]"
		}
		last = day
	}
	return "", ""
}
