package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
)

// request makes one call with the SDK, reads its answer into out and gives the
// platform's code. It goes past the SDK's Client, which knows every service of
// the platform: whatever holds one drags all of them into the program, 14 MB.
func (a *Adapter) request(ctx context.Context, what string, req *larkcore.ApiReq, out any, options ...larkcore.RequestOptionFunc) (int, error) {
	resp, err := larkcore.Request(ctx, req, a.sdk, options...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	if code, err := refusal(what, resp.StatusCode, resp.RawBody); err != nil {
		return code, err
	}
	if err := json.Unmarshal(resp.RawBody, out); err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return 0, nil
}

// caller makes the SDK's calls. Of what fails in the network the SDK would keep the
// text alone, in which nobody finds the cause, and the address with it.
type caller struct{ http *http.Client }

// Do is part of larkcore.HttpClient.
func (c caller) Do(req *http.Request) (*http.Response, error) {
	resp, err := c.http.Do(req)
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return resp, err
}

// refusal is the platform's code in an answer, and an error unless all is well.
func refusal(what string, status int, answer []byte) (code int, err error) {
	var head struct {
		Code *int   `json:"code"`
		Msg  string `json:"msg"`
	}
	if err := json.Unmarshal(answer, &head); err != nil || head.Code == nil {
		return 0, &platform.APIError{Call: what, Status: status, Code: -1, Msg: "answer without a code"}
	}
	if status != http.StatusOK || *head.Code != 0 {
		return *head.Code, &platform.APIError{Call: what, Status: status, Code: *head.Code, Msg: head.Msg}
	}
	return 0, nil
}

// picture fetches the picture of a message, which is refused in JSON.
func (a *Adapter) picture(ctx context.Context, message, key string) (data []byte, err error) {
	const what = "fetch picture"
	err = a.withToken(ctx, func(token string) (int, error) {
		where := a.cfg.BaseURL + "/open-apis/im/v1/messages/" + url.PathEscape(message) + "/resources/" + url.PathEscape(key) + "?type=image"
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, where, nil)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", what, err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := platform.Pictures(a.http).Do(req)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", what, err)
		}
		defer resp.Body.Close()
		var refused []byte
		data, refused, err = platform.ReadPicture(resp, 0)
		if refused != nil {
			if code, err := refusal(what, resp.StatusCode, refused); err != nil {
				if refusals(code) == chat.BadSetup {
					err = fmt.Errorf("%w: %w", chat.ErrDenied, err)
				}
				return code, err
			}
		}
		return 0, err
	})
	return data, err
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
