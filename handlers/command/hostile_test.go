package command

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
	"marketbot/store"
)

// everyKind is one command for each kind of argument.
func everyKind() []*Spec {
	var specs []*Spec
	for k := Word; k <= Fields; k++ {
		specs = append(specs, &Spec{Name: "试", Args: []Arg{{Name: "值", Kind: k, Keys: []string{"本周", "下周"}}}})
	}
	return specs
}

// checkHostile reads a text in every way; what is free stays as typed.
func checkHostile(t *testing.T, r *Router, typed string, env Env) {
	t.Helper()
	r.Match(typed)
	r.Read(typed, nil)
	r.Guess(typed, Known{Suits: func(*Spec) bool { return true }, People: []string{"张伟"}, Now: tuesday})
	if spec, rest, ok := r.Match("签到 " + typed); ok && spec.Name == "签到" {
		if want := strings.TrimFunc(typed, unicode.IsSpace); rest != want && strings.HasPrefix(typed, strings.TrimLeftFunc(typed, unicode.IsSpace)) {
			t.Errorf("签到 %q leaves %q", typed, rest)
		}
	}
	for _, spec := range everyKind() {
		args, err := Parse(t.Context(), spec, typed, env)
		var ask *Question
		var no *Refusal
		if err != nil && !errors.As(err, &ask) && !errors.As(err, &no) {
			t.Errorf("kind %d of %q: %v", spec.Args[0].Kind, typed, err)
		}
		if want := strings.TrimFunc(typed, unicode.IsSpace); spec.Args[0].Kind == Free && text.TrimStops(want) != "" && args["值"] != want {
			t.Errorf("free text %q became %q", want, args["值"])
		}
		if no != nil && len(no.Text) > 600 {
			t.Errorf("kind %d of %.20q is refused at length: %d", spec.Args[0].Kind, typed, len(no.Text))
		}
	}
}

func TestNaughtyStrings(t *testing.T) {
	data, err := os.ReadFile("testdata/blns/blns.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 515 {
		t.Errorf("%d strings", len(list))
	}
	r := router(t)
	staff(t, func(tx *store.Tx) {
		for _, s := range list {
			checkHostile(t, r, s, Env{Tx: tx, Now: tuesday})
		}
	})
}

// A text eight times as long takes about eight times as long to be read, not
// sixty-four times: whoever sends megabytes stops nobody else.
func TestLongTextIsReadOnce(t *testing.T) {
	r := router(t)
	staff(t, func(tx *store.Tx) {
		read := func(piece string, size, times int) time.Duration {
			text, start := strings.Repeat(piece, size/len(piece)), time.Now()
			for range times {
				checkHostile(t, r, text, Env{Tx: tx, Now: tuesday})
			}
			return time.Since(start)
		}
		for _, piece := range []string{"a", " ", "\u200b", "9", "本周：", "本周：x ", "本周=x ", "a= ", "a=b，", "，", "天", "\xff", "\x00", "@", "一百", "-", "?"} {
			short, long := time.Hour, time.Hour
			for range 5 { // other programs hold up some of them, but as much work as much
				short, long = min(short, read(piece, 16<<10, 8)), min(long, read(piece, 128<<10, 1))
				if long < 3*short {
					break
				}
			}
			if long >= 3*short {
				t.Errorf("8 times 16 KiB of %q took %v, 128 KiB %v", piece, short, long)
			}
		}
	})
}

func FuzzMatch(f *testing.F) {
	r := router(f)
	for _, s := range []string{"签到 广州", "／ｑｄ　广州", "人员添加 x", "签\u200b到", "我的天", "???", "\xff", "周报本周：a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec, rest, ok := r.Match(text)
		if !ok {
			return
		}
		if !strings.Contains(text, rest) || rest != strings.TrimFunc(rest, unicode.IsSpace) {
			t.Errorf("%q leaves %q", text, rest)
		}
		again, _, ok := r.Match(spec.Name + " " + rest)
		if !ok || again != spec && len(spec.Args) > 0 && !strings.HasPrefix(again.Name, spec.Name) {
			t.Errorf("%q calls %s, but behind its name %q calls another", text, spec.Name, rest)
		}
	})
}

func FuzzParse(f *testing.F) {
	r := router(f)
	for _, s := range []string{"广州 3天 拜访", "张伟 上周", "上周 本周：a；下周：b", "ZYX-1 12.5万 11-24", "@王 芳 财务", "\xff\x00", "，：；", "本周=＝下周：", "K12 地址=a 电话＝b，股东=张三=30% 李四=20%", "x= y=z=1 w="} {
		f.Add(s)
	}
	env := Env{Now: tuesday, Mentions: []chat.Mention{{Name: "王 芳"}}}
	f.Fuzz(func(t *testing.T, text string) {
		checkHostile(t, r, text, env)
		for _, spec := range r.Specs() {
			args, err := Parse(t.Context(), spec, text, env)
			if (args == nil) != (err != nil) {
				t.Errorf("%s %q: %v, %v", spec.Name, text, args, err)
			}
		}
	})
}
