package app

import (
	"crypto/cipher"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"marketbot/bot/wecom/qyapi"
	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
)

// BenchmarkDecode is a callback from its bytes to the event handed over:
// signature, decryption, reading. The floor is the decryption alone. Both take
// turns and the best turn of each counts, so that a busy machine does not
// decide; the goal is at most 6 times the floor.
func BenchmarkDecode(b *testing.B) {
	now := func() time.Time { return noon }
	platform := wecomtest.NewAPI(now)
	defer platform.Close()
	plain := "<xml><ToUserName><![CDATA[" + platform.CorpID + "]]></ToUserName><FromUserName><![CDATA[WangFang]]></FromUserName>" +
		"<CreateTime>1795694400</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[签到 广州 拜访客户三家，谈妥中秋团购 200 份，明天去佛山]]></Content>" +
		"<MsgId>4561255354251345929</MsgId><AgentID>1000002</AgentID></xml>"
	query, body := platform.Call(plain)
	q, err := url.ParseQuery(query)
	if err != nil {
		b.Fatal(err)
	}
	signature, stamp, nonce, call := q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), []byte(body)
	a, err := New(Config{CorpID: platform.CorpID, AgentID: platform.AgentID, Secret: "s", Token: platform.Token, AESKey: platform.AESKey},
		qyapi.NewApp("", platform.CorpID, "s", http.DefaultClient, now), nil, now, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	text := make([]byte, len(wecomtest.Pad(wecomtest.Frame(platform.CorpID, plain))))
	floor := func() { cipher.NewCBCDecrypter(a.key.block, a.key.iv[:]).CryptBlocks(text, text) }
	ours := func() {
		c, status := a.authentic(signature, stamp, nonce, call)
		if e, ok := c.event(noon); status != http.StatusOK || !ok || e.Kind != chat.Text {
			b.Fatal("not decoded")
		}
	}
	best := []time.Duration{time.Hour, time.Hour}
	for b.Loop() {
		for i, f := range []func(){floor, ours} {
			began := time.Now()
			for range 20 {
				f()
			}
			best[i] = min(best[i], time.Since(began)/20)
		}
	}
	b.ReportMetric(float64(best[1])/float64(best[0]), "x-aes")
	b.ReportMetric(float64(best[1].Nanoseconds()), "ns-decode")
}
