package outbox_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
)

// A platform that refuses content may repeat it in its words: they reach
// neither the administrators nor the disk nor the log.
func TestReasonsRepeatNoContent(t *testing.T) {
	now := schedulertest.Moment(t, "2026-11-24 09:00")
	for _, failure := range []chat.Failure{chat.BadContent, chat.BadReceiver, chat.BadSetup} {
		o := schedulertest.NewOffice(t, func() time.Time { return now })
		o.Phone.Fail = func(to chat.Address, m chat.Message, _ int) error {
			if to.ID == "wang" {
				return nil
			}
			return &chat.SendError{Failure: failure, Code: 230099, Err: errors.New("bad card, ErrorValue: " + schedulertest.Words(m))}
		}
		o.Person("zhang", "张伟", store.Salesperson)
		o.Owe("zhang", store.ClassAnswer, chat.Message{Text: "电话 13800138000", Secrecy: chat.Secrecy{Confidential: true, Summary: "s"}})
		o.Flush()
		got := strings.Join(o.Phone.Told("wang"), "\n")
		if !strings.Contains(got, "230099") || strings.Contains(got, "13800138000") {
			t.Errorf("failure %d: the administrator hears %q", failure, got)
		}
	}
}
