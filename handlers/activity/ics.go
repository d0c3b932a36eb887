package activity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store"
)

// The recipes of the area's files: calendar:H3, and what
// [command.Call.Recipe] writes.
const (
	calendarRecipe = "calendar"
	sheetRecipe    = "activities"
	photoRecipe    = "photo"
)

// Files are the files that the area makes, by the name of their recipe.
func (h Handler) Files() map[string]command.Maker {
	return map[string]command.Maker{calendarRecipe: h.ics, sheetRecipe: h.excel, photoRecipe: h.photoFile}
}

// calendarFile is the file by which an activity comes into people's calendars.
func calendarFile(a store.Activity) chat.File {
	return chat.File{Name: a.Code + ".ics", Recipe: calendarRecipe + ":" + a.Code}
}

// ics makes the calendar entry of an activity: when it is, and what and where, but
// for one that is for customers, whom both may name.
func (h Handler) ics(ctx context.Context, tx *store.Tx, code string) ([]byte, error) {
	a, found, err := tx.Activities().Get(ctx, code)
	if err != nil {
		return nil, err
	}
	if !found || a.First == "" {
		return nil, errors.New("no activity with a time")
	}
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(folded(fmt.Sprintf(format, args...))) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//marketbot//CN")
	line("METHOD:PUBLISH")
	line("BEGIN:VEVENT")
	line("UID:%s-%d@marketbot", a.Code, a.Made.UnixMilli())
	line("SEQUENCE:%d", a.Moved)
	line("DTSTAMP:%s", utc(a.Made))
	if a.Timed {
		line("DTSTART:%s", utc(h.Rules.ActivityBegins(a)))
		line("DTEND:%s", utc(a.Ends))
	} else {
		line("DTSTART;VALUE=DATE:%s", strings.ReplaceAll(string(a.First), "-", ""))
		line("DTEND;VALUE=DATE:%s", strings.ReplaceAll(string(a.Last.Add(1)), "-", ""))
	}
	if len(a.Customers) > 0 || a.Contract != "" {
		line("SUMMARY:%s", escaped("活动 "+a.Code))
	} else {
		line("SUMMARY:%s", escaped("活动 "+a.Code+" "+a.Name))
		line("LOCATION:%s", escaped(a.Place))
	}
	line("END:VEVENT")
	line("END:VCALENDAR")
	return []byte(b.String()), nil
}

// utc is a moment as calendars write it.
func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// escaped is a text as a calendar holds it.
func escaped(s string) string {
	return strings.NewReplacer("\\", `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s)
}

// maxOctets is how long a line of a calendar is at most.
const maxOctets = 75

// folded is a line as it stands in a calendar: what is longer goes on in the next
// one, behind a blank, and no character is cut.
func folded(s string) string {
	var b strings.Builder
	size := 0
	for _, r := range s {
		n := len(string(r))
		if size+n > maxOctets {
			b.WriteString("\r\n ")
			size = 1
		}
		b.WriteRune(r)
		size += n
	}
	return b.String() + "\r\n"
}
