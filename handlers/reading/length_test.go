package reading

import (
	"errors"
	"testing"
	"time"
)

func TestReadLength(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"24小时": day, "24 小时": day, "２４小时": day, "二十四小时": day, "一个小时": time.Hour, "48h": 2 * day, "90分钟": 90 * time.Minute,
		"3天": 3 * day, "三天": 3 * day, "7日": 7 * day, "一周": 7 * day, "两个星期": 14 * day, "1周 吧": 7 * day,
		"半天": 12 * time.Hour, "半个小时": 30 * time.Minute, "半小时": 30 * time.Minute, "366天": 366 * day,
		"": 0, "天": 0, "3": 0, "3个": 0, "3天后": 0, "3天公司": 0, "A12": 0, "华东机电": 0, "-3天": 0, "3.5天": 0, "半": 0,
	} {
		got, _, err := Length(text)
		if got != want || (err == nil) != (want > 0) || err != nil && !errors.Is(err, ErrNone) {
			t.Errorf("Length(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"0天", "零小时", "367天", "53周", "999999999小时"} {
		var no Refusal
		if _, _, err := Length(text); !errors.As(err, &no) {
			t.Errorf("Length(%q): %v, want a refusal", text, err)
		}
	}
}

func FuzzReadLength(f *testing.F) {
	for _, s := range []string{"24小时", "三天", "半天", "一千周", "0天", "\xff", "３天\u200b", "半个"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, n, err := Length(text)
		if n < 0 || n > len(text) || (err == nil) != (d > 0) || d > longestLength {
			t.Errorf("Length(%q) = %v, %d, %v", text, d, n, err)
		}
		if err == nil {
			if again, _, err := Length(text[:n]); err != nil || again != d {
				t.Errorf("%q reads %v, but alone %q reads %v, %v", text, d, text[:n], again, err)
			}
		}
	})
}
