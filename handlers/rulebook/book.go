package rulebook

import (
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"marketbot/handlers/text"
	"marketbot/store"
)

// EditionKind is what an edition asks of people, as the settings say it.
type EditionKind string

// The kinds of edition.
const (
	Substantial EditionKind = "实质" // everybody confirms it
	Editorial   EditionKind = "文字" // nobody does
)

// Edition is the wording of the rule book from a day on, which is its name, too.
type Edition struct {
	From    store.Day         `yaml:"from"`
	Kind    EditionKind       `yaml:"kind"`
	Clauses map[string]string `yaml:"clauses"` // what it words anew, by number
	// What the new words steer, from the week or the day on that they hold.
	Due    Dues   `yaml:"due"`    // 会-3
	Notice string `yaml:"notice"` // 2-7, like leaving.notice of the settings; empty: as before
	// CheckIns is how often a day of a trip asks for one at least (2-4), ArchiveDays within how many
	// working days the original is handed in (2-5), like contracts.archive_days; 0: as before.
	CheckIns    int `yaml:"check_ins"`
	ArchiveDays int `yaml:"archive_days"`
}

// Dues are when the reports are due (会-3); nil: as before.
type Dues struct {
	Report       *Moment `yaml:"weekly_report"`
	Consolidated *Moment `yaml:"consolidated"`
}

// Book is the rule book through time: the editions after the built-in one, oldest
// first. The built-in one holds from ever, under the name of Version.
type Book []Edition

// upTo are the editions that hold or held by a day, the built-in one first.
func (b Book) upTo(day store.Day) []Edition {
	list := []Edition{{From: Version, Kind: Substantial}}
	for _, e := range b {
		if e.From <= day {
			list = append(list, e)
		}
	}
	return list
}

// On is the edition that holds on a day.
func (b Book) On(day store.Day) Edition {
	list := b.upTo(day)
	return list[len(list)-1]
}

// Asked are the editions that somebody may have confirmed for nothing to be asked of
// them on a day: the last one of substance, and those after it.
func (b Book) Asked(day store.Day) []Edition {
	list := b.upTo(day)
	for i := len(list) - 1; ; i-- {
		if list[i].Kind == Substantial { // the first one is
			return list[i:]
		}
	}
}

// Names are the names of editions.
func Names(list []Edition) []string {
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = string(e.From)
	}
	return names
}

// Clauses is the wording that holds on a day.
func (b Book) Clauses(day store.Day) []Clause {
	list := slices.Clone(Clauses)
	for _, e := range b.upTo(day) {
		for i := range list {
			if said, ok := e.Clauses[list[i].Number]; ok {
				list[i].Text = said
			}
		}
	}
	return list
}

// Change is a clause that an edition words anew.
type Change struct {
	Clause
	Old string // what it said before
}

// Changes are the clauses that an edition words anew, in their order.
func (b Book) Changes(e Edition) (list []Change) {
	before := b.Clauses(e.From.Add(-1))
	for i, c := range b.Clauses(e.From) {
		if _, ok := e.Clauses[c.Number]; ok {
			list = append(list, Change{c, before[i].Text})
		}
	}
	return list
}

// Reworded is the edition that worded a clause last by a day, and what the clause said
// before; false while it is worded as at first.
func (b Book) Reworded(number string, day store.Day) (from store.Day, old string, ok bool) {
	list := b.upTo(day)
	for i := len(list) - 1; i >= 0; i-- {
		for _, c := range b.Changes(list[i]) {
			if c.Number == number {
				return list[i].From, c.Old, true
			}
		}
	}
	return "", "", false
}

// steered are the schedules of a week under the edition that holds when it begins.
func (r Rules) steered(w store.Week) (report, consolidated Schedule) {
	report, consolidated = r.Report, r.Consolidated
	for _, e := range r.Book.upTo(store.DayOf(w.Monday(time.UTC))) {
		if e.Due.Report != nil {
			report.Due = *e.Due.Report
		}
		if e.Due.Consolidated != nil {
			consolidated.Due = *e.Due.Consolidated
		}
	}
	return report, consolidated
}

// Notice is how long before they go people say so on a day; set is what the settings
// say for the first edition.
func (b Book) Notice(day store.Day, set string) string {
	for _, e := range b.upTo(day) {
		if e.Notice != "" {
			set = e.Notice
		}
	}
	return set
}

// CheckIns is how often a day of a trip asks for a check-in at least; 0: as the first
// edition says, once or twice.
func (b Book) CheckIns(day store.Day) int {
	return b.figure(day, 0, func(e Edition) int { return e.CheckIns })
}

// ArchiveDays is within how many working days the original of what is signed on a day is
// handed in; set is what the settings say for the first edition.
func (b Book) ArchiveDays(day store.Day, set int) int {
	return b.figure(day, set, func(e Edition) int { return e.ArchiveDays })
}

// figure is a number as the last edition by a day says that has one.
func (b Book) figure(day store.Day, set int, of func(Edition) int) int {
	for _, e := range b.upTo(day) {
		if n := of(e); n != 0 {
			set = n
		}
	}
	return set
}

// Instead is what holds on a day in place of a setting, by its name, and since when;
// false where the setting does.
func (b Book) Instead(setting string, day store.Day) (value string, from store.Day, ok bool) {
	for _, e := range b.upTo(day) {
		said := ""
		switch {
		case setting == "schedule.weekly_report.due" && e.Due.Report != nil:
			said = e.Due.Report.String()
		case setting == "schedule.consolidated.due" && e.Due.Consolidated != nil:
			said = e.Due.Consolidated.String()
		case setting == "leaving.notice":
			said = e.Notice
		case setting == "contracts.archive_days" && e.ArchiveDays != 0:
			said = strconv.Itoa(e.ArchiveDays)
		}
		if said != "" {
			value, from, ok = said, e.From, true
		}
	}
	return value, from, ok
}

// maxClause is how long a clause may be, in characters.
const maxClause = 500

// Problem is what is wrong with the edition of an index, for people; empty when all
// is well with all.
func (b Book) Problem() (at int, problem string) {
	for i, e := range b {
		switch {
		case e.From.Start(time.UTC).IsZero():
			return i, fmt.Sprintf("from 写生效的那天，如 2027-01-01，不能是 %q", string(e.From))
		case e.From <= Version:
			return i, fmt.Sprintf("%s 是程序自带的那一版，from 要比它晚，不能是 %s", Version, string(e.From))
		case i > 0 && e.From <= b[i-1].From:
			return i, fmt.Sprintf("from 要一版比一版晚：%s 在 %s 后面", string(e.From), string(b[i-1].From))
		case e.Kind != Substantial && e.Kind != Editorial:
			return i, fmt.Sprintf("kind 写 实质（每个人确认一次）或 文字（不用确认），不能是 %q", string(e.Kind))
		case len(e.Clauses) == 0:
			return i, "clauses 里至少写一条改了的条款，如 会-3: 新的全文"
		}
		if problem := e.steering(); problem != "" {
			return i, problem
		}
		for number, said := range e.Clauses {
			if c, ok := ByNumber(number); !ok || c.Number != number {
				return i, fmt.Sprintf("没有条款 %q；条号写成 2-4、档-6、会-3", number)
			}
			if n := utf8.RuneCountInString(said); !text.HasWords(said) || text.Line(said) != said || n > maxClause {
				return i, fmt.Sprintf("%s 要写成一段，最多 %d 个字", number, maxClause)
			}
		}
	}
	return 0, ""
}

// The most that an edition may ask for: of check-ins a day, of days to hand an original in.
const (
	maxCheckIns    = 9
	maxArchiveDays = 365
)

// steering is what is wrong with what an edition steers, for people: it changes with
// the words that say so.
func (e Edition) steering() string {
	for _, s := range []struct {
		key, clause string
		steers      bool
	}{
		{"due", "会-3", e.Due != (Dues{})}, {"notice", "2-7", e.Notice != ""},
		{"check_ins", "2-4", e.CheckIns != 0}, {"archive_days", "2-5", e.ArchiveDays != 0},
	} {
		if _, worded := e.Clauses[s.clause]; s.steers && !worded {
			return fmt.Sprintf("改了 %s，clauses 里要有 %s 的新全文", s.key, s.clause)
		}
	}
	switch _, err := ParseLeavingNotice(e.Notice); {
	case e.Notice != "" && err != nil:
		return fmt.Sprintf("notice 写 1 month 或 30 days 这样的时间，不能是 %q", e.Notice)
	case e.CheckIns < 0 || e.CheckIns > maxCheckIns:
		return fmt.Sprintf("check_ins 是出差一天至少签到几次，写 1 到 %d，不能是 %d", maxCheckIns, e.CheckIns)
	case e.ArchiveDays < 0 || e.ArchiveDays > maxArchiveDays:
		return fmt.Sprintf("archive_days 是签订后几个工作日内交原件，写 1 到 %d，不能是 %d", maxArchiveDays, e.ArchiveDays)
	}
	return ""
}
