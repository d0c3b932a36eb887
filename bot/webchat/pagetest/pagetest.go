// Package pagetest drives the demo's page in a headless Chromium, for the
// tests of the page alone and of the whole program. It knows the page's data-
// attributes and nothing of what the bot says.
package pagetest

import (
	"context"
	_ "embed" // axe
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe is axe-core 4.14.1 of Deque Systems, under the Mozilla Public License 2.0,
// as its package has it.
//
//go:embed testdata/axe.min.js
var axe string

// patience is how long anything on the page may take on a busy machine.
const patience = 60 * time.Second

// Page is an open page. Its methods fail the test when they cannot do what
// they say.
type Page struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	errors []string
}

// Open opens the demo in a fresh Chromium whose window has width and height in
// pixels, and closes it when the test ends.
func Open(t *testing.T, url string, width, height int) *Page {
	t.Helper()
	p := Browse(t, url, width, height)
	p.Wait(`document.querySelector("[data-now]").dataset.now`, "the clock")
	return p
}

// Browse is Open of any page.
func Browse(t *testing.T, url string, width, height int) *Page {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(width, height),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.NoFirstRun, chromedp.WSURLReadTimeout(patience),
	)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	p := &Page{t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil { // binds the browser's life to ctx
		t.Fatalf("start chromium: %v", err)
	}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatal(err)
	}
	p.do("open the page", chromedp.EmulateViewport(int64(width), int64(height)), chromedp.Navigate(url))
	return p
}

// listen collects what a visitor's console would show in red.
func (p *Page) listen(event any) {
	words := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		words = "exception: " + e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			words += " " + x.Description
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" {
			words = "log: " + e.Entry.Text + " " + e.Entry.URL
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" {
			words = "console.error"
		}
	}
	if words == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errors = append(p.errors, words)
}

// NoErrors wants a clean console.
func (p *Page) NoErrors() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.errors) > 0 {
		p.t.Errorf("the page's console says:\n%s", strings.Join(p.errors, "\n"))
	}
}

func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// Wait waits until a JavaScript expression is true; what names it in failures.
func (p *Page) Wait(expression, what string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx, chromedp.Poll[chromedp.Void]("Boolean("+expression+")",
		chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience)))
	if err != nil {
		p.Screenshot("failed")
		p.t.Fatalf("wait for %s: %v\nthe page shows:\n%s", what, err, Eval[string](p, `document.body.innerText`))
	}
}

// WaitText waits until the open room's transcript shows text.
func (p *Page) WaitText(text string) {
	p.t.Helper()
	p.Wait(`document.querySelector("#lines").innerText.includes(`+quote(text)+`)`, "the text "+text)
}

// Click clicks the last visible element of a CSS selector once a finger would
// reach it: nothing lies over its middle. The click itself is the element's
// own, since a browser on a busy machine loses clicks on coordinates.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.Wait(`(() => {
		const e = [...document.querySelectorAll(`+quote(selector)+`)].filter((x) => x.checkVisibility() && !x.disabled).pop();
		if (!e) return false;
		e.scrollIntoView({ block: "center", inline: "center" });
		const r = e.getBoundingClientRect();
		if (!e.contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2))) return false;
		e.click();
		return true;
	})()`, selector+" to click")
}

// Say puts a line into the composer and sends it.
func (p *Page) Say(text string) {
	p.t.Helper()
	p.Fill("#text", text)
	p.Click("#send")
}

// Fill puts a value into the last field of a CSS selector, as one that was
// typed.
func (p *Page) Fill(selector, value string) {
	p.t.Helper()
	p.Wait(`document.querySelector(`+quote(selector)+`)`, selector)
	Eval[bool](p, `(() => {
		const e = [...document.querySelectorAll(`+quote(selector)+`)].pop();
		e.value = `+quote(value)+`;
		e.dispatchEvent(new Event("input", { bubbles: true }));
		return true;
	})()`)
}

// Eval evaluates a JavaScript expression on the page, and waits for it if it is
// a promise.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("evaluate %s: %v", expression, err)
	}
	return v
}

// ownTime lets the page's time stand still but for pass, which goes on to what
// the page waits for next until what it shows changes. What is shorter than a
// second it waits for in earnest.
const ownTime = `(() => {
	const begin = setTimeout.bind(window), stop = clearTimeout.bind(window);
	let now = 0, waiting = [];
	performance.now = () => now;
	window.setTimeout = (f, ms = 0) => {
		if (ms < 1000) return begin(f, ms);
		const one = { f, at: now + ms };
		waiting.push(one);
		return one;
	};
	window.clearTimeout = (one) => {
		stop(one);
		waiting = waiting.filter((w) => w !== one);
	};
	window.pass = async (shown) => {
		for (const before = shown(); shown() === before && waiting.length; await new Promise((go) => begin(go))) {
			const one = waiting.reduce((a, b) => (b.at < a.at ? b : a));
			window.clearTimeout(one);
			now = one.at;
			one.f();
		}
		return now;
	};
	return true;
})()`

// Tour starts the guided tour and lets it play by itself; after each step, its
// number is told to then. It gives back how long a visitor whose bot answers at
// once would have watched.
func (p *Page) Tour(steps int, then func(step int)) time.Duration {
	p.t.Helper()
	p.Click("[data-tour-start]")
	p.Wait(`document.querySelector("#tour").dataset.tourState === "ready"`, "the tour's start")
	Eval[bool](p, ownTime)
	p.Click("#tour-auto")
	took := 0.0
	for n := 1; n <= steps; n++ {
		p.Wait(fmt.Sprintf(`(({ tourStep, tourState }) => tourStep === "%d" && ["done", "failed"].includes(tourState))(document.querySelector("#tour").dataset)`, n),
			fmt.Sprintf("step %d of the tour", n))
		if state := Eval[string](p, `document.querySelector("#tour").dataset.tourState`); state != "done" {
			p.Screenshot("failed")
			p.t.Fatalf("step %d: %s\nthe room shows:\n%s", n,
				Eval[string](p, `document.querySelector("#tour").innerText`), Eval[string](p, `document.querySelector("#lines").innerText`))
		}
		then(n)
		took = Eval[float64](p, `pass(() => document.querySelector("#tour").dataset.tourStep)`)
	}
	p.Wait(`document.querySelector("#tour").hidden`, "the tour's end")
	return time.Duration(took) * time.Millisecond
}

// Axe wants that axe finds nothing that keeps anybody from reading or using
// the page as it is now; state names it in failures.
func (p *Page) Axe(state string) {
	p.t.Helper()
	found := Eval[[]string](p, "typeof window.axe === 'object' || (() => { "+axe+`
	})();
	axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations.flatMap((v) =>
		v.nodes.map((n) => [v.id, ...n.target, n.failureSummary].join("\n  "))))`)
	if len(found) > 0 {
		p.Screenshot("failed")
		p.t.Errorf("%s: axe finds %d faults\n%s", state, len(found), strings.Join(found, "\n"))
	}
}

// Reload loads the page anew, as F5 does.
func (p *Page) Reload() {
	p.t.Helper()
	p.do("reload", chromedp.Reload())
	p.Wait(`document.querySelector("[data-now]").dataset.now`, "the clock")
}

// Resize gives the window another size in pixels.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	p.do("resize", chromedp.EmulateViewport(int64(width), int64(height)))
}

// Fits wants that nothing sticks out of the window sideways.
func (p *Page) Fits() {
	p.t.Helper()
	if wide := Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
		p.t.Errorf("the page is %d pixels wider than the window", wide)
	}
}

// Screenshot stores what is seen as name.png in the folder that the
// environment variable SCREENSHOTS names, if it does.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	Eval[bool](p, `document.querySelectorAll("#toast").forEach((t) => { t.hidden = true; }) ?? true`) // it would cover something and fade soon
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		p.t.Fatalf("screenshot %s: %v", name, err)
	}
}

// quote is a string as JavaScript.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // a string always has a JSON form
		panic(fmt.Sprintf("quote %q: %v", s, err))
	}
	return string(b)
}
