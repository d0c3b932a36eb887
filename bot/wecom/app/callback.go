package app

import (
	"context"
	"io"
	"net/http"
	"time"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
)

// Path is where the platform delivers the app's events.
const Path = "/wecom/callback"

const (
	maxCall = 256 << 10 // bytes; a callback has a few hundred
	// receiveTime is what storing an event may take that is not given up with the
	// platform's call.
	receiveTime = 10 * time.Second
)

// ServeHTTP takes the platform's calls at Path. Without token and aes_key it
// refuses everything, as nothing else proves where a call comes from. It
// answers 5xx only when an authentic event could not be stored: the platform
// then delivers it up to three times more.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		a.serveEcho(w, r)
	case http.MethodPost:
		a.serveEvent(w, r)
	default:
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// serveEcho proves to the console that the URL is ours: what it sealed goes
// back as it is, with nothing around.
func (a *App) serveEcho(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	plain, status := a.unseal(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), []byte(q.Get("echostr")))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if status == http.StatusOK {
		w.Write(plain)
	}
}

func (a *App) serveEvent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("msg_signature") == "" { // one answer, however it comes
		_, status := a.unseal("", "", "", nil)
		w.WriteHeader(status)
		return
	}
	body, status := platform.ReadBody(w, r, maxCall)
	if status != 0 {
		a.refused.Note(platform.BadBody, 0)
		w.WriteHeader(status)
		return
	}
	c, status := a.authentic(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), body)
	if status != http.StatusOK {
		w.WriteHeader(status)
		return
	}
	if err := a.take(r.Context(), c); err != nil {
		a.log.Error("an event was not stored", "event_id", c.id, "event_type", c.kind(), "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	io.WriteString(w, "") // an empty 200: whatever is said goes out by itself
}

// unseal proves and opens what came; a status other than 200 refuses it, with one
// answer whatever is wrong.
func (a *App) unseal(signature, timestamp, nonce string, sealed []byte) ([]byte, int) {
	if a.key == nil {
		return nil, http.StatusUnauthorized
	}
	plain, signed, err := a.key.unseal(signature, timestamp, nonce, sealed)
	switch {
	case !signed:
		a.refused.Note(platform.BadSignature, 0)
	case !platform.Fresh(timestamp, a.now()):
		a.refused.Note(platform.BadClock, platform.Ahead(timestamp, a.now()))
	case err != nil:
		a.refused.Note(platform.BadSeal, 0)
	default:
		return plain, http.StatusOK
	}
	return nil, http.StatusUnauthorized
}

// authentic proves a call, opens and reads it.
func (a *App) authentic(signature, timestamp, nonce string, body []byte) (call, int) {
	sealed := sealedField(body) // where there is none, nothing is signed
	plain, status := a.unseal(signature, timestamp, nonce, sealed)
	if status != http.StatusOK {
		return call{}, status
	}
	c, err := readCall(plain)
	switch {
	case err != nil:
		a.refused.Note(platform.BadBody, 0)
		return call{}, http.StatusBadRequest
	case c.agent != "" && c.agent != a.agentID:
		a.refused.Note(platform.BadApp, 0)
		return call{}, http.StatusForbidden
	}
	return c, http.StatusOK
}

// take hands an event over. A card that was pressed shows afterwards what
// became of it, where the step went through.
func (a *App) take(ctx context.Context, c call) error {
	e, ok := c.event(a.now())
	if !ok {
		return nil
	}
	if e.Kind == chat.Picture {
		e.Fetch = func(ctx context.Context) ([]byte, error) { return a.api.Picture(ctx, c.picture) }
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), platform.PictureTime+receiveTime)
		defer cancel()
	}
	receipt, err := a.receive(ctx, e)
	if err != nil {
		return err
	}
	if e.Kind == chat.Press && receipt.OK && !receipt.Duplicate && c.response != "" {
		a.mark(ctx, c, receipt.Done)
	}
	return nil
}
