package feishu

import (
	"context"
	"fmt"
	"net/http"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
)

// apiError is the platform's refusal of a call.
type apiError struct {
	call   string
	status int
	code   int
	msg    string // the platform's words; never ours
}

func (e *apiError) Error() string {
	return fmt.Sprintf("%s: HTTP %d, code %d: %.200s", e.call, e.status, e.code, e.msg)
}

// staleToken tells whether a code says that the token was no good.
func staleToken(code int) bool {
	return code == 99991661 || code == 99991663 || code == 99991664
}

func (a *Adapter) fetchToken(ctx context.Context) (string, time.Duration, error) {
	const call = "fetch tenant access token"
	resp, err := a.sdk.GetTenantAccessTokenBySelfBuiltApp(ctx,
		&larkcore.SelfBuiltTenantAccessTokenReq{AppID: a.cfg.AppID, AppSecret: a.cfg.AppSecret})
	if err != nil {
		return "", 0, fmt.Errorf("%s: %w", call, err)
	}
	if resp.StatusCode != http.StatusOK || resp.Code != 0 || resp.TenantAccessToken == "" {
		return "", 0, &apiError{call, resp.StatusCode, resp.Code, resp.Msg}
	}
	return resp.TenantAccessToken, time.Duration(resp.Expire) * time.Second, nil
}

// withToken makes one call, and once more with a new token where the platform
// refused the first; call gives the platform's code.
func (a *Adapter) withToken(ctx context.Context, call func(token string) (code int, err error)) error {
	for attempt := 0; ; attempt++ {
		token, err := a.tokens.Get(ctx)
		if err != nil {
			return err
		}
		code, err := call(token)
		if attempt > 0 || !staleToken(code) {
			return err
		}
		a.tokens.Drop(token)
	}
}
