package robot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"time"

	"marketbot/bot/platform"
)

// scanURL is where WeCom makes robots by a code, as its own command line tool
// asks there.
const scanURL = "https://work.weixin.qq.com"

const (
	scanEvery = 3 * time.Second
	scanLasts = 3 * time.Minute // of the link
	scanTime  = 5 * time.Minute // in all
	scanAgain = 3               // asked in vain so often in a row it is given up
	maxAnswer = 64 << 10
)

// Scan makes a robot: somebody scans a code with WeCom and agrees on their phone.
type Scan struct {
	URL    string       // empty: WeCom's own
	Client *http.Client // nil: one with a limit of time
	Show   func(link string, lasts time.Duration)
}

// Scanned is a robot that was made.
type Scanned struct{ BotID, Secret string }

// scanAnswer is what both calls answer, as far as it is looked at.
type scanAnswer struct {
	Code int `json:"errcode"`
	Data struct {
		Code   string `json:"scode"` // a secret: who knows it gets the robot
		Link   string `json:"auth_url"`
		Status string `json:"status"`
		Bot    struct {
			ID     string `json:"botid"`
			Secret string `json:"secret"`
		} `json:"bot_info"`
	} `json:"data"`
}

// Run shows the code and waits until somebody has agreed. Its error is
// [platform.ErrScanExpired] where that is all, and holds no secret.
func (s Scan) Run(ctx context.Context) (Scanned, error) {
	if s.URL == "" {
		s.URL = scanURL
	}
	if s.Client == nil {
		s.Client = &http.Client{Timeout: 10 * time.Second}
	}
	begun, err := s.ask(ctx, "/ai/qc/generate", url.Values{"source": {"marketbot"}, "plat": {plat(runtime.GOOS)}})
	if err != nil {
		return Scanned{}, err
	}
	link, err := url.Parse(begun.Data.Link)
	home, _ := url.Parse(scanURL)
	switch {
	case begun.Data.Code == "" || begun.Data.Link == "":
		return Scanned{}, errors.New("企业微信没有给二维码")
	case err != nil || link.Scheme != home.Scheme || link.Host != home.Host:
		return Scanned{}, errors.New("企业微信给的二维码不是 " + scanURL + " 的网址")
	}
	s.Show(begun.Data.Link, scanLasts)
	ctx, cancel := context.WithTimeoutCause(ctx, scanTime, platform.ErrScanExpired)
	defer cancel()
	return s.wait(ctx, begun.Data.Code)
}

// wait asks what became of a code until that is known.
func (s Scan) wait(ctx context.Context, code string) (Scanned, error) {
	look := time.NewTicker(scanEvery)
	defer look.Stop()
	failed := 0
	for {
		select {
		case <-ctx.Done():
			return Scanned{}, context.Cause(ctx)
		case <-look.C:
		}
		answer, err := s.ask(ctx, "/ai/qc/query_result", url.Values{"scode": {code}})
		if err != nil {
			if failed++; failed >= scanAgain && ctx.Err() == nil {
				return Scanned{}, err
			}
			continue
		}
		failed = 0
		switch bot := answer.Data.Bot; {
		case answer.Data.Status == "expired":
			return Scanned{}, platform.ErrScanExpired
		case answer.Data.Status == "success" && (bot.ID == "" || bot.Secret == ""):
			return Scanned{}, errors.New("机器人建好了，但企业微信没有把 Bot ID 和 Secret 给我们。请在「工作台 → 智能机器人 → API 配置」里复制")
		case answer.Data.Status == "success":
			return Scanned{bot.ID, bot.Secret}, nil
		}
	}
}

// ask makes one call. Its error names neither the address, where the code's
// secret stands, nor what was answered.
func (s Scan) ask(ctx context.Context, path string, values url.Values) (a scanAnswer, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path+"?"+values.Encode(), nil)
	if err != nil {
		return a, errors.New("scan: no address")
	}
	resp, err := s.Client.Do(req)
	if err != nil {
		var at *url.Error
		if errors.As(err, &at) {
			err = at.Err
		}
		return a, fmt.Errorf("scan: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case err != nil:
		return a, fmt.Errorf("scan: %w", err)
	case resp.StatusCode != http.StatusOK:
		return a, &platform.APIError{Call: "scan", Status: resp.StatusCode}
	case json.Unmarshal(body, &a) != nil:
		return a, &platform.APIError{Call: "scan", Status: resp.StatusCode, Msg: "the answer is no JSON"}
	case a.Code != 0:
		return a, &platform.APIError{Call: "scan", Status: resp.StatusCode, Code: a.Code}
	}
	return a, nil
}

// plat is what WeCom calls an operating system.
func plat(system string) string {
	switch system {
	case "darwin":
		return "1"
	case "windows":
		return "2"
	case "linux":
		return "3"
	}
	return "0"
}
