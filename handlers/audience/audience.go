// Package audience answers one question for every area: who hears. It knows
// posts, leave, vacancy and the line (业务员 → 市场主管 → 市场总监 → 总经理 → 执行董事,
// 总则 R03), and makes [chat.Notice]s from there.
//
// A [Roll] is read once a transaction and holds everybody who is active and who
// of them is on leave; all that is asked of it afterwards is a pure function.
// Three questions, by what is to be said:
//
//   - what somebody just did, and a post is to know at once: [Roll.Standing].
//     The holders hear, on leave or not; of a vacant post the next up the line.
//   - what the clock has to say to a post: [Roll.Hearing]. Who is on leave
//     cannot act, so it goes on up the line past them too.
//   - what the clock has to say to one person: [Roll.Person]. Who is on leave
//     hears after it, or where that is far away the next up the line does now.
//
// Nobody is dropped: an [Audience] always names somebody, or says that nobody
// up the line is registered, for which [Roll.Vacancy] is what administrators
// are told, or, of one person only, that it has to wait for them.
//
// It is not for what is said or when, nor for who may do what: areas,
// timetable and rulebook know those. It sends nothing and keeps nothing.
package audience

import (
	"context"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Patience is how many days something may wait for one person who is on leave;
// when they are away for longer it goes to the next up the line.
const Patience = 7

// Roll is who there is on a day. It does not change once made.
type Roll struct {
	Day    store.Day
	people []store.Person // active, by registration
	byID   map[string]int // in people
	byPost map[store.Post][]store.Person
	back   map[string]*store.Day // by person on leave: the day after it; nil when that is more than Patience days away
}

// Read reads the roll of a day, in two queries.
func Read(ctx context.Context, tx *store.Tx, day store.Day) (Roll, error) {
	people, err := tx.People().Active(ctx)
	if err != nil {
		return Roll{}, err
	}
	leaves, err := tx.Leaves().Days(ctx, day, day.Add(Patience))
	return NewRoll(day, people, leaves), err
}

// NewRoll is the roll of a day with the active people, by registration, and
// the leave of that day and the Patience days after it; other leave does no
// harm.
func NewRoll(day store.Day, people []store.Person, leaves []store.Leave) Roll {
	r := Roll{
		Day: day, people: people, byID: make(map[string]int, len(people)), byPost: map[store.Post][]store.Person{}, back: map[string]*store.Day{},
	}
	for i, p := range people {
		r.byID[p.ID] = i
		r.byPost[p.Post] = append(r.byPost[p.Post], p)
	}
	away := map[string][]store.Leave{}
	for _, l := range leaves {
		away[l.Person] = append(away[l.Person], l)
	}
	for person, list := range away {
		if slices.ContainsFunc(list, func(l store.Leave) bool { return l.AllDay(day) }) {
			r.back[person] = returns(day, list)
		}
	}
	return r
}

// returns is the first day after day that no leave covers, nil when none of the
// next Patience days is free.
func returns(day store.Day, leaves []store.Leave) *store.Day {
	for n := range Patience {
		at := day.Add(n + 1)
		if !slices.ContainsFunc(leaves, func(l store.Leave) bool { return l.Covers(at) }) {
			return &at
		}
	}
	return nil
}

// People is everybody active, by registration.
func (r Roll) People() []store.Person { return r.people }

// Active is an active person by id.
func (r Roll) Active(id string) (store.Person, bool) {
	i, found := r.byID[id]
	if !found {
		return store.Person{}, false
	}
	return r.people[i], true
}

// Present reports whether a person is active and not on leave.
func (r Roll) Present(id string) bool {
	_, active := r.byID[id]
	_, away := r.back[id]
	return active && !away
}

// Holders are the holders of a post, on leave or not, by registration.
func (r Roll) Holders(post store.Post) []store.Person { return slices.Clone(r.byPost[post]) }

// Charged are those charged with a duty, on leave or not, by registration.
func (r Roll) Charged(duty store.Duty) []store.Person {
	var list []store.Person
	for _, p := range r.people {
		if p.Has(duty) {
			list = append(list, p)
		}
	}
	return list
}

// present are those of a list who are not on leave.
func (r Roll) present(list []store.Person) []store.Person {
	var here []store.Person
	for _, p := range list {
		if r.Present(p.ID) {
			here = append(here, p)
		}
	}
	return here
}

// Audience is who hears of something.
type Audience struct {
	To     []store.Person // by registration; empty: nobody up the line is registered, or it waits
	Post   store.Post     // that it is for; empty when it is for a person or a duty
	Vacant bool           // nobody has the post
	Away   []string       // the names of those whom it was for, when others hear because they are on leave
	Waits  bool           // for a person who is back within Patience
}

// Standing is who stands for a post: its holders, on leave or not, or those of
// the next post up the line that has any (总则, R03).
func (r Roll) Standing(post store.Post) Audience {
	a := Audience{Post: post, Vacant: len(r.byPost[post]) == 0}
	a.To = r.climb(post, slices.Clone[[]store.Person])
	return a
}

// Hearing is who hears what the clock has to say to a post: its holders who are
// not on leave, else those of the next post up the line that has any. When
// everybody up the line is on leave, those hear who stand for the post.
func (r Roll) Hearing(post store.Post) Audience {
	a := r.Standing(post)
	here := r.climb(post, r.present)
	if len(here) == 0 {
		return a
	}
	if !a.Vacant && here[0].Post != post {
		a.Away = names(a.To)
	}
	a.To = here
	return a
}

// climb goes up the line until some of a post's holders are kept.
func (r Roll) climb(post store.Post, keep func([]store.Person) []store.Person) []store.Person {
	for at := post; at != ""; at = rulebook.Superior(at) {
		if list := keep(r.byPost[at]); len(list) > 0 {
			return list
		}
	}
	return nil
}

// Person is who hears what the clock has to say to one person: they themselves;
// after a leave that ends soon they as well, so it waits; in a longer one, and
// for who is not active any more, the next up the line.
func (r Roll) Person(p store.Person) Audience {
	if r.Present(p.ID) {
		return Audience{To: []store.Person{p}}
	}
	above := r.Hearing(rulebook.Superior(p.Post))
	if _, active := r.byID[p.ID]; !active {
		return above
	}
	if r.back[p.ID] != nil || len(r.present(above.To)) == 0 {
		return Audience{Waits: true}
	}
	return Audience{To: above.To, Away: []string{p.Name}}
}

// Only is who hears what concerns nobody but these people: those of them who
// are not on leave. It waits for the others when all are.
func (r Roll) Only(people ...store.Person) Audience {
	var list []store.Person
	for _, p := range people {
		if r.Present(p.ID) {
			list = append(list, p)
		}
	}
	return Audience{To: list, Waits: len(list) == 0}
}

// Administrators are those who are to mend the bot's own order: who of them is
// not on leave, or all when everybody is.
func (r Roll) Administrators() Audience {
	all := r.Charged(store.Administrator)
	if here := r.present(all); len(here) > 0 {
		all = here
	}
	return Audience{To: all}
}

// Why says why others hear than it was meant for; empty when those hear.
func (a Audience) Why() string {
	switch {
	case a.Vacant:
		return string(a.Post) + "没有人"
	case len(a.Away) > 0:
		return strings.Join(a.Away, "、") + " 请假"
	default:
		return ""
	}
}

// Has reports whether a person is among those who hear.
func (a Audience) Has(id string) bool {
	return slices.ContainsFunc(a.To, func(p store.Person) bool { return p.ID == id })
}

// But is a list without some people: who caused something is not told of it.
func But(list []store.Person, ids ...string) []store.Person {
	var rest []store.Person
	for _, p := range list {
		if !slices.Contains(ids, p.ID) {
			rest = append(rest, p)
		}
	}
	return rest
}

// Join is everybody of some lists, each once.
func Join(lists ...[]store.Person) []store.Person {
	var all []store.Person
	for _, list := range lists {
		for _, p := range list {
			if !slices.ContainsFunc(all, func(q store.Person) bool { return q.ID == p.ID }) {
				all = append(all, p)
			}
		}
	}
	return all
}

func names(list []store.Person) []string {
	var all []string
	for _, p := range list {
		all = append(all, p.Name)
	}
	return all
}

// Notices tells several people something, each under the key with their id
// behind it: the same key is never said twice to the same person.
func Notices(key string, to []store.Person, say func(store.Person) chat.Message) []chat.Notice {
	var list []chat.Notice
	for _, p := range to {
		list = append(list, chat.Notice{Key: key + "/" + p.ID, To: p.ID, Message: say(p)})
	}
	return list
}

// Same is Notices of one message for all.
func Same(key string, to []store.Person, m chat.Message) []chat.Notice {
	return Notices(key, to, func(store.Person) chat.Message { return m })
}

// Vacancy tells every administrator that a post has no holder while something
// (出差未签到的提醒) is for it, who hears of that instead, and what to do: once for
// each post and period (a day or a week), however much is for it. Nothing when
// the post has a holder.
func (r Roll) Vacancy(a Audience, something, period string) []chat.Notice {
	if !a.Vacant || a.Post == store.ExecutiveDirector { // who is above the department, which need have none
		return nil
	}
	list := Same("vacant/"+string(a.Post)+"/"+period, r.Charged(store.Administrator), chat.Message{Text: VacancyText(a, something)})
	for i := range list {
		list[i].Aside = true
	}
	return list
}

// VacancyText is what administrators are told of a vacant post.
func VacancyText(a Audience, something string) string {
	fate := "没有人收"
	if len(a.To) > 0 {
		fate = "先转给" + strings.Join(names(a.To), "、") + "（" + string(a.To[0].Post) + "）"
	}
	return string(a.Post) + "没有人，" + something + fate + "。请安排：人员 岗位 姓名 " + string(a.Post)
}
