package command

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// VersionOf is the version of a preview: a digest of what it shows, so that it
// changes with any of that and tells nothing of it where it is kept. What was
// confirmed counts only while the version is still the same.
func VersionOf(shows ...any) string {
	sum := sha256.New()
	for _, one := range shows {
		fmt.Fprintf(sum, "%q\n", fmt.Sprint(one))
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// Confirms reports whether the caller has confirmed a preview of this version;
// if not, the answer is one: see [Answer.Preview].
func (c *Call) Confirms(version string) bool { return c.Confirmed == version }

// Outdated reports whether the caller has confirmed a preview of another
// version: what it showed is not true any more.
func (c *Call) Outdated(version string) bool { return c.Confirmed != "" && c.Confirmed != version }

// Preview makes an answer wait for 确认; nothing must have been changed yet. The
// version is of everything that it shows.
func (a *Answer) Preview(version string) *Answer {
	a.Confirm = version
	return a
}

// SinceFirstSaid is a version that keeps when it was shown: what is confirmed counts
// from then on, see [Call.AsFirstSaid].
func (c *Call) SinceFirstSaid(version string) string {
	return c.Now.Format(time.RFC3339Nano) + "|" + version
}

// AsFirstSaid is a call as it was when what it confirms was shown.
func (c *Call) AsFirstSaid() *Call {
	shown, _, _ := strings.Cut(c.Confirmed, "|")
	at, err := time.Parse(time.RFC3339Nano, shown)
	if err != nil {
		return c
	}
	first := *c
	first.Now = at.In(c.Now.Location())
	return &first
}
