package customer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"marketbot/store"
)

// quietWords are those of a line about a customer without progress.
var quietWords = regexp.MustCompile(`公司(\d+) (?:没有负责人，)?(\d+) 天没有进展`)

// Histories through the real store: customers reach 7, 15 and 30 days while
// their owner and the supervisor are on leave and the bot is down. Each step
// that lasts is told once, with the true number of days, to somebody there.
func TestHistories(t *testing.T) {
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { aHistory(t, rand.New(rand.NewPCG(1, seed))) })
	}
}

func aHistory(t *testing.T, r *rand.Rand) {
	const days = 22
	config := Defaults()
	config.StaleDays, config.QuietDays = 0, []int{3, 6, 10}
	o := openOffice(t, config)
	begin := o.Now
	away := map[string][days]bool{}
	for _, name := range []string{"张伟", "李娜"} {
		for range r.IntN(3) {
			first, long := r.IntN(days), r.IntN(13)
			is := away[name]
			for d := first; d <= first+long && d < days; d++ {
				is[d] = true
			}
			away[name] = is
			o.Update(func(ctx context.Context, tx *store.Tx) error {
				return tx.Leaves().Add(ctx, store.Leave{ID: tx.NewID(o.Now), Person: o.People[name].ID, By: o.People[name].ID, Entered: o.Now,
					First: store.DayOf(begin.AddDate(0, 0, first)), Last: store.DayOf(begin.AddDate(0, 0, min(days-1, first+long)))})
			})
		}
	}
	down := map[int]bool{}
	for range r.IntN(11) {
		down[r.IntN(days)] = true
	}
	n := 1 + r.IntN(4)
	for i := range n {
		o.Customer(fmt.Sprintf("公司%d", i), []string{"张伟", ""}[r.IntN(2)])
	}
	heard := map[string]int{} // customer and step: times
	for d := range days {
		if down[d] {
			continue
		}
		o.Now = time.Date(begin.Year(), begin.Month(), begin.Day()+d, 9, 40, 0, 0, zone)
		for name, words := range o.Told(o.Daily()) {
			if away[name][d] {
				t.Fatalf("day %d: %s is on leave and told %s", d, name, words)
			}
			for _, m := range quietWords.FindAllStringSubmatch(words, -1) {
				customer, said := m[1], m[2]
				if said != strconv.Itoa(d) {
					t.Fatalf("day %d: %s", d, m[0])
				}
				step := 3
				for _, s := range config.QuietDays {
					if d >= s {
						step = s
					}
				}
				if heard[customer+"/"+strconv.Itoa(step)]++; heard[customer+"/"+strconv.Itoa(step)] > 1 {
					t.Fatalf("day %d: told twice: %s", d, strings.TrimSpace(words))
				}
			}
		}
	}
	free := false // a morning after 10 days on which somebody could hear
	for d := 10; d < days; d++ {
		free = free || !down[d] && !away["张伟"][d]
	}
	for i := range n {
		if free && heard[fmt.Sprint(i, "/10")] != 1 {
			t.Fatalf("公司%d at 10 days is skipped for good: %v", i, heard)
		}
	}
}
