package feishu

import (
	"context"
	"crypto/cipher"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher"
	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"marketbot/bot/feishu/feishutest"
	"marketbot/handlers/chat"
)

// BenchmarkDecode is a callback from its bytes to the event handed over:
// signature, decryption, reading. The floor is the decryption alone. Both take
// turns and the best turn of each counts, so that a busy machine does not
// decide; the goal is at most 8 times the floor.
func BenchmarkDecode(b *testing.B) {
	event := []byte(message("group", "text", `{"text":"@_user_1 签到 广州 拜访客户三家，谈妥中秋团购 200 份，明天去佛山"}`, mentions))
	sealed := feishutest.Seal(testKey, event)
	header := http.Header{}
	feishutest.Sign(header, testKey, noon, sealed)
	a, err := New(Config{AppID: "cli_test", AppSecret: "s", Receive: Webhook, EncryptKey: testKey, VerificationToken: "verify"},
		nil, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	text, iv := make([]byte, (len(event)/16+1)*16), make([]byte, 16)
	floor := func() { cipher.NewCBCDecrypter(a.key.block, iv).CryptBlocks(text, text) }
	ours := func() {
		v, status := a.authentic(header, sealed)
		if e, ok := v.event(botID, noon); status != 0 || !ok || !e.ToBot {
			b.Fatal("not decoded")
		}
	}
	d := dispatcher.NewEventDispatcher("verify", testKey)
	d.InitConfig(larkevent.WithLogger(sdkLog{slog.New(slog.DiscardHandler)}))
	d.OnP2MessageReceiveV1(func(context.Context, *larkim.P2MessageReceiveV1) error { return nil })
	sdk := func() {
		if r := d.Handle(context.Background(), &larkevent.EventReq{Header: header, Body: sealed}); r.StatusCode != 200 {
			b.Fatal("not decoded")
		}
	}
	best := []time.Duration{time.Hour, time.Hour, time.Hour}
	for b.Loop() {
		for i, f := range []func(){floor, ours, sdk} {
			began := time.Now()
			for range 20 {
				f()
			}
			best[i] = min(best[i], time.Since(began)/20)
		}
	}
	b.ReportMetric(float64(best[1])/float64(best[0]), "x-aes")
	b.ReportMetric(float64(best[1].Nanoseconds()), "ns-decode")
	b.ReportMetric(float64(best[2])/float64(best[0]), "x-aes-sdk")
}

// BenchmarkSend is a text rendered, posted and accepted, 32 at once.
func BenchmarkSend(b *testing.B) {
	platform := feishutest.New(time.Now)
	defer platform.Close()
	platform.Person(wang, "王芳")
	a, err := New(Config{AppID: platform.App.ID, AppSecret: platform.App.Secret, BaseURL: platform.URL}, nil, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer a.http.CloseIdleConnections()
	to := chat.Address{Platform: Name, ID: wang}
	var n atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			payload, err := a.Render(b.Context(), to, chat.Message{Text: "已签到：广州"}, nil)
			if err == nil {
				err = a.Send(b.Context(), to, payload, strconv.FormatInt(n.Add(1), 10))
			}
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	if int64(platform.Sent()) != n.Load() {
		b.Errorf("%d of %d arrived", platform.Sent(), n.Load())
	}
}

func BenchmarkRenderCard(b *testing.B) {
	m := chat.Message{Card: &chat.Card{Title: "周报", Blocks: []chat.Block{{Text: strings.Repeat("长", 500)}, {Facts: []chat.Fact{{Label: "周期", Value: "第48周"}}}},
		Buttons: []chat.Button{{Label: "填写", Command: "周报"}}}}
	for b.Loop() {
		if _, _, err := content(m, false); err != nil {
			b.Fatal(err)
		}
	}
}
