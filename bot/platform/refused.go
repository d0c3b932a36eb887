package platform

import (
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"
)

// Why a call that claims to be the platform's is refused.
const (
	BadSignature = "signature" // anybody may send such
	BadSeal      = "seal"      // signed rightly, sealed with another key
	BadToken     = "token"     // signed rightly, with another token inside than ours
	BadApp       = "app"       // signed rightly, meant for another app
	BadBody      = "body"      // too large, cut off, or nothing that the platform sends
	BadClock     = "clock"     // signed rightly, at another time than ours
)

// Refusals tell of refused calls, which are all answered alike: the log once a
// minute a reason, a counter, and what is to be mended.
type Refusals struct {
	now func() time.Time
	log *slog.Logger

	mu   sync.Mutex
	by   map[string]int64     // calls, by reason
	told map[string]told      // in the log
	last map[string]time.Time // call
	off  time.Duration        // our clock is ahead by, at the last BadClock
}

// told is what the log got last.
type told struct {
	at    time.Time
	count int64
}

const (
	tellEvery = time.Minute
	lately    = time.Hour // is what is to be mended of
)

// NewRefusals makes a Refusals of none.
func NewRefusals(now func() time.Time, log *slog.Logger) *Refusals {
	return &Refusals{now: now, log: log, by: map[string]int64{}, told: map[string]told{}, last: map[string]time.Time{}}
}

// Note counts a refused call; off is by how much our clock is ahead of the call's
// time, for BadClock.
func (r *Refusals) Note(reason string, off time.Duration) {
	now := r.now()
	r.mu.Lock()
	r.by[reason]++
	r.last[reason] = now
	if reason == BadClock {
		r.off = off
	}
	before, count := r.told[reason], r.by[reason]
	tell := before.count == 0 || now.Sub(before.at).Abs() >= tellEvery
	if tell {
		r.told[reason] = told{now, count}
	}
	r.mu.Unlock()
	if tell {
		r.log.Warn("calls of the platform are refused", "reason", reason, "our_clock_ahead", off.Round(time.Second).String(), "calls", count-before.count)
	}
}

// Counts is how many calls were refused, by reason.
func (r *Refusals) Counts() map[string]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.by)
}

// Wrong is what is to be mended, as of the last hour, for people; empty: nothing.
func (r *Refusals) Wrong() string {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh := func(reason string) bool {
		at, ok := r.last[reason]
		return ok && now.Sub(at).Abs() < lately
	}
	switch {
	case fresh(BadClock):
		which := "快"
		if r.off < 0 {
			which = "慢"
		}
		return fmt.Sprintf("回调因时间对不上被拒收：本机时钟比平台%s %s（或有人重放旧的回调）。请校准服务器的时间（NTP）", which, clockWords(r.off.Abs()))
	case fresh(BadToken):
		return "回调被拒收：里面的 Verification Token 和 feishu.verification_token 不一样。照开发者后台改成一样，或把它空着"
	case fresh(BadApp):
		return "回调被拒收：它们是给另一个应用的。请核对应用的 ID，以及回调地址填在哪个应用里"
	case fresh(BadSeal):
		return "回调解不开被拒收：加密用的密钥或企业 ID 和配置里的不一样"
	}
	return ""
}

// clockWords is a difference of clocks for people.
func clockWords(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%d 分 %d 秒", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d 小时 %d 分", d/time.Hour, d%time.Hour/time.Minute)
}

// Ahead is by how much our clock is ahead of a call's timestamp in seconds; 0
// where that is none.
func Ahead(timestamp string, now time.Time) time.Duration {
	at, ok := stamped(timestamp)
	if !ok {
		return 0
	}
	return now.Sub(at)
}
