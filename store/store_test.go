package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

var now = time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)

// Updates that share a commit fail alone: an error, a panic and a caller that
// goes away take nothing of their neighbours with them.
func TestUpdatesFailAlone(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		var done sync.WaitGroup
		for i := range 90 {
			done.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				err := db.Update(ctx, func(tx *store.Tx) error {
					if _, err := tx.Firings().Fire(context.WithoutCancel(ctx), fmt.Sprint("job", i), now, now, false); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return errors.New("no")
					case 2:
						panic("no")
					}
					return nil
				})
				if (err == nil) != (i%3 == 0) {
					t.Errorf("update %d: %v", i, err)
				}
			})
		}
		done.Wait()
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			fired, err := tx.Firings().Since(ctx, now)
			if len(fired) != 30 {
				t.Errorf("%d updates stayed, want 30", len(fired))
			}
			return err
		})
	})
}

// What is nested and fails takes only itself back.
func TestNested(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		var nested error
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Marks().Set(ctx, "outer", now); err != nil {
				return err
			}
			nested = tx.Nested(ctx, func() error {
				if err := tx.Marks().Set(ctx, "inner", now); err != nil {
					return err
				}
				panic("no")
			})
			return nil
		})
		if p := new(store.PanicError); !errors.As(nested, &p) || store.Broken(nested) {
			t.Errorf("nested panic came as %v", nested)
		}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			outer, err := tx.Marks().At(ctx, "outer")
			inner, err2 := tx.Marks().At(ctx, "inner")
			if !outer.Equal(now) || !inner.IsZero() {
				t.Errorf("outer %v, inner %v", outer, inner)
			}
			return errors.Join(err, err2)
		})
	})
}

// An update that lets the error of a statement pass keeps the rest, whatever the
// statement left behind: behind a savepoint, so it runs once more.
func TestFailedStatement(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	runs := 0
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		runs++
		li := store.Person{ID: "li", Name: "李雷", Post: store.Salesperson, Since: now}
		if err := tx.People().Add(ctx, li); err != nil {
			return err
		}
		if err := tx.People().Add(ctx, li); err == nil {
			t.Error("somebody was added twice")
		}
		return nil
	})
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, found, err := tx.People().ByID(ctx, "li")
		if runs != 2 || !found {
			t.Errorf("ran %d times, found %v", runs, found)
		}
		return err
	})
}

// A second process on a store that is served is refused.
func TestSecondProcess(t *testing.T) {
	o := storetest.Options(t, storetest.SQLite)
	db := storetest.Reopen(t, o)
	if second, err := store.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "in use") {
		second.Close()
		t.Errorf("second open: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(*store.Tx) error { return nil }); err == nil {
		t.Error("a closed store took an update")
	}
	storetest.Reopen(t, o).Close()
}

// What people write comes back byte for byte, and rests unreadable.
func TestSealedText(t *testing.T) {
	texts := []string{"拜访客户13800000000", "a\x00b", "\xff\xfe broken", "", " \u3000\u200b", strings.Repeat("长", 100_000)}
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		for i, text := range texts {
			person := fmt.Sprint("p", i)
			var got store.Dialog
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				return tx.Dialogs().Ask(ctx, person, store.Dialog{Line: text, Prefix: "x", Expires: now.Add(time.Hour)})
			})
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
				got, _, err = tx.Dialogs().Take(ctx, person, now)
				return err
			})
			if got.Line != text {
				t.Errorf("%q came back as %q", text, got.Line)
			}
		}
	})
}

// Bits that change at rest are found when they are read: a sealed text does
// not open, an audit entry is named.
func TestTampering(t *testing.T) {
	o := storetest.Options(t, storetest.SQLite)
	db := storetest.Reopen(t, o)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		for i := range 20 {
			a := ledger.Entry{ID: fmt.Sprintf("a%02d", i), At: now, Person: "p", Act: "签到", Outcome: ledger.Done}
			if err := errors.Join(tx.Audit().Record(ctx, a), tx.Dialogs().Ask(ctx, fmt.Sprint("p", i), store.Dialog{Line: "secret", Expires: now.Add(time.Hour)})); err != nil {
				return err
			}
		}
		return nil
	})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", o.Source)
	if err != nil {
		t.Fatal(err)
	}
	flipped := 0
	for i := range 20 {
		person := fmt.Sprint("p", i)
		var line []byte
		if err := raw.QueryRow(`SELECT line FROM dialog WHERE person = $1`, person).Scan(&line); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(line, []byte("secret")) {
			t.Fatal("a sealed text rests readable")
		}
		line[i*len(line)/20] ^= 1 << (i % 8)
		if _, err := raw.Exec(`UPDATE dialog SET line = $1 WHERE person = $2`, line, person); err != nil {
			t.Fatal(err)
		}
		flipped++
	}
	if _, err := raw.Exec(`UPDATE audit SET person = 'q' WHERE id = 'a07'`); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}

	db = storetest.Reopen(t, o)
	defer db.Close()
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		tail, forged, err := tx.Audit().Tail(ctx, 100)
		if len(tail) != 20 || !cmp.Equal(forged, []string{"a07"}) {
			t.Errorf("%d entries, forged %v", len(tail), forged)
		}
		return err
	})
	for i := range flipped {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, _, err := tx.Dialogs().Take(t.Context(), fmt.Sprint("p", i), now)
			if len(tx.Damaged()) != 1 {
				t.Errorf("flipped bit in byte %d of 20 was not found", i)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

var errUndo = errors.New("opened")

// What was sealed under an old key opens while that key is configured.
func TestKeys(t *testing.T) {
	o := storetest.Options(t, storetest.SQLite)
	old, fresh := store.NewSecretKey(), store.NewSecretKey()
	entry := ledger.Entry{ID: "a", At: now, Act: "签到", Outcome: ledger.Done}
	for _, step := range []struct {
		keys  []string
		write bool
		opens bool
	}{{[]string{old}, true, true}, {[]string{fresh, old}, false, true}, {[]string{fresh}, false, false}} {
		seals, err := store.NewSealer(step.keys[0], step.keys[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		o.Seals = seals
		ctx := t.Context()
		db, err := store.Open(ctx, o)
		if !step.opens {
			var unfit *store.UnfitError
			if !errors.As(err, &unfit) || unfit.Why != store.OtherKey {
				t.Errorf("without the old key: %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(ctx, func(tx *store.Tx) error {
			if step.write {
				return errors.Join(tx.Audit().Record(ctx, entry), tx.Dialogs().Ask(ctx, "p", store.Dialog{Line: "text", Expires: now.Add(time.Hour)}))
			}
			_, forged, err := tx.Audit().Tail(ctx, 1)
			if (len(forged) == 0) != step.opens {
				t.Errorf("keys %d: forged %v", len(step.keys), forged)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if !step.write {
			err := db.Update(ctx, func(tx *store.Tx) error {
				d, _, err := tx.Dialogs().Take(ctx, "p", now)
				if err == nil && d.Line == "text" {
					err = errUndo // leave it for the next step
				}
				return err
			})
			if errors.Is(err, errUndo) != step.opens {
				t.Errorf("keys %d: %v", len(step.keys), err)
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "short", strings.Repeat("A", 43)} {
		if _, err := store.NewSealer(bad); err == nil || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("key %q: %v", bad, err)
		}
	}
}

// An event is taken once, by its id; a press once within a double click.
func TestReceive(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		ctx := context.Background()
		take := func(id, act string, at time.Time) (fresh bool) {
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
				fresh, err = tx.Inbox().Receive(ctx, store.Received{Platform: "x", ID: id, Act: act, At: at}, 3*time.Second)
				return err
			})
			return fresh
		}
		for i, step := range []struct {
			id, act string
			after   time.Duration
			want    bool
		}{
			{"1", "", 0, true}, {"1", "", time.Hour, false}, {"2", "", 0, true},
			{"3", "a", 0, true}, {"4", "a", time.Second, false}, {"5", "b", time.Second, true},
			{"6", "a", -time.Second, false}, {"7", "a", 10 * time.Second, true}, {"7", "a", time.Hour, false},
		} {
			if got := take(step.id, step.act, now.Add(step.after)); got != step.want {
				t.Errorf("step %d: fresh %v, want %v", i, got, step.want)
			}
		}
		var clicks sync.WaitGroup
		var mu sync.Mutex
		effects := 0
		for i := range 20 {
			clicks.Go(func() {
				err := db.Update(ctx, func(tx *store.Tx) error {
					fresh, err := tx.Inbox().Receive(ctx, store.Received{Platform: "x", ID: fmt.Sprint("click", i), Act: "same", At: now}, 3*time.Second)
					mu.Lock()
					defer mu.Unlock()
					if fresh {
						effects++
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		clicks.Wait()
		if effects != 1 {
			t.Errorf("20 clicks at once had %d effects", effects)
		}
	})
}

// Once-things happen once, however many ask at the same time.
func TestOnce(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return tx.Dialogs().Offer(ctx, store.Confirmation{Code: "A1", Person: "p", Line: "上报", Version: "v", Expires: now.Add(time.Hour)})
		})
		var mu sync.Mutex
		count := map[string]int{}
		codes := map[string]bool{}
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				ctx := context.Background()
				err := db.Update(ctx, func(tx *store.Tx) error {
					fired, err := tx.Firings().Fire(ctx, "job", now, now, false)
					_, confirmed, err2 := tx.Dialogs().Confirm(ctx, "A1", "p", now)
					owed, err3 := tx.Outbox().Enqueue(ctx, &store.Outgoing{ID: tx.NewID(now), Key: "k", Due: now, Created: now})
					code, err4 := tx.NextCode(ctx, "A")
					mu.Lock()
					defer mu.Unlock()
					for name, yes := range map[string]bool{"fired": fired, "confirmed": confirmed, "owed": owed} {
						if yes {
							count[name]++
						}
					}
					codes[code] = true
					return errors.Join(err, err2, err3, err4)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if want := map[string]int{"fired": 1, "confirmed": 1, "owed": 1}; !cmp.Equal(count, want) || len(codes) != 30 {
			t.Errorf("happened %v times, %d codes", count, len(codes))
		}
	})
}

// What was cancelled is confirmed by nothing any more, not even by a click that
// was made before and arrives after.
func TestCancelledOffer(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			err := tx.Dialogs().Offer(ctx, store.Confirmation{Code: "A1", Person: "p", Line: "上报", Expires: now.Add(time.Hour)})
			_, _, err2 := tx.Dialogs().Cancel(ctx, "A1", "p", now)
			_, confirmed, err3 := tx.Dialogs().Confirm(ctx, "A1", "p", now.Add(-time.Second))
			if confirmed {
				t.Error("confirmed although cancelled")
			}
			return errors.Join(err, err2, err3)
		})
	})
}

// What was delivered or given up keeps no words.
func TestOutboxForgets(t *testing.T) {
	o := storetest.Options(t, storetest.SQLite)
	db := storetest.Reopen(t, o)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		for _, id := range []string{"1", "2", "3"} {
			if _, err := tx.Outbox().Enqueue(ctx, &store.Outgoing{ID: id, Key: id, Due: now, Created: now, Content: []byte("words")}); err != nil {
				return err
			}
			if err := tx.Outbox().Freeze(ctx, id, []byte("bytes"), now); err != nil {
				return err
			}
		}
		return errors.Join(tx.Outbox().Sent(ctx, "1", "", now), tx.Outbox().DeadLetter(ctx, "2", "gone", now))
	})
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		waiting, err := tx.Outbox().Waiting(ctx, now, 10)
		if len(waiting) != 1 || string(waiting[0].Content) != "words" || string(waiting[0].Payload) != "bytes" {
			t.Errorf("waiting %+v", waiting)
		}
		return err
	})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", o.Source)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var kept int
	if err := raw.QueryRow(`SELECT COUNT(*) FROM outbox WHERE state <> 'waiting' AND (content IS NOT NULL OR payload IS NOT NULL)`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d delivered messages keep words: %v", kept, err)
	}
}

// What no column can hold is not found, on both databases alike.
func TestLookUpHostileWords(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		for _, word := range []string{"a\x00b", "\xff", "'; DROP TABLE person; --", ""} {
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				_, named, err := tx.People().Named(ctx, word)
				_, stopped, err2 := tx.People().StoppedNamed(ctx, word)
				_, reported, err3 := tx.Reports().ByID(ctx, word)
				if named || stopped || reported {
					t.Errorf("%q was found", word)
				}
				return errors.Join(err, err2, err3)
			})
		}
	})
}

func TestWeeks(t *testing.T) {
	for day, want := range map[string]string{
		"2026-11-27": "第48周（11-23 至 11-29）", "2027-01-01": "第53周（12-28 至 01-03）", "2024-12-30": "第1周（12-30 至 01-05）",
	} {
		w := store.WeekOf(store.Day(day).Start(time.UTC))
		back, err := store.ParseWeek(w.Key())
		if w.String() != want || back != w || err != nil || w.Add(1).Add(-1) != w {
			t.Errorf("%s: %s, %v, %v", day, w, back, err)
		}
	}
	if got := store.Day("2026-11-27").String(); got != "11月27日 周五" {
		t.Error(got)
	}
}

// BenchmarkWrites is durable updates of 64 writers beside the bare fdatasync of
// the same run (goal: 7 times as many a second): of a check-in, and of a message,
// which has the most columns and indexes.
func BenchmarkWrites(b *testing.B) {
	b.Run("floor", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		for range b.N {
			if _, err := f.WriteAt(make([]byte, 4096), 0); err != nil {
				b.Fatal(err)
			}
			if err := syscall.Fdatasync(int(f.Fd())); err != nil {
				b.Fatal(err)
			}
		}
	})
	writes := func(what string, write func(context.Context, *store.Tx) error) {
		b.Run("64-writers/"+what, func(b *testing.B) {
			db := storetest.Open(b, storetest.SQLite)
			b.SetParallelism(64 / runtime.GOMAXPROCS(0))
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := db.Update(b.Context(), func(tx *store.Tx) error { return write(b.Context(), tx) }); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
	writes("check-in", func(ctx context.Context, tx *store.Tx) error {
		return tx.CheckIns().Add(ctx, store.CheckIn{ID: tx.NewID(now), Person: tx.NewID(now), Day: store.DayOf(now), At: now, Place: "广州", Progress: "拜访客户三家"})
	})
	writes("message", owe)
}

func owe(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Outbox().Enqueue(ctx, &store.Outgoing{ID: tx.NewID(now), Key: tx.NewID(now), Due: now, Created: now})
	return err
}

// Any number of views may begin at once, all with a question that was never
// asked before.
func TestViewsAtOnce(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var begun, done sync.WaitGroup
		for i := range max(4, runtime.NumCPU()) { // as many as there are connections
			begun.Add(1)
			done.Go(func() {
				err := db.View(ctx, func(tx *store.Tx) error {
					begun.Done()
					begun.Wait() // every view has its connection
					_, _, err := tx.Audit().Tail(ctx, i)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		done.Wait()
	})
}

// What was learnt about a chat is kept by chat, the newest only.
func TestChatNotes(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		person, group := store.ChatNote{Platform: "wecom", Address: "A", Note: "1"}, store.ChatNote{Platform: "wecom", Group: true, Address: "A", Note: "2"}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(tx.Chats().Note(ctx, person), tx.Chats().Note(ctx, group), tx.Chats().Note(ctx, store.ChatNote{Platform: "other", Address: "A", Note: "3"}))
		})
		person.Note = "4"
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error { return tx.Chats().Note(ctx, person) })
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			list, err := tx.Chats().Notes(ctx, "wecom")
			if diff := cmp.Diff([]store.ChatNote{person, group}, list); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}
