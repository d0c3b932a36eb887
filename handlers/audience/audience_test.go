package audience

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

const today = store.Day("2026-12-03")

// staff are people with their posts, in the order of registration; 王芳 is
// administrator.
func staff(names ...string) []store.Person {
	var list []store.Person
	for _, n := range names {
		name, post, _ := strings.Cut(n, " ")
		p := store.Person{ID: name, Name: name, Post: store.Post(post)}
		if name == "王芳" {
			p.Duties = []store.Duty{store.Administrator}
		}
		list = append(list, p)
	}
	return list
}

var everybody = staff("陈总 总经理", "王芳 市场总监", "李娜 市场主管", "赵敏 市场主管", "张伟 业务员")

func leave(person string, first, last store.Day) store.Leave {
	return store.Leave{Person: person, First: first, Last: last}
}

func heard(a Audience) string {
	text := strings.Join(names(a.To), " ")
	if a.Vacant {
		text += " vacant"
	}
	if len(a.Away) > 0 {
		text += " for " + strings.Join(a.Away, " ")
	}
	if a.Waits {
		text += " waits"
	}
	return strings.TrimSpace(text)
}

func TestWhoHears(t *testing.T) {
	without := func(out ...string) []store.Person { return But(everybody, out...) }
	away := func(people ...string) (list []store.Leave) {
		for _, p := range people {
			list = append(list, leave(p, today, today))
		}
		return list
	}
	tests := []struct {
		name              string
		people            []store.Person
		leaves            []store.Leave
		standing, hearing string // of the supervisor's post
	}{
		{"all there", everybody, nil, "李娜 赵敏", "李娜 赵敏"},
		{"one of two on leave", everybody, away("李娜"), "李娜 赵敏", "赵敏"},
		{"both on leave", everybody, away("李娜", "赵敏"), "李娜 赵敏", "王芳 for 李娜 赵敏"},
		{"vacant", without("李娜", "赵敏"), nil, "王芳 vacant", "王芳 vacant"},
		{"vacant, the next on leave", without("李娜", "赵敏"), away("王芳"), "王芳 vacant", "陈总 vacant"},
		{"a long vacancy", without("李娜", "赵敏", "王芳"), nil, "陈总 vacant", "陈总 vacant"},
		{"the whole line on leave", everybody, away("李娜", "赵敏", "王芳", "陈总"), "李娜 赵敏", "李娜 赵敏"},
		{"nobody up the line", staff("张伟 业务员"), nil, "vacant", "vacant"},
		{"nobody at all", nil, nil, "vacant", "vacant"},
		{"leave of another day", everybody, []store.Leave{leave("李娜", "2026-12-04", "2026-12-04")}, "李娜 赵敏", "李娜 赵敏"},
	}
	for _, tt := range tests {
		r := NewRoll(today, tt.people, tt.leaves)
		if got := heard(r.Standing(store.Supervisor)); got != tt.standing {
			t.Errorf("%s: standing %q, want %q", tt.name, got, tt.standing)
		}
		if got := heard(r.Hearing(store.Supervisor)); got != tt.hearing {
			t.Errorf("%s: hearing %q, want %q", tt.name, got, tt.hearing)
		}
	}
}

func TestOnePersonHears(t *testing.T) {
	zhang := everybody[4]
	tests := []struct {
		name   string
		person store.Person
		leaves []store.Leave
		want   string
	}{
		{"there", zhang, nil, "张伟"},
		{"a day", zhang, []store.Leave{leave("张伟", today, today)}, "waits"},
		{"back in a week", zhang, []store.Leave{leave("张伟", "2026-11-20", "2026-12-09")}, "waits"},
		{"back in more than a week", zhang, []store.Leave{leave("张伟", "2026-11-20", "2026-12-10")}, "李娜 赵敏 for 张伟"},
		{"two leaves without a day between", zhang, []store.Leave{leave("张伟", today, "2026-12-05"), leave("张伟", "2026-12-06", "2026-12-20")}, "李娜 赵敏 for 张伟"},
		{"two leaves with a day between", zhang, []store.Leave{leave("张伟", today, "2026-12-05"), leave("张伟", "2026-12-07", "2026-12-20")}, "waits"},
		{"stopped", store.Person{ID: "吴刚", Name: "吴刚", Post: store.Salesperson}, nil, "李娜 赵敏"},
		{"nobody above", everybody[0], []store.Leave{leave("陈总", today, "2027-01-01")}, "waits"},
	}
	for _, tt := range tests {
		if got := heard(NewRoll(today, everybody, tt.leaves).Person(tt.person)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWhy(t *testing.T) {
	vacant := NewRoll(today, But(everybody, "李娜", "赵敏"), nil).Hearing(store.Supervisor)
	away := NewRoll(today, everybody, []store.Leave{leave("王芳", today, today)}).Hearing(store.MarketingDirector)
	for want, a := range map[string]Audience{"市场主管没有人": vacant, "王芳 请假": away, "": NewRoll(today, everybody, nil).Hearing(store.Supervisor)} {
		if got := a.Why(); got != want {
			t.Errorf("why %q, want %q", got, want)
		}
	}
}

func TestVacancyIsToldAdministrators(t *testing.T) {
	r := NewRoll(today, But(everybody, "李娜", "赵敏"), []store.Leave{leave("王芳", today, today)})
	list := r.Vacancy(r.Hearing(store.Supervisor), "出差未签到的提醒", "2026-W49")
	if len(list) != 1 || list[0].To != "王芳" || list[0].Key != "vacant/市场主管/2026-W49/王芳" || !list[0].Aside {
		t.Fatalf("told %+v", list)
	}
	if want := "市场主管没有人，出差未签到的提醒先转给陈总（总经理）。请安排：人员 岗位 姓名 市场主管"; list[0].Message.Text != want {
		t.Errorf("said %q", list[0].Message.Text)
	}
	if list := r.Vacancy(r.Hearing(store.GeneralManager), "", ""); list != nil {
		t.Errorf("a post with a holder: %+v", list)
	}
	alone := NewRoll(today, staff("王芳 业务员"), nil)
	if got := VacancyText(alone.Hearing(store.Supervisor), "查阅申请"); !strings.Contains(got, "查阅申请没有人收") {
		t.Errorf("nobody: %q", got)
	}
}

func TestNoticesHaveKeysOfTheirOwn(t *testing.T) {
	list := Notices("trip/1", But(Join(everybody[:2], everybody[1:3]), "陈总"), func(p store.Person) chat.Message { return chat.Message{Text: p.Name} })
	var got []string
	for _, n := range list {
		got = append(got, n.Key+" "+n.To+" "+n.Message.Text)
	}
	if want := "trip/1/王芳 王芳 王芳,trip/1/李娜 李娜 李娜"; strings.Join(got, ",") != want {
		t.Errorf("%s, want %s", strings.Join(got, ","), want)
	}
}

// anyone draws a department: posts with no holder, one or several, and leave.
func anyone(t *rapid.T) (Roll, []store.Person) {
	posts := []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector, store.Supervisor, store.Salesperson, store.OtherEmployee}
	var people []store.Person
	var leaves []store.Leave
	for i := range rapid.IntRange(0, 8).Draw(t, "people") {
		p := store.Person{ID: string(rune('a' + i)), Post: rapid.SampledFrom(posts).Draw(t, "post")}
		p.Name = p.ID
		people = append(people, p)
		for range rapid.IntRange(0, 2).Draw(t, "leaves") {
			from := today.Add(rapid.IntRange(-10, 10).Draw(t, "from"))
			leaves = append(leaves, leave(p.ID, from, from.Add(rapid.IntRange(0, 12).Draw(t, "days"))))
		}
	}
	return NewRoll(today, people, leaves), people
}

// Whatever the department: somebody hears, or nobody up the line is registered;
// who is on leave hears only when everybody up the line is; and one person's
// things wait for nobody but somebody active on leave.
func TestNobodyIsDropped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, people := anyone(t)
		for _, post := range []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor} {
			a, registered := r.Hearing(post), false
			for at := post; at != ""; at = rulebook.Superior(at) {
				registered = registered || len(r.Holders(at)) > 0
			}
			if registered != (len(a.To) > 0) || a.Vacant != (len(r.Holders(post)) == 0) {
				t.Fatalf("%s: %+v", post, a)
			}
			if here := r.present(a.To); len(here) > 0 && len(here) < len(a.To) {
				t.Fatalf("%s: some on leave among %+v", post, a)
			}
		}
		for _, p := range people {
			switch a := r.Person(p); {
			case r.Present(p.ID) && (len(a.To) != 1 || a.To[0].ID != p.ID),
				!r.Present(p.ID) && len(a.To) == 0 && !a.Waits,
				a.Waits && len(a.To) > 0:
				t.Fatalf("%s: %+v", p.ID, a)
			}
		}
	})
}
