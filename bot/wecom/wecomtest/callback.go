package wecomtest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketbot/bot/platform/platformtest"
)

// Callback makes the platform deliver the app's events to an address, after it
// proved itself as the console asks.
func (a *API) Callback(address string) error {
	sealed := Seal(a.AESKey, a.CorpID, "1616140317555161061")
	resp, err := http.Get(address + "?" + Sign(a.Token, a.now(), sealed) + "&echostr=" + url.QueryEscape(sealed))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	echo, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || string(echo) != "1616140317555161061" {
		return fmt.Errorf("openapi 回调地址请求不通过: HTTP %d", resp.StatusCode)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.callback = address
	return nil
}

// Say lets a member write to the app.
func (a *API) Say(userid, text string) {
	a.message(userid, "text", "<Content>"+data(text)+"</Content>")
}

// Locate lets a member send a place.
func (a *API) Locate(userid, label string) {
	a.message(userid, "location", "<Location_X>23.134</Location_X><Location_Y>113.358</Location_Y><Scale>15</Scale><Label>"+data(label)+"</Label>")
}

// Picture lets a member send a picture.
func (a *API) Picture(userid string, picture []byte) {
	id := a.IDs.Next("media")
	a.mu.Lock()
	a.media[id] = picture
	a.mu.Unlock()
	a.message(userid, "image", "<PicUrl>"+data("https://pic.example/1")+"</PicUrl><MediaId>"+data(id)+"</MediaId>")
}

// Click lets a member press an item of the app's menu.
func (a *API) Click(userid, key string) {
	a.event(userid, "click", "<EventKey>"+data(key)+"</EventKey>")
}

// Subscribe is the event of a member who may use the app from now on; Enter
// that of a look at it.
func (a *API) Subscribe(userid string) { a.event(userid, "subscribe", "<EventKey></EventKey>") }

// Enter is the event of a look at the app.
func (a *API) Enter(userid string) { a.event(userid, "enter_agent", "<EventKey></EventKey>") }

// Press lets a member press a button of a card they see.
func (a *API) Press(userid, task, label string) error {
	m, known := a.Find(task)
	if !known || m.To != userid {
		return errors.New("no such card")
	}
	i := slices.IndexFunc(m.Buttons, func(b platformtest.Button) bool { return b.Label == label })
	if i < 0 {
		return errors.New("no such button")
	}
	a.event(userid, "template_card_event", "<EventKey>"+data(m.Buttons[i].Key)+"</EventKey><TaskId>"+data(task)+
		"</TaskId><CardType>"+data("button_interaction")+"</CardType><ResponseCode>"+data(codeOf(m))+"</ResponseCode>")
	return nil
}

func (a *API) message(userid, kind, content string) {
	id := a.IDs.Next("")
	a.deliver(a.envelope(userid, kind, content+"<MsgId>"+id+"</MsgId>"))
}

func (a *API) event(userid, what, content string) {
	a.deliver(a.envelope(userid, "event", "<Event>"+data(what)+"</Event>"+content))
}

func (a *API) envelope(userid, kind, content string) string {
	return "<xml><ToUserName>" + data(a.CorpID) + "</ToUserName><FromUserName>" + data(userid) + "</FromUserName><CreateTime>" +
		strconv.FormatInt(a.now().Unix(), 10) + "</CreateTime><MsgType>" + data(kind) + "</MsgType>" + content +
		"<AgentID>" + strconv.Itoa(a.AgentID) + "</AgentID></xml>"
}

// data is text in XML as the platform writes it.
func data(text string) string {
	return "<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>"
}

// deliver calls back until it is answered, up to three times more.
func (a *API) deliver(body string) {
	a.mu.Lock()
	a.history = append(a.history, body)
	a.mu.Unlock()
	for range 4 {
		if a.post(body) == nil {
			return
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unacked++
}

// Repeat delivers every event once more, the newest first: each in a new
// envelope, as the platform does when an answer was late.
func (a *API) Repeat() {
	a.mu.Lock()
	all := slices.Clone(a.history)
	a.mu.Unlock()
	for _, body := range slices.Backward(all) {
		if a.post(body) != nil {
			a.mu.Lock()
			a.unacked++
			a.mu.Unlock()
		}
	}
}

// Unacked counts the events that were given up.
func (a *API) Unacked() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unacked
}

func (a *API) post(body string) error {
	a.mu.Lock()
	address := a.callback
	a.mu.Unlock()
	if address == "" {
		return errors.New("no callback")
	}
	query, outer := a.Call(body)
	resp, err := http.Post(address+"?"+query, "text/xml", strings.NewReader(outer))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || len(reply) > 0) {
		err = fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	return err
}

// Call seals and signs the plain XML of an event: the query and the body of
// its delivery.
func (a *API) Call(plain string) (query, body string) {
	sealed := Seal(a.AESKey, a.CorpID, plain)
	return Sign(a.Token, a.now(), sealed), Envelope(a.CorpID, a.AgentID, sealed)
}

// Envelope is the body of a delivery around what is sealed.
func Envelope(corpID string, agent int, sealed string) string {
	return "<xml><ToUserName>" + data(corpID) + "</ToUserName><Encrypt>" + data(sealed) + "</Encrypt><AgentID>" + data(strconv.Itoa(agent)) + "</AgentID></xml>"
}

// Seal encrypts a callback as the platform does.
func Seal(aesKey, receiver, plain string) string {
	return SealRaw(aesKey, Pad(Frame(receiver, plain)))
}

// Frame is what is encrypted, before the padding: 16 random bytes, the length,
// the message and the receiver.
func Frame(receiver, plain string) []byte {
	frame := make([]byte, 20, 20+len(plain)+len(receiver)+32)
	rand.Read(frame[:16])
	binary.BigEndian.PutUint32(frame[16:], uint32(len(plain)))
	return append(append(frame, plain...), receiver...)
}

// Pad fills a frame up to a multiple of 32 bytes.
func Pad(frame []byte) []byte {
	pad := 32 - len(frame)%32
	return append(frame, bytes.Repeat([]byte{byte(pad)}, pad)...)
}

// SealRaw encrypts bytes as they are, a multiple of 16.
func SealRaw(aesKey string, raw []byte) string {
	key, err := base64.RawStdEncoding.DecodeString(aesKey)
	if err != nil {
		panic(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	out := make([]byte, len(raw))
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(out, raw)
	return base64.StdEncoding.EncodeToString(out)
}

// Sign is the query of a delivery of what is sealed.
func Sign(token string, at time.Time, sealed string) string {
	stamp, nonce := strconv.FormatInt(at.Unix(), 10), rand.Text()
	parts := []string{token, stamp, nonce, sealed}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return url.Values{"msg_signature": {hex.EncodeToString(sum[:])}, "timestamp": {stamp}, "nonce": {nonce}}.Encode()
}
