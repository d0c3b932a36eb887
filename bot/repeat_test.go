package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The same error is told once a minute, with how often it came; others are told
// beside it, and what is no error always.
func TestRepeatedErrorsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said lines
		log := logger(&said, slog.LevelInfo)
		for i := range 361 { // six minutes
			for j := range 10 {
				log.Error("event not stored", "event_id", fmt.Sprint("om_", i, j), "error", fmt.Errorf("owe %d: disk is full", i))
			}
			time.Sleep(time.Second)
		}
		log.Error("event not stored", "error", errors.New("permission denied"))
		log.With("a", 1).Info("serving")
		log.Info("serving")
		text := said.String()
		if n := strings.Count(text, "disk is full"); n != 7 || strings.Count(text, "repeated=599") != 6 {
			t.Errorf("told %d times: %s", n, text)
		}
		if !strings.Contains(text, "permission denied") || strings.Count(text, "serving") != 2 {
			t.Error(text)
		}
	})
}
