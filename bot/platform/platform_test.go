package platform

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers/chat"
)

// Every wait is between half and all of what doubles from the first to the
// last, however long it goes on, and begins anew after a reset.
func TestBackoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := time.Duration(rapid.IntRange(1, 10_000).Draw(t, "first")) * time.Millisecond
		last := first * time.Duration(rapid.IntRange(1, 1000).Draw(t, "times"))
		b := Backoff(first, last)
		for range 2 {
			whole := first
			for i := range 80 {
				got := b.NextBackOff()
				if least := whole / 2; got < least-time.Microsecond || got > whole+time.Microsecond {
					t.Fatalf("wait %d is %v, want %v to %v", i, got, least, whole)
				}
				whole = min(2*whole, last)
			}
			b.Reset()
		}
	})
}

func TestSentAtAndFresh(t *testing.T) {
	now := time.Unix(1_795_694_400, 0)
	for _, tt := range []struct {
		stamp string
		sent  time.Time
		fresh bool
	}{
		{"1795694400", now, true},
		{"1795694100", now.Add(-5 * time.Minute), true},
		{"1795694099", now.Add(-301 * time.Second), false},
		{"1795694700", now, true}, // ahead: our time
		{"1795694701", now, false},
		{"0", now, false},
		{"-5", now, false},
		{"", now, false},
		{"1e9", now, false},
	} {
		if got := SentAt(tt.stamp, now); !got.Equal(tt.sent) {
			t.Errorf("SentAt(%q) = %v, want %v", tt.stamp, got, tt.sent)
		}
		if got := Fresh(tt.stamp, now); got != tt.fresh {
			t.Errorf("Fresh(%q) = %v", tt.stamp, got)
		}
	}
}

// A panic costs its event only, and says so.
func TestGuard(t *testing.T) {
	receive := Guard(func(_ context.Context, e chat.Event) (chat.Receipt, error) {
		if e.ID == "bad" {
			panic("boom")
		}
		return chat.Receipt{OK: true}, nil
	}, slog.New(slog.DiscardHandler))
	if _, err := receive(t.Context(), chat.Event{ID: "bad"}); !errors.Is(err, ErrPanic) {
		t.Errorf("a panic gives %v", err)
	}
	if r, err := receive(t.Context(), chat.Event{ID: "good"}); err != nil || !r.OK {
		t.Errorf("got %+v, %v", r, err)
	}
}

// What fails on the way to a platform is said in words that tell what to look at,
// and never holds the path that was asked for, where secrets stand.
func TestWhy(t *testing.T) {
	refused := &net.OpError{Op: "dial", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, c := range []struct {
		err   error
		words string
	}{
		{&url.Error{Op: "Get", URL: "https://x.example/?secret=hush", Err: &net.DNSError{Name: "x.example", IsNotFound: true}}, "没有网址 x.example"},
		{&net.DNSError{Name: "x.example", IsTemporary: true}, "DNS 不通"},
		{&url.Error{Op: "Get", URL: "https://x.example/?secret=hush", Err: refused}, "连不上：那个地址上没有程序在听（127.0.0.1:9）"},
		{os.NewSyscallError("connect", syscall.ENETUNREACH), "没有网络"},
		{&url.Error{Op: "Get", URL: "https://x.example/?secret=hush", Err: context.DeadlineExceeded}, "没有等到答复"},
		{&tls.CertificateVerificationError{Err: errors.New("x509")}, "证书不可信"},
		{&APIError{Call: "send", Status: 400, Code: 7, Msg: "no"}, "平台不接受：send: HTTP 400, code 7: no"},
		{fmt.Errorf("write: %w", &fs.PathError{Op: "open", Path: "/x/a.db", Err: syscall.ENOENT}), "没有 /x/a.db 这个文件或目录"},
		{&fs.PathError{Op: "open", Path: "/x/a.db", Err: syscall.EACCES}, "没有权限用 /x/a.db"},
		{&fs.PathError{Op: "write", Path: "/x/a.db", Err: syscall.ENOSPC}, "磁盘满了"},
		{&fs.PathError{Op: "read", Path: "/x", Err: syscall.EISDIR}, "/x 是目录"},
		{&os.LinkError{Op: "rename", Old: "a", New: "/x/b", Err: syscall.EROFS}, "/x/b 在只读的磁盘上"},
		{errors.New("else"), "else"},
	} {
		if got := Why(c.err); !strings.Contains(got, c.words) || strings.Contains(got, "hush") {
			t.Errorf("%v: %s, want %s", c.err, got, c.words)
		}
	}
}

// However short a platform says that a token lasts, not every call fetches one.
func TestShortLivesAreKept(t *testing.T) {
	for _, life := range []time.Duration{0, -time.Hour, 10 * time.Second, 4 * time.Minute, 6 * time.Minute} {
		now, fetched := time.Unix(1_795_694_400, 0), 0
		k := NewKeeper(func(context.Context) (string, time.Duration, error) { fetched++; return "t", life, nil }, func() time.Time { return now })
		for range 30 {
			if _, err := k.Get(t.Context()); err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Second)
		}
		if fetched != 1 {
			t.Errorf("%v: %d tokens in half a minute", life, fetched)
		}
	}
}
