package feishutest

import (
	"io"
	"net/http"
	"net/url"
	"sync"
)

// Accounts is where an app is made by a code that somebody scans. It answers the
// first call with Begin and each that asks what became of it with the next of
// Polls; the last is said again.
type Accounts struct {
	Begin string // JSON; empty: a code that lasts ten minutes
	Polls []string

	mu    sync.Mutex
	asked []url.Values
}

// Answers of Accounts.
const (
	Pending  = `{"error":"authorization_pending","error_description":"wait"}`
	SlowDown = `{"error":"slow_down","error_description":"slower"}`
	Denied   = `{"error":"access_denied","error_description":"no"}`
	Expired  = `{"error":"expired_token","error_description":"late"}`
	OfLark   = `{"error":"authorization_pending","user_info":{"open_id":"ou_lark","tenant_brand":"lark"}}`
)

// ServeHTTP is the platform's.
func (a *Accounts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/oauth/v1/app/registration" || r.ParseForm() != nil {
		http.NotFound(w, r)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r.PostForm)
	switch {
	case r.PostForm.Get("action") == "begin" && a.Begin == "":
		io.WriteString(w, `{"device_code":"device-secret","verification_uri_complete":"https://accounts.feishu.cn/scan?user_code=AB12","interval":5,"expire_in":600}`)
	case r.PostForm.Get("action") == "begin":
		io.WriteString(w, a.Begin)
	default:
		io.WriteString(w, a.Polls[0])
		if len(a.Polls) > 1 {
			a.Polls = a.Polls[1:]
		}
	}
}

// Asked are the forms that came.
func (a *Accounts) Asked() []url.Values {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]url.Values(nil), a.asked...)
}
