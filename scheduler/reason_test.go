package scheduler

import (
	"errors"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// A platform that refuses content may repeat it in its words: they reach
// neither the administrators nor the disk nor the log.
func TestReasonsRepeatNoContent(t *testing.T) {
	now := moment(t, "2026-11-24 09:00")
	for _, failure := range []chat.Failure{chat.BadContent, chat.BadReceiver, chat.BadSetup} {
		o := newOffice(t, func() time.Time { return now })
		o.phone.fail = func(to chat.Address, m chat.Message, _ int) error {
			if to.ID == "wang" {
				return nil
			}
			return &chat.SendError{Failure: failure, Code: 230099, Err: errors.New("bad card, ErrorValue: " + words(m))}
		}
		o.person("zhang", "张伟", store.Salesperson)
		o.owe("zhang", store.ClassAnswer, chat.Message{Text: "电话 13800138000", Confidential: true, Summary: "s"})
		o.flush()
		got := strings.Join(o.phone.told("wang"), "\n")
		if !strings.Contains(got, "230099") || strings.Contains(got, "13800138000") {
			t.Errorf("failure %d: the administrator hears %q", failure, got)
		}
	}
}
