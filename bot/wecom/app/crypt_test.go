package app

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom/wecomtest"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// The platform's own sample (path/90968).
const (
	sampleToken   = "QDG6eK"
	sampleCompany = "wx5823bf96d3bd56c7"
	sampleAESKey  = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	sampleEcho    = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
	sampleBody    = "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><Encrypt><![CDATA[RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>"
)

func sampleKey(t testing.TB) *sealKey {
	t.Helper()
	k, err := newSealKey(sampleToken, sampleAESKey, sampleCompany)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSampleOfTheDocumentation(t *testing.T) {
	k := sampleKey(t)
	echo, signed, err := k.unseal("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780", []byte(sampleEcho))
	if err != nil || !signed || string(echo) != "1616140317555161061" {
		t.Errorf("the sample's echo opens as %q, %v", echo, err)
	}
	plain, signed, err := k.unseal("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149", sealedField([]byte(sampleBody)))
	if err != nil || !signed {
		t.Fatalf("the sample's message does not open: %v, %v", signed, err)
	}
	c, err := readCall(plain)
	if err != nil || c.from != "mycreate" || c.kindOf != "text" || c.content != "hello" || c.msgID != "4561255354251345929" || c.agent != "218" {
		t.Errorf("the sample's message reads as %+v, %v", c, err)
	}
}

// Whatever is wrong with what is sealed, it does not open, and nothing more is
// told of it.
func TestOpenRefuses(t *testing.T) {
	k := sampleKey(t)
	frame := func() []byte { return wecomtest.Frame(sampleCompany, "你好") }
	padded := func(change func(b []byte)) string {
		b := wecomtest.Pad(frame())
		change(b)
		return wecomtest.SealRaw(sampleAESKey, b)
	}
	good := padded(func([]byte) {})
	if plain, err := k.open(nil, []byte(good)); err != nil || string(plain) != "你好" {
		t.Fatalf("a good one opens as %q, %v", plain, err)
	}
	for name, sealed := range map[string]string{
		"nothing":             "",
		"not base64":          "％％％％",
		"half a block":        wecomtest.SealRaw(sampleAESKey, make([]byte, 16)),
		"not whole blocks":    good[:len(good)-8],
		"another company":     wecomtest.Seal(sampleAESKey, "ww_other", "你好"),
		"no company":          wecomtest.Seal(sampleAESKey, "", "你好"),
		"another key":         wecomtest.Seal(strings.Repeat("A", 43), sampleCompany, "你好"),
		"padding of nothing":  padded(func(b []byte) { b[len(b)-1] = 0 }),
		"padding too long":    padded(func(b []byte) { b[len(b)-1] = 33 }),
		"padding over all":    wecomtest.SealRaw(sampleAESKey, bytes.Repeat([]byte{32}, 32)),
		"a wrong pad byte":    padded(func(b []byte) { b[len(b)-2]++ }),
		"the first pad byte":  padded(func(b []byte) { b[len(b)-int(b[len(b)-1])]++ }),
		"length beyond":       padded(func(b []byte) { b[16] = 0xff }),
		"length into company": padded(func(b []byte) { b[19]++ }),
		"length too short":    padded(func(b []byte) { b[19]-- }),
	} {
		if plain, err := k.open(nil, []byte(sealed)); err == nil {
			t.Errorf("%s opens as %q", name, plain)
		}
	}
}

func TestKeysThatAreNone(t *testing.T) {
	for _, key := range []string{"", sampleAESKey[:42], sampleAESKey + "A", strings.Repeat("！", 43), sampleAESKey[:42] + "*"} {
		if _, err := newSealKey("t", key, "c"); err == nil || strings.Contains(err.Error(), sampleAESKey[:8]) {
			t.Errorf("%q is taken for a key, or told: %v", key, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	k := sampleKey(f)
	f.Add([]byte(sampleEcho), []byte("frame"))
	f.Add(sealedField([]byte(sampleBody)), bytes.Repeat([]byte{32}, 64))
	f.Fuzz(func(t *testing.T, sealed, raw []byte) {
		k.open(nil, sealed)
		k.unseal("0", "1", "2", sealed)
		// What is sealed with our key but framed wrongly reaches further.
		raw = append(raw, make([]byte, -len(raw)&15)...)
		plain, err := k.open(nil, []byte(wecomtest.SealRaw(sampleAESKey, raw)))
		if err == nil && len(plain)+len(sampleCompany)+headSize >= len(raw) {
			t.Errorf("%d bytes came out of %d", len(plain), len(raw))
		}
	})
}

func FuzzReadCall(f *testing.F) {
	f.Add([]byte("<xml><FromUserName>a</FromUserName><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[a]]b]]></Content></xml>"))
	f.Add([]byte("<xml><FromUserName>a</FromUserName><MsgType>event</MsgType><SelectedItems><SelectedItem><QuestionKey>q</QuestionKey><OptionIds><OptionId>1</OptionId><OptionId/></OptionIds></SelectedItem></SelectedItems></xml>"))
	f.Add([]byte("<xml><a><b></xml>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sealedField(data)
		c, err := readCall(data)
		if err != nil {
			return
		}
		if e, ok := c.event(noon); ok && (e.ID == "" || e.From.ID == "" || e.Sent.After(noon)) {
			t.Errorf("%q came as %+v", data, e)
		}
	})
}

// XML that grows, or never ends, is refused or read in little memory.
func TestHostileXML(t *testing.T) {
	const many = 20_000
	for _, doc := range []string{
		`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>`,
		`<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>`, `<?xml version="1.0"?><xml><FromUserName>a</FromUserName></xml>`, `<xml a="b"/>`,
		strings.Repeat("<a>", many) + strings.Repeat("</a>", many), strings.Repeat("<a>", many), strings.Repeat("<a/>", many),
		"<xml>" + strings.Repeat("<Content>a</Content>", many) + "</xml>", "<xml><Content>" + strings.Repeat("<![CDATA[a]]>", many) + "</Content></xml>",
		"<xml><Content>" + strings.Repeat("&#x1F600;&lt;", many) + "</Content></xml>", "<xml><Content>&#1114112;&#xFFFFFFFFFFFF;&#-1;&nosuch;&#xD800;</Content></xml>",
		"<xml><CreateTime>" + strings.Repeat("9", many) + "</CreateTime><FromUserName>a</FromUserName><MsgType>text</MsgType><MsgId>1</MsgId><Content>x</Content></xml>",
		"<xml><CreateTime>-9223372036854775808</CreateTime><FromUserName>a</FromUserName><MsgType>text</MsgType><MsgId>1</MsgId><Content>x</Content></xml>",
		"<xml><![CDATA[", "<xml><!-- x --></xml>", "<xml>\x00\xff</xml>", "<" + strings.Repeat("a", 1<<18), "",
	} {
		platformtest.Spares(t, doc, func(doc string) {
			c, err := readCall([]byte(doc))
			if strings.Contains(doc, "<!DOCTYPE") && err == nil {
				t.Errorf("a document type is read: %q", doc)
			}
			if e, ok := c.event(noon); err == nil && ok && (e.ID == "" || e.From.ID == "" || e.Sent.After(noon)) {
				t.Errorf("%.200q came as %+v", doc, e)
			}
		})
	}
}
