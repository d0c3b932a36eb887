package feishu

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"marketbot/bot/platform"
)

// request makes one call with the SDK, reads its answer into out and gives the
// platform's code. It goes past the SDK's Client, which knows every service of
// the platform: whatever holds one drags all of them into the program, 14 MB.
func (a *Adapter) request(ctx context.Context, what string, req *larkcore.ApiReq, out any, options ...larkcore.RequestOptionFunc) (int, error) {
	resp, err := larkcore.Request(ctx, req, a.sdk, options...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	var head struct {
		Code *int   `json:"code"`
		Msg  string `json:"msg"`
	}
	if err := json.Unmarshal(resp.RawBody, &head); err != nil || head.Code == nil {
		return 0, &platform.APIError{Call: what, Status: resp.StatusCode, Code: -1, Msg: "answer without a code"}
	}
	if resp.StatusCode != http.StatusOK || *head.Code != 0 {
		return *head.Code, &platform.APIError{Call: what, Status: resp.StatusCode, Code: *head.Code, Msg: head.Msg}
	}
	if err := json.Unmarshal(resp.RawBody, out); err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return 0, nil
}

// get reads one resource of the API into out.
func (a *Adapter) get(ctx context.Context, what, path string, out any) error {
	return a.withToken(ctx, func(token string) (int, error) {
		return a.request(ctx, what, &larkcore.ApiReq{
			HttpMethod: http.MethodGet, ApiPath: path,
			SupportedAccessTokenTypes: []larkcore.AccessTokenType{larkcore.AccessTokenTypeTenant},
		}, out, larkcore.WithTenantAccessToken(token))
	})
}
