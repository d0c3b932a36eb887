package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mdp/qrterminal/v3"
	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// terminal is somebody who can be asked and shown something.
type terminal struct {
	in      *bufio.Reader
	out     io.Writer
	hidden  func() (string, error) // reads a line that is not shown; nil: like any other
	width   int                    // columns; 0: nobody looks at it
	pending chan string            // the line that is being read; nil: none
}

// newTerminal is where the program was started.
func newTerminal(in io.Reader, out io.Writer) *terminal {
	t := &terminal{in: bufio.NewReader(in), out: out}
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		t.hidden = func() (string, error) {
			line, err := term.ReadPassword(int(f.Fd()))
			fmt.Fprintln(out)
			return string(line), err
		}
	}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		t.width, _, _ = term.GetSize(int(f.Fd())) // 0 where it is not known
	}
	return t
}

// say writes a line.
func (t *terminal) say(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

// lines is where the next line arrives, without its end; closed when there is
// none. One that was not taken comes again.
func (t *terminal) lines() <-chan string {
	if t.pending == nil {
		pending := make(chan string, 1)
		t.pending = pending
		go func() {
			defer close(pending)
			if line, err := t.in.ReadString('\n'); err == nil || line != "" {
				pending <- strings.TrimSpace(line)
			}
		}()
	}
	return t.pending
}

// ask puts a question; without a word for an answer it is the given one. Its
// error is that of ctx, or io.EOF when nobody answers.
func (t *terminal) ask(ctx context.Context, question, without string) (string, error) {
	fmt.Fprint(t.out, question)
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case line, ok := <-t.lines():
		t.pending = nil
		if !ok {
			return "", io.EOF
		}
		if line == "" {
			return without, nil
		}
		return line, nil
	}
}

// secret asks for what nobody should read over somebody's shoulder.
func (t *terminal) secret(ctx context.Context, question string) (string, error) {
	if t.hidden == nil || t.pending != nil {
		return t.ask(ctx, question, "")
	}
	fmt.Fprint(t.out, question)
	line, err := t.hidden()
	return strings.TrimSpace(line), err
}

// longestCode is how many bytes are still drawn as a code that phones read well.
const longestCode = 1200

// code draws a link as a code where there is room for it.
func (t *terminal) code(link string) {
	if len(link) > longestCode {
		return
	}
	var b bytes.Buffer
	qrterminal.GenerateWithConfig(link, qrterminal.Config{
		Level: qrterminal.L, Writer: &b, HalfBlocks: true, QuietZone: 2,
		BlackChar: qrterminal.BLACK_BLACK, WhiteChar: qrterminal.WHITE_WHITE,
		BlackWhiteChar: qrterminal.BLACK_WHITE, WhiteBlackChar: qrterminal.WHITE_BLACK,
	})
	first, _, _ := strings.Cut(b.String(), "\n")
	if need := uniseg.StringWidth(first); t.width > 0 && need > t.width {
		t.say("（二维码要 %d 列，窗口只有 %d 列：拉宽窗口再运行一次，或用下面的链接）", need, t.width)
		return
	}
	_, _ = b.WriteTo(t.out) // who does not see it has the link
}

// countdown shows what is waited for and how long still, until stop.
func (t *terminal) countdown(what string, lasts time.Duration) (stop func()) {
	if t.width == 0 {
		t.say("%s，%d 分钟内有效……", what, int(lasts.Minutes()))
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	until := time.Now().Add(lasts)
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			left := max(0, time.Until(until).Round(time.Second))
			fmt.Fprintf(t.out, "\r\x1b[K%s，还有 %d:%02d", what, int(left.Minutes()), int(left.Seconds())%60)
			select {
			case <-done:
				fmt.Fprint(t.out, "\r\x1b[K")
				return
			case <-tick.C:
			}
		}
	}()
	return func() { close(done); <-ended }
}
