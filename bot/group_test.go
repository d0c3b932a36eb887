package main

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever is said in the group of a customer, the group hears of it what it hears of
// none: nothing that is guessed there comes from the files. No way to speak has a
// character that the names differ in.
func TestOffersInGroupTellNoCustomers(t *testing.T) {
	t.Parallel()
	w := newSpokenWorld(t)
	o := w.open(t)
	page := o.screens.(*page)
	hears := func(who, said string) string {
		page.read()
		before := len(page.lines)
		page.say(who, mentioned, said)
		o.deliver()
		page.read()
		var words []string
		for _, l := range page.lines[before:] {
			if l.Room == "#group" && l.From == "" {
				words = append(words, page.message(l).words())
			}
		}
		return changing.ReplaceAllString(strings.Join(words, "\n"), "…")
	}
	words := []string{"&", "&", "&的", "那边", "钱到了", "两万三", "23000", "电话", "什么情况", "转给", "刘洋", "说再考虑", "下周", "资料", "签了", "回了话", "合同", "跟进", "归谁管", "吗", "？", " ", "，"}
	rapid.Check(t, func(t *rapid.T) {
		said := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 6).Draw(t, "words"), "")
		who := rapid.SampledFrom([]string{"张伟", "李娜", "小林"}).Draw(t, "who")
		names := rapid.SampledFrom([][2]string{{"岭海", "穹海"}, {"云山", "芸山"}}).Draw(t, "names")
		var heard [2]string
		for i, name := range names {
			heard[i] = strings.ReplaceAll(hears(who, strings.ReplaceAll(said, "&", name)), name, "&")
		}
		if heard[0] != heard[1] {
			t.Fatalf("%s %q: of %s the group hears %q, of %s %q", who, said, names[0], heard[0], names[1], heard[1])
		}
		for _, sum := range []string{"两万三", "23000", "23,000"} {
			if strings.Contains(heard[0], sum) {
				t.Fatalf("%s %q: the group hears %q", who, said, heard[0])
			}
		}
	})
}
