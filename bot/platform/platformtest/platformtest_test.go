package platformtest

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What a meter allows never exceeds a limit within any span of it.
func TestMeter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := []Limit{{rapid.IntRange(1, 5).Draw(t, "a"), time.Second}, {rapid.IntRange(1, 9).Draw(t, "b"), time.Minute}}
		var m Meter
		now := time.Unix(1_800_000_000, 0)
		var allowed []time.Time
		for range 60 {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			if !m.Allow("a", now, limits...) {
				continue
			}
			allowed = append(allowed, now)
			for _, l := range limits {
				if n := within(allowed, now, l.Span); n > l.Max {
					t.Fatalf("%d within %v, at most %d are allowed", n, l.Span, l.Max)
				}
			}
		}
		if !m.Allow("b", now, limits...) {
			t.Fatal("another receiver is refused")
		}
	})
}

// A token lasts until it is revoked or runs out, and is then another.
func TestTokens(t *testing.T) {
	var k Tokens
	now := time.Unix(1_800_000_000, 0)
	first, seconds := k.Issue(now, 0)
	if again, _ := k.Issue(now.Add(time.Hour), 0); again != first || seconds != 7200 {
		t.Errorf("issued %q for %d s, then %q", first, seconds, again)
	}
	if known, lasts := k.Knows(first, now.Add(tokenLife)); !known || lasts {
		t.Errorf("at its end it is known %v, lasts %v", known, lasts)
	}
	if spared, _ := k.Issue(now.Add(time.Hour), 61*time.Minute); spared == first {
		t.Error("with less than is to be spared left it is not renewed")
	}
	k.Revoke()
	if known, _ := k.Knows(first, now); known {
		t.Error("a revoked token is known")
	}
}
