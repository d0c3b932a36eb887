package command

import "testing"

func TestVersionOf(t *testing.T) {
	for name, c := range map[string]struct {
		a, b []any
		same bool
	}{
		"same":     {[]any{"K1", 2}, []any{"K1", 2}, true},
		"number":   {[]any{"K1", 2}, []any{"K1", 3}, false},
		"moved":    {[]any{"K1", "2"}, []any{"K12", ""}, false},
		"order":    {[]any{"a", "b"}, []any{"b", "a"}, false},
		"a line":   {[]any{"a\nb"}, []any{"a", "b"}, false},
		"one more": {[]any{"a"}, []any{"a", ""}, false},
	} {
		if a, b := VersionOf(c.a...), VersionOf(c.b...); (a == b) != c.same || len(a) != 16 {
			t.Errorf("%s: %s and %s", name, a, b)
		}
	}
}

func TestConfirms(t *testing.T) {
	now, before := VersionOf("now"), VersionOf("before")
	for _, c := range []struct {
		confirmed          string
		confirms, outdated bool
	}{{"", false, false}, {now, true, false}, {before, false, true}} {
		call := &Call{Confirmed: c.confirmed}
		if call.Confirms(now) != c.confirms || call.Outdated(now) != c.outdated {
			t.Errorf("%+v: %v, %v", c, call.Confirms(now), call.Outdated(now))
		}
	}
	if a := Text("?").Preview(now); a.Confirm != now || a.Reply.Text != "?" {
		t.Errorf("preview %+v", a)
	}
}
