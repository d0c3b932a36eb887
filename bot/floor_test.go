package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the floor's own, bare

	"marketbot/bot/feishu"
	"marketbot/store"
	"marketbot/store/storetest"
)

// floor is the least that a bot with the same promises can do with a check-in,
// written by hand: verify, decrypt, decode, the same rows as the bot's in its
// own tables by group commit, acknowledge, one POST for the answer, and the
// mark that it was sent. What the bot does is measured against it, in the same
// run.
type floor struct {
	block    cipher.Block
	rows     chan *floorRows
	answers  chan *floorRows
	platform string
	client   *http.Client
	serial   atomic.Int64
}

// floorRows is what one check-in writes: first everything that it changes, then
// that its answer was sent.
type floorRows struct {
	id, message, person, text string
	sent                      bool
	done                      chan error
}

func openFloor(tb testing.TB, platform string) (addr string) {
	key := sha256.Sum256([]byte(crowdKey))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		tb.Fatal(err)
	}
	f := &floor{block: block, rows: make(chan *floorRows, 256), answers: make(chan *floorRows, 256), platform: platform,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	o := storetest.Options(tb, storetest.SQLite)
	made, err := store.Open(tb.Context(), o) // the bot's tables and indexes
	if err == nil {
		err = made.Close()
	}
	if err != nil {
		tb.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+o.Source+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(4000)")
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	stopped := make(chan struct{})
	go func() { defer close(stopped); f.write(tb, db) }()
	var senders sync.WaitGroup
	for range 16 {
		senders.Go(f.send)
	}
	s := httptest.NewServer(f)
	tb.Cleanup(func() {
		s.Close()
		close(f.answers)
		senders.Wait()
		close(f.rows)
		<-stopped
		db.Close()
		f.client.CloseIdleConnections()
	})
	return strings.TrimPrefix(s.URL, "http://")
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var sealed struct {
		Encrypt []byte `json:"encrypt"`
	}
	h := sha256.New()
	io.WriteString(h, r.Header.Get("X-Lark-Request-Timestamp")+r.Header.Get("X-Lark-Request-Nonce")+crowdKey)
	h.Write(body)
	if err != nil || subtle.ConstantTimeCompare([]byte(hex.EncodeToString(h.Sum(nil))), []byte(r.Header.Get("X-Lark-Signature"))) != 1 {
		http.Error(w, "", http.StatusUnauthorized)
		return
	}
	// The one decode is of the event; the envelope is cut out by hand.
	text := bytes.TrimSuffix(bytes.TrimPrefix(body, []byte(`{"encrypt":"`)), []byte(`"}`))
	raw, err := base64.StdEncoding.DecodeString(string(text))
	sealed.Encrypt = raw
	if err != nil || len(raw) < 32 || len(raw)%16 != 0 {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	plain := sealed.Encrypt[16:]
	cipher.NewCBCDecrypter(f.block, sealed.Encrypt[:16]).CryptBlocks(plain, plain)
	var e floorEvent
	if err := json.Unmarshal(plain[:len(plain)-int(plain[len(plain)-1])], &e); err != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	rows := &floorRows{id: fmt.Sprintf("%026x", f.serial.Add(1)), message: e.Event.Message.ID, person: e.Event.Sender.ID.Open, text: e.Event.Message.Content, done: make(chan error, 1)}
	f.rows <- rows
	if err := <-rows.done; err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	io.WriteString(w, "{}")
	f.answers <- rows
}

type floorEvent struct {
	Event struct {
		Sender struct {
			ID struct {
				Open string `json:"open_id"`
			} `json:"sender_id"`
		} `json:"sender"`
		Message struct {
			ID      string `json:"message_id"`
			Content string `json:"content"`
		} `json:"message"`
	} `json:"event"`
}

// floorStatements are what the bot runs for a check-in, one prepared statement
// each; sealed columns take as many bytes.
var floorStatements = []struct {
	query string
	args  func(r *floorRows, at int64) []any
}{
	{`INSERT INTO inbox (platform, id, at, body) VALUES ($1, $2, $3, $4) ON CONFLICT (platform, id) DO NOTHING`,
		func(r *floorRows, at int64) []any { return []any{feishu.Name, r.message, at, sealedBytes(r.text)} }},
	{`SELECT COUNT(*), (SELECT id FROM trip WHERE person = $1 AND first_day <= $2 AND last_day >= $2) FROM check_in WHERE person = $1 AND day = $2 AND undone = 0`,
		func(r *floorRows, _ int64) []any { return []any{r.person, floorDay} }},
	{`INSERT INTO check_in (id, person, day, at, place, progress, undone) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
		func(r *floorRows, at int64) []any {
			return []any{r.id, r.person, floorDay, at, sealedBytes("广州"), sealedBytes(r.text)}
		}},
	{`INSERT INTO audit (id, at, person, act, subject, outcome, clause, ref, mac) VALUES ($1, $2, $3, '签到', $4, 'done', '2-4', $5, $6)`,
		func(r *floorRows, at int64) []any {
			return []any{r.id, at, r.person, floorDay, r.message, sealedBytes("")}
		}},
	{`INSERT INTO undo (id, person, command, ref, at, told, undone) VALUES ($1, $2, '签到', $1, $3, '', 0)`,
		func(r *floorRows, at int64) []any { return []any{r.id, r.person, at} }},
	{`INSERT INTO outbox (id, key, platform, grp, address, person, class, secret, state, due, created, tries, first_try, content, print, error, done)
		VALUES ($1, $2, $3, 0, $4, $4, 0, 0, 'waiting', $5, $5, 0, $5, $6, $7, '', 0)`,
		func(r *floorRows, at int64) []any {
			return []any{r.id, "answer/" + r.message, feishu.Name, r.person, at, sealedBytes(r.text + r.text), sealedBytes("")}
		}},
}

// floorSent marks an answer as sent.
const floorSent = `UPDATE outbox SET state = 'sent', done = $1, tries = tries + 1, content = NULL, payload = NULL, print = NULL WHERE id = $2`

const floorDay = "2026-11-24"

// sealedBytes is as long as text is when it rests sealed.
func sealedBytes(text string) []byte { return append(make([]byte, 36), text...) }

// floorPlan is the statements of the floor, prepared on a database.
type floorPlan struct {
	db         *sql.DB
	statements []*sql.Stmt
	sent       *sql.Stmt
}

func planFloor(db *sql.DB) (p floorPlan, err error) {
	p.db = db
	p.sent, err = db.Prepare(floorSent)
	for i := 0; i < len(floorStatements) && err == nil; i++ {
		var s *sql.Stmt
		s, err = db.Prepare(floorStatements[i].query)
		p.statements = append(p.statements, s)
	}
	return p, err
}

// write commits whatever waits.
func (f *floor) write(tb testing.TB, db *sql.DB) {
	plan, err := planFloor(db)
	if err != nil {
		tb.Error(err)
		return
	}
	for first := range f.rows {
		batch := []*floorRows{first}
		for more := true; more && len(batch) < 256; {
			select {
			case r, open := <-f.rows:
				if more = open; open {
					batch = append(batch, r)
				}
			default:
				more = false
			}
		}
		err := plan.commit(batch)
		for _, r := range batch {
			r.done <- err
		}
	}
}

func (p floorPlan) commit(batch []*floorRows) error {
	tx, err := p.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	at := time.Now().UnixMilli()
	run := func(s *sql.Stmt, args ...any) error {
		rows, err := tx.Stmt(s).Query(args...)
		if err != nil {
			return err
		}
		for rows.Next() {
		}
		return errors.Join(rows.Err(), rows.Close())
	}
	for _, r := range batch {
		if r.sent {
			err = run(p.sent, at, r.id)
		}
		for i := 0; i < len(p.statements) && err == nil && !r.sent; i++ {
			err = run(p.statements[i], floorStatements[i].args(r, at)...)
		}
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (f *floor) send() {
	for r := range f.answers {
		body := fmt.Sprintf(`{"receive_id":%q,"msg_type":"text","content":"{\"text\":\"签到成功\"}"}`, r.person)
		resp, err := f.client.Post(f.platform+"/open-apis/im/v1/messages?receive_id_type=open_id", "application/json", strings.NewReader(body))
		if err != nil {
			continue // the crowd misses its answer
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		f.rows <- &floorRows{id: r.id, sent: true, done: make(chan error, 1)} // nobody waits for it
	}
}
