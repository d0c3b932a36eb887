package main

import (
	"context"
	"log/slog"
	"regexp"
	"sync"
	"time"
)

// repeats tells a warning or an error that comes again and again once a minute,
// with how often it came meanwhile: a disk that is full is not filled by what is
// said about it. Two are the same when they differ in numbers only.
type repeats struct {
	slog.Handler
	seen *seenLines
}

const (
	repeatEvery = time.Minute
	maxSeen     = 500 // kinds of lines
)

// seenLines are the lines that were told.
type seenLines struct {
	mu    sync.Mutex
	lines map[string]*seenLine
}

type seenLine struct {
	told time.Time
	held int // since then
}

func newRepeats(to slog.Handler) repeats {
	return repeats{to, &seenLines{lines: map[string]*seenLine{}}}
}

var numbers = regexp.MustCompile(`[0-9a-f]*[0-9][0-9a-f]*`)

// Handle is for slog.
func (h repeats) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return h.Handler.Handle(ctx, r)
	}
	what := r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "error" || a.Key == "command" || a.Key == "platform" {
			what += "\x00" + a.Value.String()
		}
		return true
	})
	held, tell := h.seen.note(numbers.ReplaceAllString(what, "#"), r.Time)
	if !tell {
		return nil
	}
	if held > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("repeated", held))
	}
	return h.Handler.Handle(ctx, r)
}

// note reports whether a line is to be told, and how many like it were not.
func (s *seenLines) note(what string, now time.Time) (held int, tell bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lines[what]
	if age := time.Duration(0); l != nil {
		if age = now.Sub(l.told); age >= 0 && age < repeatEvery {
			l.held++
			return 0, false
		}
		held = l.held
	}
	if len(s.lines) >= maxSeen {
		clear(s.lines)
	}
	s.lines[what] = &seenLine{told: now}
	return held, true
}

// WithAttrs is for slog.
func (h repeats) WithAttrs(attrs []slog.Attr) slog.Handler {
	return repeats{h.Handler.WithAttrs(attrs), h.seen}
}

// WithGroup is for slog.
func (h repeats) WithGroup(name string) slog.Handler {
	return repeats{h.Handler.WithGroup(name), h.seen}
}
