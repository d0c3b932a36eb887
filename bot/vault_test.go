package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
	"marketbot/store"
)

// secrets knows the secrets of a conversation, with who may read each in private,
// and keeps everything that leaves the bot, to look for them in the end.
type secrets struct {
	mu      sync.Mutex
	secrets map[string]*secret // by value
	sent    []sending
	logged  bytes.Buffer
	backups [][]byte        // what was put away
	told    map[string]bool // leaks that were reported, by secret and place
	broken  []string        // rules about what is confidential, with what broke them
}

// secret is a value of a file that is masked until somebody gives a reason.
type secret struct {
	value   string
	forms   []string        // in which it may lie somewhere
	dense   []string        // in which it may lie among anything but letters and digits, see squeezed
	plain   bool            // it may rest as it is
	readers map[string]bool // names of whose private chats it may stand in
}

func newVault() *secrets { return &secrets{secrets: map[string]*secret{}, told: map[string]bool{}} }

// sending is something that left the bot.
type sending struct {
	to   chat.Address
	text string
}

// typedSecret is a masked field as people type it, with what follows up to the
// next field.
var typedSecret = regexp.MustCompile(`(电话|住址|家庭|年龄)[=＝](.+?)(?:\s+[^\s=＝]+[=＝]|$)`)

// hears makes secrets of the masked fields in a line that somebody types.
func (v *secrets) hears(line string) {
	for line != "" {
		m := typedSecret.FindStringSubmatchIndex(line)
		if m == nil {
			return
		}
		v.add(secretForms(line[m[2]:m[3]], strings.TrimSpace(line[m[4]:m[5]])))
		line = line[m[5]:]
	}
}

// entrusts makes a secret of a value, or lets somebody read it in private.
func (v *secrets) entrusts(value string, readers ...string) {
	v.add(value, plainForms(value))
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, r := range readers {
		v.secrets[value].readers[r] = true
	}
}

func (v *secrets) add(value string, forms []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, known := v.secrets[value]; !known && len(forms) > 0 {
		v.secrets[value] = &secret{value: value, forms: forms, dense: denseForms(forms), readers: map[string]bool{}}
	}
}

// rests lets a secret rest as it is on the disk.
func (v *secrets) rests(value string) { v.secrets[value].plain = true }

// judge holds every message to what confidential content keeps to: no file is
// open, for all that are made hold other people's words; a group gets none; and
// a preview can be confirmed where only its summary is shown.
func (v *secrets) judge(to chat.Address, m chat.Message) {
	v.mu.Lock()
	defer v.mu.Unlock()
	broken := func(format string, args ...any) { v.broken = append(v.broken, fmt.Sprintf(format, args...)) }
	switch {
	case m.File != nil && !m.Confidential:
		broken("the file %s goes out open", m.File.Name)
	case m.Confidential && to.Group:
		broken("a group gets something confidential")
	case m.Confidential && m.Card != nil:
		for _, b := range m.Card.Buttons {
			if strings.HasPrefix(b.Command, "确认 ") && !strings.Contains(m.Summary, b.Command) {
				broken("the summary %q of %s does not say %s", m.Summary, m.Card.Title, b.Command)
			}
		}
	}
}

// secretForms are what to look for of a field's value; nothing for what no
// file takes.
func secretForms(field, value string) (string, []string) {
	digits := digitsOf(value)
	switch field {
	case "电话":
		if len(digits) < 5 {
			return value, nil
		}
		return value, plainForms(value)
	case "年龄": // too short to be looked for alone
		if digits == "" {
			return value, nil
		}
		var forms []string
		for _, between := range []string{" ", "：", ":", "=", `","value":"`, `","Value":"`} {
			forms = append(forms, field+between+digits)
		}
		return value, forms
	}
	return value, plainForms(value)
}

// shapesOf are the ways in which programs write a text.
func shapesOf(value string) map[string]string {
	quoted := strings.Trim(strconv.QuoteToASCII(value), `"`)
	coded := base64.StdEncoding.EncodeToString([]byte("x" + value + "yz"))
	wide := strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + '！' - '!'
		}
		return r
	}, value)
	return map[string]string{
		"itself": value, "JSON": quoted, "JSON in capitals": strings.ReplaceAll(strings.ToUpper(quoted), `\U`, `\u`),
		"query": url.QueryEscape(value), "path": url.PathEscape(value), "small escapes": strings.ToLower(url.PathEscape(value)),
		"HTML": html.EscapeString(value), "numbers in HTML": htmlNumbers(value, "&#%d;"), "hex in HTML": htmlNumbers(value, "&#x%x;"),
		"hex": hex.EncodeToString([]byte(value)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(value))),
		"base64": coded, "base64 for URLs": strings.NewReplacer("+", "-", "/", "_").Replace(coded),
		"wide": wide, "small": strings.ToLower(value), "capitals": strings.ToUpper(value),
		"in pieces": strings.Join(strings.Split(value, ""), " · "), "with nothing between": strings.Join(strings.Split(value, ""), "\u200b"),
		"in lines": strings.Join(strings.Split(value, ""), "\n"), "in JSON lines": strings.Join(strings.Split(value, ""), `","`),
	}
}

// htmlNumbers writes each character by its number.
func htmlNumbers(s, format string) (numbers string) {
	for _, r := range s {
		numbers += fmt.Sprintf(format, r)
	}
	return numbers
}

// squeezed are the letters and digits of a text, small and narrow: what stands
// between them, or how they are written, hides nothing.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		switch r = text.Narrow(r); {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 0x4e00 && r <= 0x9fff:
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r < 0x80 || r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// denseForms are those forms squeezed that are long enough to stand nowhere by chance.
func denseForms(forms []string) (dense []string) {
	for _, form := range forms {
		if s := squeezed(form); len(s) >= 8 && !slices.Contains(dense, s) {
			dense = append(dense, s)
		}
	}
	return dense
}

// plainForms are a value as it is, its digits alone, as programs write it, and
// in base64 wherever its beginning falls.
func plainForms(value string) []string {
	forms := []string{value}
	if digits := digitsOf(value); len(digits) >= 7 && strings.Trim(value, "0123456789 -+（）()") == "" {
		forms = append(forms, digits)
		if strings.HasPrefix(digits, "0") { // a landline without its area
			forms = append(forms, digits[len(digits)-8:])
		}
	}
	for shape, form := range shapesOf(value) {
		if !strings.HasPrefix(shape, "base64") && squeezed(form) != squeezed(value) {
			forms = append(forms, form)
		}
	}
	for shift := range 3 {
		coded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), value...))
		coded = strings.TrimRight(coded, "=")
		if core := coded[(shift*8+5)/6 : len(coded)-1]; len(core) >= 7 { // what depends on the neighbours left out
			forms = append(forms, core, strings.NewReplacer("+", "-", "/", "_").Replace(core))
		}
	}
	return forms
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// found is the first form of a secret in a text, with its surroundings.
func (s *secret) found(text, dense string) string {
	for _, in := range []struct {
		text  string
		forms []string
	}{{text, s.forms}, {dense, s.dense}} {
		for _, form := range in.forms {
			if i := strings.Index(in.text, form); i >= 0 {
				return fmt.Sprintf("%q as %q in …%s…", s.value, form, strings.ToValidUTF8(in.text[max(0, i-100):min(len(in.text), i+len(form)+60)], "·"))
			}
		}
	}
	return ""
}

// rowIDs are what rows are named by: random, so that they hold any few digits
// sooner or later.
var rowIDs = regexp.MustCompile(`01[0-9a-f]{26}`)

// look fails the test when a secret stands in a text, but for those that the
// reader may read.
func (v *secrets) look(t testing.TB, where, text, reader string) {
	t.Helper()
	text = rowIDs.ReplaceAllString(text, "·")
	dense := squeezed(text)
	for _, s := range v.secrets {
		if reader != "" && s.readers[reader] || s.plain && strings.HasPrefix(where, "the disk") {
			continue
		}
		if found := s.found(text, dense); found != "" && !v.told[s.value+where] {
			v.told[s.value+where] = true
			t.Errorf("leak: %s: %s", where, found)
		}
	}
}

// check looks for every secret in everything that left the bot, in its log and
// metrics, and in the bytes that its store leaves on the disk. It stops the bot.
func (v *secrets) check(t testing.TB, o *office) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, words := range v.broken {
		t.Error(words)
	}
	if len(v.secrets) == 0 {
		return
	}
	names := map[string]string{}
	for _, e := range o.staff {
		names[o.screens.account(e.Name).ID] = e.Name
	}
	for _, s := range v.sent {
		reader := ""
		if !s.to.Group {
			reader = names[s.to.ID]
		}
		v.look(t, fmt.Sprintf("a message to %s %s", s.to.ID, reader), s.text, reader)
	}
	v.look(t, "the log", v.logged.String(), "")
	if b := o.bot.Load(); b != nil {
		metrics, err := b.metrics.registry.Gather()
		o.must(err)
		v.look(t, "the metrics", fmt.Sprint(metrics), "")
	}
	o.stop()
	v.disk(t, o.source)
}

// disk looks into every file that lies beside a store's own, and every backup.
func (v *secrets) disk(t testing.TB, source store.Options) {
	t.Helper()
	beside, err := filepath.Glob(source.Source + "*") // log, journal, what is left of a copy
	if err != nil {
		t.Error(err)
	}
	for _, data := range v.backups {
		v.look(t, "the disk: a backup", string(data), "")
	}
	for _, name := range beside {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		}
		v.look(t, "the disk: "+filepath.Base(name), string(data), "")
	}
}

// note keeps something that leaves the bot.
func (v *secrets) note(to chat.Address, payload, file []byte) {
	text := string(payload)
	if len(file) > 0 {
		text += "\n" + unpacked(file)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sent = append(v.sent, sending{to, text})
}

// take is what left the bot since the last time.
func (v *secrets) take() []sending {
	v.mu.Lock()
	defer v.mu.Unlock()
	sent := v.sent
	v.sent = nil
	return sent
}

// unpacked is everything in a file: an Excel is a packet of texts.
func unpacked(data []byte) string {
	packet, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return string(data)
	}
	var all strings.Builder
	for _, f := range packet.File {
		r, err := f.Open()
		if err != nil {
			continue
		}
		fmt.Fprintln(&all, f.Name, f.Comment)
		_, _ = io.Copy(&all, r)
		r.Close()
	}
	return all.String()
}

// tapping makes the screens of an office with a vault behind them that gets the
// log, too; what goes wrong also goes into the test's.
func (v *secrets) tapping(world func(*office) screens) func(*office) screens {
	return func(o *office) screens {
		own := slog.NewTextHandler(v, &slog.HandlerOptions{Level: slog.LevelDebug})
		o.log, o.adapterLog = slog.NewMultiHandler(o.logs(), own), own
		return tapped{world(o), v}
	}
}

// Write is for slog.
func (v *secrets) Write(line []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.logged.Write(line)
}

// Forms in which a secret may lie are found wherever it begins.
func TestVaultFindsEveryForm(t *testing.T) {
	v := newVault()
	v.hears("联系人 K1 李明 电话=0769-22335678 住址=东城区花园路 9 号 年龄=45 家庭=一子一女")
	if len(v.secrets) != 4 {
		t.Fatalf("%d secrets are known", len(v.secrets))
	}
	coded := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, text := range []string{
		"电话 0769-22335678", "电话 076922335678", "22335678", "0769 2233 5678", coded("0769-22335678"), coded("x0769-22335678"), coded("xy0769-22335678!"),
		"住址 东城区花园路 9 号。", strconv.QuoteToASCII("东城区花园路 9 号"), coded("a东城区花园路 9 号b"),
		"年龄 45；", `{"label":"年龄","value":"45"}`, "一子一女",
	} {
		if !slices.ContainsFunc(slices.Collect(maps.Values(v.secrets)), func(s *secret) bool {
			return s.found(text, squeezed(text)) != ""
		}) {
			t.Errorf("nothing is found in %q", text)
		}
	}
}
