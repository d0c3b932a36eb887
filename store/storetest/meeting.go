package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/store"
)

var meetingTime = time.UnixMilli(time.Date(2026, 12, 2, 6, 0, 0, 0, time.UTC).UnixMilli())

// AMeeting is a meeting with every field filled, number n.
func AMeeting(n int, words string) store.Meeting {
	return store.Meeting{
		Code: fmt.Sprint("M", n), Kind: store.RegularMeeting, State: store.MeetingClosed, Opened: meetingTime,
		Topic: words, Opener: "p", Group: true, Minutes: 2, First: meetingTime, Closed: meetingTime.Add(time.Hour), Closer: "q", Why: words,
	}
}

// AnItem is an item of meeting n with every field filled.
func AnItem(n int, words string) store.AgendaItem {
	return store.AgendaItem{
		Code: fmt.Sprint("Y", n), Meeting: fmt.Sprint("M", n), State: store.ItemShelved, Rank: 3, Source: words, Title: words,
		Lines: []store.ItemLine{{Person: "p", Text: words}, {Text: words}}, Maker: "p", Made: meetingTime, Decision: "D9", Owner: "q", Due: "2026-12-20", Why: words,
		Shelved: 2, By: "q", At: meetingTime,
	}
}

// ADecision is a decision with every field filled, number n.
func ADecision(n int, words string) store.Decision {
	return store.Decision{
		Code: fmt.Sprint("D", n), State: store.DecisionDone, Owner: "p", Due: "2026-12-20", Words: words, Helpers: []string{"q", "r"}, First: "2026-12-10", Moved: 2,
		Meeting: fmt.Sprint("M", n), Item: fmt.Sprint("Y", n), Maker: "q", Made: meetingTime, Report: words, Claimed: meetingTime, Judge: "q", Done: meetingTime, Alone: true, Before: "s",
	}
}

// WriteMeeting stores s as every text of meeting i, its item and decision i and its
// minutes, and changes all that can be changed.
func WriteMeeting(ctx context.Context, tx *store.Tx, i int, s string) error {
	deed := func() store.MeetingAct {
		return store.MeetingAct{ID: tx.NewID(meetingTime), At: meetingTime, By: "p", Act: "决议", Words: s}
	}
	m, item, d := AMeeting(i, s), AnItem(i, s), ADecision(i, s)
	err := errors.Join(tx.Meetings().Add(ctx, m, deed()), tx.Agenda().Add(ctx, item, deed()), tx.Decisions().Add(ctx, d, deed()))
	if err != nil {
		return err
	}
	m.Version, item.Version, d.Version = 1, 1, 1
	ok1, err1 := tx.Meetings().Save(ctx, m, m, deed())
	ok2, err2 := tx.Agenda().Save(ctx, item, item, deed())
	ok3, err3 := tx.Decisions().Save(ctx, d, d, deed())
	if !ok1 || !ok2 || !ok3 {
		return errors.Join(errors.New("not saved"), err1, err2, err3)
	}
	note := store.MeetingNote{ID: tx.NewID(meetingTime), Meeting: m.Code, Item: item.Code, Kind: store.NoteTalk, Person: "p", By: "p", At: meetingTime, Words: s}
	return errors.Join(tx.Agenda().Note(ctx, note), tx.Meetings().Write(ctx, m.Code, 1, meetingTime, s))
}

// ReadMeeting reads back what WriteMeeting stored.
func ReadMeeting(ctx context.Context, tx *store.Tx, i int, got map[string]string) error {
	m, _, err := tx.Meetings().Get(ctx, fmt.Sprint("M", i))
	item, _, err1 := tx.Agenda().Get(ctx, fmt.Sprint("Y", i))
	d, _, err2 := tx.Decisions().Get(ctx, fmt.Sprint("D", i))
	acts, err3 := tx.Decisions().Acts(ctx, d.Code)
	notes, err4 := tx.Agenda().Notes(ctx, m.Code)
	minutes, _, err5 := tx.Meetings().Read(ctx, m.Code, 1)
	was, err7 := tx.Agenda().Was(ctx, item.Code, 2)
	if err := errors.Join(err, err1, err2, err3, err4, err5, err7); err != nil || len(item.Lines) != 2 || len(acts) != 2 || len(notes) != 1 {
		return fmt.Errorf("%+v, %+v, %+v, %w", item, acts, notes, err)
	}
	got["topic"], got["why not held"] = m.Topic, m.Why
	got["source"], got["title"], got["line"], got["line of nobody"], got["why shelved"], got["title before"] = item.Source, item.Title, item.Lines[0].Text, item.Lines[1].Text, item.Why, was.Title
	got["decision"], got["report of it"], got["decision before"], got["words of a decision's act"] = d.Words, d.Report, acts[1].Was.Words, acts[1].Words
	got["discussion"], got["minutes"] = notes[0].Words, minutes
	return nil
}
