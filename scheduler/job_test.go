package scheduler_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler"
	"marketbot/store"
)

// A job with a hole fails the start, not its first moment.
func TestIncompleteJobs(t *testing.T) {
	do := func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) { return nil, nil }
	due := func(context.Context, *store.Tx, time.Time) (bool, error) { return false, nil }
	when, err := scheduler.Daily(time.UTC, rulebook.Clock{Hour: 9})
	if err != nil {
		t.Fatal(err)
	}
	whole := scheduler.Job{Name: "a/b", Title: "题", Clause: "会-3", When: when, Grace: time.Hour, Do: do}
	for want, spoil := range map[string]func(*scheduler.Job){
		"":             func(*scheduler.Job) {},
		"name":         func(j *scheduler.Job) { j.Name = "" },
		"title":        func(j *scheduler.Job) { j.Title = "" },
		"does nothing": func(j *scheduler.Job) { j.Do = nil },
		"When or Due":  func(j *scheduler.Job) { j.When = nil },
		"either When":  func(j *scheduler.Job) { j.Due = due },
		"Grace":        func(j *scheduler.Job) { j.Grace = 0 },
		"Ahead goes": func(j *scheduler.Job) {
			j.When, j.Grace, j.Due = nil, 0, due
			j.Ahead = func(context.Context, *store.Tx, rulebook.Slot) (scheduler.Do, error) { return do, nil }
		},
		"clause 会-99": func(j *scheduler.Job) { j.Clause = "会-99" },
		"two jobs":    nil,
	} {
		jobs := []scheduler.Job{whole}
		if spoil != nil {
			spoil(&jobs[0])
		} else {
			jobs = append(jobs, whole)
		}
		_, err := scheduler.New(scheduler.Timing{Jobs: jobs})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v", want, err)
		}
	}
}
