package rulebook

import (
	"strings"
	"testing"

	"marketbot/store"
)

// What each deed makes of each state: the state's place among
// store.ContractStates, 0 where it cannot be done. The columns are
// 领 报 签 档 退 废 终 失 撤 烧.
func TestContractStates(t *testing.T) {
	for d, row := range map[Deed]string{
		DeedReport:   "2200000000",
		DeedSign:     "3300000000",
		DeedAmend:    "1234000000",
		DeedHandOver: "1234000000",
		DeedEnd:      "0077000000",
		DeedFile:     "0040000000",
		DeedLend:     "0004000000",
		DeedGiveBack: "0000000000", // nothing is on loan
		DeedReturn:   "5500000000",
		DeedSpoil:    "6600000000",
		DeedLose:     "8888888000",
		DeedFind:     "0000000300", // it was signed when it was lost
		DeedExplain:  "123456780T",
		"unknown":    "0000000000",
	} {
		for i, from := range store.ContractStates {
			c := store.Contract{State: from}
			if from == store.ContractLost {
				c.LostFrom = store.ContractSigned
			}
			to, ok := NextState(d, c)
			want := strings.IndexByte("0123456789T", row[i]) - 1
			if ok != (want >= 0) || ok && to != store.ContractStates[want] {
				t.Errorf("%s of %s: %s %v", d, from, to, ok)
			}
		}
	}
	lent := store.Contract{State: store.ContractArchived, Borrower: "b"}
	if _, ok := NextState(DeedLend, lent); ok {
		t.Error("lent twice")
	}
	if to, ok := NextState(DeedGiveBack, lent); !ok || to != store.ContractArchived {
		t.Error("not given back")
	}
}

// Whose each deed is, before the signature and after: holder, then
// 董 总 助 监 主 业 其, then 档案员 and 财务 of the lowest post.
func TestWhoDoesWhatToContracts(t *testing.T) {
	people := []store.Person{{ID: "holder", Post: store.Salesperson}}
	for _, post := range store.Posts {
		people = append(people, store.Person{ID: "p", Post: post})
	}
	for _, duty := range []store.Duty{store.Archivist, store.Accountant} {
		people = append(people, store.Person{ID: "p", Post: store.OtherEmployee, Duties: []store.Duty{duty}})
	}
	signed := store.Contract{Holder: "holder", State: store.ContractSigned, Signed: "2026-11-20"}
	unsigned := store.Contract{Holder: "holder", State: store.ContractReported}
	for d, rows := range map[Deed][3]string{
		DeedReport:   {"y---------", "y---------", "持有人"},
		DeedAmend:    {"y---------", "----yy----", "市场总监、市场主管"},
		DeedHandOver: {"----yy----", "----yy----", "市场总监、市场主管"},
		DeedEnd:      {"--y-y-----", "--y-y-----", "总经理、市场总监"},
		DeedFile:     {"--y-y---y-", "--y-y---y-", "档案员（没有档案员时市场总监）"},
		DeedLose:     {"y-y-y---y-", "y-y-y---y-", "持有人、档案员（没有档案员时市场总监）"},
		DeedExplain:  {"yyyyyy--yy", "yyyyyy--yy", "持有人、执行董事、总经理、总经理助理、市场总监、市场主管、档案员、财务"},
	} {
		for i, p := range people {
			if got := DoesContract(d, p, unsigned); got != (rows[0][i] == 'y') {
				t.Errorf("%s before the signature by %d: %v", d, i, got)
			}
			if got := DoesContract(d, p, signed); got != (rows[1][i] == 'y') {
				t.Errorf("%s after the signature by %d: %v", d, i, got)
			}
		}
		if got := DeedWords(d, signed); got != rows[2] {
			t.Errorf("%s: %s", d, got)
		}
	}
	for view, who := range map[ContractView]string{
		ContractWhole: "yyyyyy---y", ContractPaper: "yyyyyy--yy", ContractOutline: "yyyyyy--yy",
	} {
		for i, p := range people {
			if got := ViewContract(p, signed, false) >= view; got != (who[i] == 'y') {
				t.Errorf("view %d of %d: %v", view, i, got)
			}
		}
	}
	if ViewContract(people[6], store.Contract{Customer: "K1"}, true) != ContractOutline || ViewContract(people[6], store.Contract{}, true) != ContractHidden {
		t.Error("who reads the customer sees more or less than the outline")
	}
}

// The original of what was signed before the National Day holiday of 2026 is owed
// after it; the make-up Saturday is a working day.
func TestWorkingDaysLater(t *testing.T) {
	cal, err := NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		day, want store.Day
		n         int
	}{
		{"2026-09-29", "2026-10-09", 3}, {"2026-10-09", "2026-10-10", 1}, {"2026-11-27", "2026-12-02", 3}, {"2026-11-28", "2026-11-30", 1},
		{"2026-11-27", "2026-11-27", 0}, {"2026-12-31", "2027-01-04", 1}, {"2027-04-30", "2027-05-03", 1},
	} {
		if got := cal.Later(c.day, c.n); got != c.want {
			t.Errorf("%d working days after %s: %s, want %s", c.n, c.day, got, c.want)
		}
		if got := cal.WorkingDays(c.day, c.want); got != c.n {
			t.Errorf("%d working days from %s to %s", got, c.day, c.want)
		}
	}
	if cal.WorkingDays("2026-12-02", "2026-11-27") != 0 {
		t.Error("days before")
	}
	off, err := NewCalendar(allOff())
	if err != nil || off.Later("2026-01-01", 3) != "2026-01-04" {
		t.Error("hangs on a calendar without a working day", err)
	}
}

// allOff is a table of years without a working day.
func allOff() []byte {
	b := []byte(`{"year":2026,"days":[`)
	for i := range 800 {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":"x","isOffDay":true,"date":"`+string(store.Day("2026-01-01").Add(i))+`"}`...)
	}
	return append(b, "]}"...)
}
