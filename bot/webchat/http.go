package webchat

import (
	"embed"
	"encoding/json"
	"html/template"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"marketbot/handlers/chat"
)

//go:embed page
var page embed.FS

const (
	maxBody = 8 << 20 // a photo in base64 among it
	// policy lets the page use nothing but its own files.
	policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)

// reply is the answer to every post; Toast is shown to the visitor.
type reply struct {
	OK        bool   `json:"ok"`
	Duplicate bool   `json:"duplicate,omitempty"`
	Toast     string `json:"toast,omitempty"`
}

// routes puts the page together, behind the guards.
func (c *Chat) routes() http.Handler {
	files, err := fs.Sub(page, "page")
	if err != nil { // the embedded folder is there, or it would not compile
		panic(err)
	}
	look := template.Must(template.ParseFS(files, "index.html"))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { c.index(w, look) })
	mux.Handle("GET /page/", http.StripPrefix("/page", http.FileServerFS(files)))
	mux.HandleFunc("GET /events", c.events)
	mux.HandleFunc("GET /file/{id}/{name}", c.download)
	mux.HandleFunc("GET /picture/{entry}/{n}", c.picture)
	mux.HandleFunc("POST /say", c.acting(c.text))
	mux.HandleFunc("POST /location", c.acting(c.location))
	mux.HandleFunc("POST /menu", c.acting(c.menu))
	mux.HandleFunc("POST /press", c.acting(c.press))
	mux.HandleFunc("POST /submit", c.acting(c.submit))
	mux.HandleFunc("POST /open", c.acting(c.opened))
	mux.HandleFunc("POST /again", c.again)
	mux.HandleFunc("POST /clock", c.moveClock)
	mux.HandleFunc("POST /reset", c.reset)
	return guard(http.NewCrossOriginProtection().Handler(mux))
}

// guard refuses everybody but this machine, and names that a foreign page may
// have pointed at this machine (DNS rebinding).
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !from.Addr().Unmap().IsLoopback() || !loopbackName(r.Host) {
			http.Error(w, "this page is for this machine only", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// loopbackName reports whether a Host header names this machine.
func loopbackName(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil && ip.IsLoopback()
}

// index writes the page with what it needs to know.
func (c *Chat) index(w http.ResponseWriter, look *template.Template) {
	type person struct {
		Persona
		Quick    []quick   `json:"quick"`
		Commands []Command `json:"commands,omitempty"`
	}
	people := make([]person, len(c.o.People))
	for i, p := range c.o.People {
		people[i] = person{Persona: p, Quick: quicks(p.Post)}
		if c.o.Commands != nil {
			people[i].Commands = c.o.Commands(p)
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	err := look.Execute(w, map[string]any{
		"Bot": BotName, "People": people, "Group": c.o.Group, "Places": places(), "Moments": moments(),
		"WeCom":  c.o.WeCom != nil,
		"Config": map[string]any{"bot": BotName, "people": people, "group": c.o.Group, "tour": Tour()},
	})
	if err != nil {
		c.o.Log.Error("write page", "error", err)
	}
}

// acting handles an act that becomes an event; an event
// without kind is none, though a line of it may be seen.
func (c *Chat) acting(do func(act) (chat.Event, *entry, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var a act
		if !decode(w, r, &a) {
			return
		}
		c.gate.RLock()
		defer c.gate.RUnlock()
		e, shown, err := do(a)
		if err != nil {
			write(w, http.StatusBadRequest, reply{Toast: "页面已过期，请刷新"})
			return
		}
		if e.Kind == "" {
			c.record.show(shown)
			write(w, http.StatusOK, reply{OK: true})
			return
		}
		receipt, err := c.hand(r.Context(), e, shown)
		if e.Card == "" { // as elsewhere: only who pressed sees a toast
			receipt.Toast = ""
		}
		c.told(w, receipt, err)
	}
}

// again delivers an event a second time, as platforms do after a lost answer.
func (c *Chat) again(w http.ResponseWriter, r *http.Request) {
	var in struct{ ID string }
	if !decode(w, r, &in) {
		return
	}
	c.gate.RLock()
	defer c.gate.RUnlock()
	e, ok := c.record.event(in.ID)
	if !ok {
		write(w, http.StatusBadRequest, reply{Toast: "页面已过期，请刷新"})
		return
	}
	c.record.note(traffic{At: c.o.Clock.Now().Format(time.TimeOnly), Way: "in", Text: "重复投递 " + e.FromName + " " + kindName(e.Kind)})
	receipt, err := c.o.Receive(r.Context(), e)
	if err == nil && receipt.Duplicate {
		receipt.Toast = "重复投递：已认出，没有重做"
	}
	c.told(w, receipt, err)
}

// told answers a post with what the bot said on receiving.
func (c *Chat) told(w http.ResponseWriter, receipt chat.Receipt, err error) {
	if err != nil {
		c.o.Log.Error("receive event", "error", err)
		write(w, http.StatusServiceUnavailable, reply{Toast: "没有存下，请重试"})
		return
	}
	write(w, http.StatusOK, reply{OK: receipt.OK, Duplicate: receipt.Duplicate, Toast: receipt.Toast})
}

// download gives a file that a message carried.
func (c *Chat) download(w http.ResponseWriter, r *http.Request) {
	data, ok := c.record.file(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": r.PathValue("name")}))
	if _, err := w.Write(data); err != nil {
		c.o.Log.Debug("write file", "error", err)
	}
}

// picture draws the n-th chart of a message.
func (c *Chat) picture(w http.ResponseWriter, r *http.Request) {
	e, ok := c.record.entry(r.PathValue("entry"))
	n, err := strconv.Atoi(r.PathValue("n"))
	if !ok || err != nil || e.Message == nil || n < 0 || n >= len(e.Message.Charts()) || c.o.Draw == nil {
		http.NotFound(w, r)
		return
	}
	data, err := c.o.Draw(e.Message.Charts()[n])
	if err != nil {
		c.o.Log.Error("draw a chart", "error", err)
		http.Error(w, "no picture", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	if _, err := w.Write(data); err != nil {
		c.o.Log.Debug("write picture", "error", err)
	}
}

// decode reads a post's JSON body, or answers that it is none.
func decode(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return false
	}
	return true
}

// write answers a post. A browser that is gone needs no answer.
func write(w http.ResponseWriter, status int, v reply) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
