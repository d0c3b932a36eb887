package intake

import (
	"errors"
	"strings"
	"time"

	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
)

var errMoment = errors.New("看不懂这个日期，请写成 2024-03-05")

// Moment reads when something was, as people write it in a table, in full:
// 2024-03-05, 2024/3/5 14:30, 2024年3月5日, 20240305. No year is guessed.
func Moment(c sheet.Cell, zone *time.Location) (time.Time, error) {
	written := c.Text
	if c.Number && c.Day != "" {
		written = c.Day
	}
	written = text.Line(strings.NewReplacer("/", "-", ".", "-", "年", "-", "月", "-", "日", " ", "号", " ").Replace(text.Fold(written).Text))
	for _, layout := range []string{"2006-1-2", "20060102", "2006-1-2 15:4:5", "2006-1-2 15:4", "2006-1-2t15:4:5", "2006-1-2t15:4:5z"} {
		if t, err := time.ParseInLocation(layout, written, zone); err == nil && t.Year() >= 1900 {
			return t, nil
		}
	}
	return time.Time{}, errMoment
}
