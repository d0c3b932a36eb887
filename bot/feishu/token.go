package feishu

import (
	"context"
	"errors"
	"net/http"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
)

// staleToken reports whether a code says that the token was no good.
func staleToken(code int) bool {
	return code == 99991661 || code == 99991663 || code == 99991664
}

func (a *Adapter) fetchToken(ctx context.Context) (string, time.Duration, error) {
	const call = "fetch tenant access token"
	var answer larkcore.TenantAccessTokenResp
	_, err := a.request(ctx, call, &larkcore.ApiReq{
		HttpMethod: http.MethodPost, ApiPath: larkcore.TenantAccessTokenInternalUrlPath,
		Body: larkcore.SelfBuiltTenantAccessTokenReq{AppID: a.cfg.AppID, AppSecret: a.cfg.AppSecret},
	}, &answer)
	if err == nil && answer.TenantAccessToken == "" {
		err = errors.New(call + ": the platform gave none")
	}
	return answer.TenantAccessToken, time.Duration(answer.Expire) * time.Second, err
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
