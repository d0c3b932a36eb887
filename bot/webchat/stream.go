package webchat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// look is how often a stream compares the state that it cannot be told about
// (running clock, audit) with what the page shows.
const look = time.Second

// events streams the record and the state to a browser, from where it left
// off when it comes back.
func (c *Chat) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	rc := http.NewResponseController(w)
	if err := rc.SetWriteDeadline(time.Time{}); err != nil { // a stream outlives the server's limit
		c.o.Log.Debug("stream without end", "error", err)
	}
	s := &stream{w: w, flush: rc.Flush}
	s.resume(r.Header.Get("Last-Event-ID"))
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		changed, err := c.pour(s)
		if err != nil {
			return
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-r.Context().Done():
			return
		case <-c.closing:
			return
		}
	}
}

// stream is one browser's connection and how much of the record it has.
type stream struct {
	w     http.ResponseWriter
	flush func() error
	epoch string
	seen  int
	state []byte
}

// resume reads the id of the last event that the browser got.
func (s *stream) resume(id string) {
	epoch, n, ok := strings.Cut(id, ".")
	if seen, err := strconv.Atoi(n); ok && err == nil {
		s.epoch, s.seen = epoch, seen
	}
}

// pour writes what the browser does not have yet.
func (c *Chat) pour(s *stream) (<-chan struct{}, error) {
	epoch, from, frames, changed := c.record.since(s.epoch, s.seen)
	var out bytes.Buffer
	if epoch != s.epoch {
		fmt.Fprintf(&out, "id: %s.0\nevent: reset\ndata: {}\n\n", epoch)
		s.state = nil
	}
	for i, f := range frames {
		fmt.Fprintf(&out, "id: %s.%d\nevent: %s\ndata: %s\n\n", epoch, from+i+1, f.name, f.data)
	}
	s.epoch, s.seen = epoch, from+len(frames)
	if state := c.state(); state != nil && !bytes.Equal(state, s.state) {
		fmt.Fprintf(&out, "event: state\ndata: %s\n\n", state)
		s.state = state
	}
	if out.Len() == 0 {
		return changed, nil
	}
	if _, err := s.w.Write(out.Bytes()); err != nil {
		return nil, fmt.Errorf("write events: %w", err)
	}
	return changed, s.flush()
}

// state is the clock, the next jobs and the audit as JSON, or nil while they
// are being changed.
func (c *Chat) state() []byte {
	if !c.gate.TryRLock() {
		return nil
	}
	defer c.gate.RUnlock()
	now := c.o.Clock.Now()
	jobs := []string{}
	for _, j := range c.o.Clock.Jobs() {
		jobs = append(jobs, weekdays[j.When.Weekday()]+" "+stamp(j.When)+"  "+j.Name)
	}
	data, err := json.Marshal(map[string]any{
		"now": now.Format(time.DateOnly) + " " + weekdays[now.Weekday()] + " " + now.Format("15:04"),
		"iso": now.Format("2006-01-02T15:04"), "jobs": jobs, "audit": append([]string{}, c.o.Clock.Audit()...),
	})
	if err != nil {
		c.o.Log.Error("state as json", "error", err)
		return nil
	}
	return data
}

// weekdays are the names of the days, by time.Weekday.
var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}
