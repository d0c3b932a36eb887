package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/feishu/feishutest"
)

// Of the app in measurements.
const (
	crowdApp    = "cli_test"
	crowdSecret = "app-secret"
	crowdKey    = "test key"
)

// crowd is people at their phones and the platform between them and a bot, as
// cheap as can be, so that the bot is what is measured. So many at once write,
// wait for the bot's answer to be accepted, and hand over to the next.
type crowd struct {
	platform *httptest.Server
	answered []chan struct{} // by phone
	serial   atomic.Int64
}

// perPhone is how many people take turns at a phone: nobody checks in a
// hundred times a day.
const perPhone = 60

func newCrowd(tb testing.TB, phones int) *crowd {
	c := &crowd{}
	for range phones {
		c.answered = append(c.answered, make(chan struct{}, 16))
	}
	c.platform = httptest.NewServer(http.HandlerFunc(c.serve))
	tb.Cleanup(c.platform.Close)
	return c
}

// people is how many there are: 0, 1 …, each at the phone of its remainder.
func (c *crowd) people() int { return perPhone * len(c.answered) }

func crowdID(person int) string { return "ou_p" + strconv.Itoa(person) }

// serve is the platform's API.
func (c *crowd) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/tenant_access_token/internal"):
		io.WriteString(w, `{"code":0,"msg":"ok","tenant_access_token":"t-1","expire":7200}`)
	case r.URL.Path == "/open-apis/bot/v3/info":
		fmt.Fprintf(w, `{"code":0,"msg":"ok","bot":{"activate_status":2,"open_id":%q}}`, feishutest.BotID)
	case r.URL.Path == "/open-apis/im/v1/messages":
		body, err := io.ReadAll(r.Body)
		if person := receiver(body); err == nil && person >= 0 && person < c.people() {
			c.answered[person%len(c.answered)] <- struct{}{}
		}
		fmt.Fprintf(w, `{"code":0,"msg":"success","data":{"message_id":"om_%d"}}`, c.serial.Add(1))
	default:
		http.NotFound(w, r)
	}
}

// receiver is who a message goes to, -1 if nobody of the crowd.
func receiver(body []byte) int {
	_, rest, _ := bytes.Cut(body, []byte(`"receive_id":"ou_p`))
	digits, _, _ := bytes.Cut(rest, []byte(`"`))
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		return -1
	}
	return n
}

// said is the event of a private message. Delivered again it has an event id of
// its own, but the message's remains.
func said(eventID int64, message string, person int, text string, at time.Time) []byte {
	content, _ := json.Marshal(map[string]string{"text": text})
	inner, _ := json.Marshal(string(content)) // strings always have a form
	return fmt.Appendf(nil, `{"schema":"2.0","header":{"event_id":"ev_%d","event_type":"im.message.receive_v1","create_time":"%d","token":"verify","app_id":%q,"tenant_key":"t"},`+
		`"event":{"sender":{"sender_id":{"open_id":%q,"union_id":"on_1"},"sender_type":"user","tenant_key":"t"},"message":{"message_id":%q,"create_time":"%d","update_time":"%d",`+
		`"chat_id":"oc_p2p_%s","chat_type":"p2p","message_type":"text","content":%s,"user_agent":"Mozilla/5.0"}}}`,
		eventID, at.UnixMilli(), crowdApp, crowdID(person), message, at.UnixMilli(), at.UnixMilli(), crowdID(person), inner)
}

// request is the bytes of one signed and sealed event on its way to path.
func (c *crowd) request(person int, path, text string) []byte {
	now, n := time.Now(), c.serial.Add(1)
	event := said(n, fmt.Sprintf("om_said_%d", n), person, text, now)
	body := feishutest.Seal(crowdKey, event)
	req, err := http.NewRequest(http.MethodPost, "http://bot"+path, bytes.NewReader(body))
	if err != nil {
		panic(err) // the URL is ours
	}
	feishutest.Sign(req.Header, crowdKey, now, body)
	var out bytes.Buffer
	req.Write(&out) // a buffer takes everything
	return out.Bytes()
}

// round is what a round of check-ins took.
type round struct {
	perSecond float64
	p50, p99  time.Duration // from the event to its accepted answer
	cpu       time.Duration // a check-in, of the whole process
}

// run lets people check in at a bot, so many at each phone.
func (c *crowd) run(tb testing.TB, bot string, times int) round {
	return c.runAt(tb, []string{bot}, times)
}

// runAt is run where people meet one replica after the other.
func (c *crowd) runAt(tb testing.TB, bots []string, times int) round {
	requests := make([][][]byte, len(c.answered))
	for p := range requests {
		for i := range times {
			requests[p] = append(requests[p], c.request(i%perPhone*len(requests)+p, feishu.Path, "签到 广州 拜访客户三家，谈妥中秋团购 200 份，明天去佛山"))
		}
	}
	took := make([][]time.Duration, len(requests))
	var all sync.WaitGroup
	cpu, began := cpuTime(), time.Now()
	for p := range requests {
		all.Go(func() { took[p] = c.phone(tb, bots, p, requests[p]) })
	}
	all.Wait()
	elapsed, n := time.Since(began), len(requests)*times
	sorted := slices.Sorted(slices.Values(slices.Concat(took...)))
	if len(sorted) != n {
		tb.Fatalf("%d of %d check-ins answered", len(sorted), n)
	}
	return round{
		perSecond: float64(n) / elapsed.Seconds(), p50: sorted[n/2], p99: sorted[n*99/100],
		cpu: (cpuTime() - cpu) / time.Duration(n),
	}
}

// phone sends requests one after the other and tells how long each took.
func (c *crowd) phone(tb testing.TB, bots []string, p int, requests [][]byte) (took []time.Duration) {
	conns, ins := make([]net.Conn, len(bots)), make([]*bufio.Reader, len(bots))
	for i, bot := range bots {
		conn, err := net.Dial("tcp", bot)
		if err != nil {
			tb.Error(err)
			return nil
		}
		defer conn.Close()
		conns[i], ins[i] = conn, bufio.NewReader(conn)
	}
	for i, r := range requests {
		n := (p + i) % len(bots)
		began := time.Now()
		if err := exchange(conns[n], ins[n], r); err != nil {
			tb.Error(err)
			return took
		}
		select {
		case <-c.answered[p]:
		case <-time.After(20 * time.Second):
			tb.Errorf("no answer at phone %d", p)
			return took
		}
		took = append(took, time.Since(began))
	}
	return took
}

// exchange posts a request and reads its acknowledgement.
func exchange(conn net.Conn, in *bufio.Reader, request []byte) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	return nil
}

// cpuTime is what this process has used so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
