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
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the floor's own, bare
)

// floor is the least that a bot with the same promises can do with a check-in,
// written by hand: verify, decrypt, decode, four rows by group commit,
// acknowledge, and one POST for the answer. What the bot does is measured
// against it, in the same run.
type floor struct {
	block    cipher.Block
	rows     chan *floorRows
	answers  chan string // to whom
	platform string
	client   *http.Client
}

type floorRows struct {
	id, person, text string
	done             chan error
}

func openFloor(tb testing.TB, platform string) (addr string) {
	key := sha256.Sum256([]byte(crowdKey))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		tb.Fatal(err)
	}
	f := &floor{block: block, rows: make(chan *floorRows, 256), answers: make(chan string, 256), platform: platform,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(tb.TempDir(), "floor.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	stopped := make(chan struct{})
	go func() { defer close(stopped); f.write(tb, db) }()
	for range 16 {
		go f.send()
	}
	s := httptest.NewServer(f)
	tb.Cleanup(func() {
		s.Close()
		close(f.rows)
		close(f.answers)
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
	rows := &floorRows{e.Event.Message.ID, e.Event.Sender.ID.Open, e.Event.Message.Content, make(chan error, 1)}
	f.rows <- rows
	if err := <-rows.done; err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	io.WriteString(w, "{}")
	f.answers <- rows.person
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

var floorTables = []string{"inbox", "effect", "audit", "outbox"}

// write commits whatever waits.
func (f *floor) write(tb testing.TB, db *sql.DB) {
	insert := make([]*sql.Stmt, len(floorTables))
	for i, table := range floorTables {
		_, err := db.Exec("CREATE TABLE " + table + " (id TEXT PRIMARY KEY, person TEXT NOT NULL, body TEXT NOT NULL)")
		if err == nil {
			insert[i], err = db.Prepare("INSERT INTO " + table + " (id, person, body) VALUES ($1, $2, $3)")
		}
		if err != nil {
			tb.Error(err)
			return
		}
		defer insert[i].Close()
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
		err := commit(db, insert, batch)
		for _, r := range batch {
			r.done <- err
		}
	}
}

func commit(db *sql.DB, insert []*sql.Stmt, batch []*floorRows) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, r := range batch {
		for _, stmt := range insert {
			if _, err := tx.Stmt(stmt).Exec(r.id, r.person, r.text); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

func (f *floor) send() {
	for person := range f.answers {
		body := fmt.Sprintf(`{"receive_id":%q,"msg_type":"text","content":"{\"text\":\"签到成功\"}"}`, person)
		resp, err := f.client.Post(f.platform+"/open-apis/im/v1/messages?receive_id_type=open_id", "application/json", strings.NewReader(body))
		if err != nil {
			continue // the crowd misses its answer
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}
