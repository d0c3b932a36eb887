package webchat

import (
	"errors"
	"net/http"
	"time"
)

// maxJump keeps one press from firing years of jobs.
const maxJump = 92 * 24 * time.Hour

// moveClock moves the clock to a moment of the week, by some time, or to a
// date and time.
func (c *Chat) moveClock(w http.ResponseWriter, r *http.Request) {
	var j jump
	if !decode(w, r, &j) {
		return
	}
	c.gate.Lock()
	defer c.gate.Unlock()
	now := c.o.Clock.Now()
	to, err := j.target(now)
	if err != nil {
		write(w, http.StatusBadRequest, reply{Toast: err.Error()})
		return
	}
	c.record.note(traffic{At: now.Format(time.TimeOnly), Way: "clock", Text: "时钟 " + stamp(now) + " → " + stamp(to)})
	if err := c.o.Clock.Jump(r.Context(), to); err != nil {
		c.o.Log.Error("move clock", "error", err)
		write(w, http.StatusInternalServerError, reply{Toast: "时钟没有走到，请看程序日志"})
		return
	}
	write(w, http.StatusOK, reply{OK: true})
}

// jump says where the clock is to go; one field is set.
type jump struct {
	Moment  string `json:"moment"`  // id of a moment
	Minutes int    `json:"minutes"` // from now
	To      string `json:"to"`      // 2026-11-27T12:00
}

// target is the time that a jump means. Its errors are for the visitor.
func (j jump) target(now time.Time) (time.Time, error) {
	to := now.Add(time.Duration(j.Minutes) * time.Minute)
	for _, m := range moments() {
		if m.ID == j.Moment {
			to = m.next(now)
		}
	}
	if j.To != "" {
		var err error
		if to, err = time.ParseInLocation("2006-01-02T15:04", j.To, now.Location()); err != nil {
			return to, errors.New("请写日期和时间，如 2026-11-27 12:00")
		}
	}
	switch {
	case !to.After(now):
		return to, errors.New("时钟只能向前走；要重来请按「重置」")
	case to.Sub(now) > maxJump:
		return to, errors.New("一次最多走 92 天")
	}
	return to, nil
}

// reset makes the data anew and then empties the rooms, of which something of
// before may have been on its way.
func (c *Chat) reset(w http.ResponseWriter, r *http.Request) {
	c.gate.Lock()
	defer c.gate.Unlock()
	if err := c.o.Clock.Reset(r.Context()); err != nil {
		c.o.Log.Error("reset demo", "error", err)
		write(w, http.StatusInternalServerError, reply{Toast: "没有重置成，请看程序日志"})
		return
	}
	c.record.clear()
	write(w, http.StatusOK, reply{OK: true})
}
