package spelling

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is found by its parts, its sound or its first letters has the tokens
// that such a query asks for: the index leaves out nothing that would fit.
func TestTokensLeaveNothingOut(t *testing.T) {
	runes := []rune("广州明华贸易有限公司重庆长安机电科技集团银行乐山abz09")
	rapid.Check(t, func(t *rapid.T) {
		name := Plain(string(rapid.SliceOfN(rapid.SampledFrom(runes), 2, 12).Draw(t, "name")))
		all := []rune(name)
		from := rapid.IntRange(0, len(all)-1).Draw(t, "from")
		part := string(all[from : from+rapid.IntRange(1, len(all)-from).Draw(t, "length")])
		var said, first strings.Builder
		for _, r := range part {
			one := rapid.SampledFrom(readings(r)).Draw(t, "reading")
			said.WriteString(one)
			first.WriteByte(one[0])
		}
		has := Tokens(name)
		lacks := func(want []string) bool {
			return len(want) > 0 && slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(has, w) })
		}
		if q := Read(part); q.PartAt(name) < 0 || lacks(q.Parts()) {
			t.Errorf("%s in %s: at %d, asks for %v of %v", part, name, q.PartAt(name), q.Parts(), has)
		}
		if !hasHan([]rune(part)) || strings.ContainsFunc(part, func(r rune) bool { return r < 128 }) {
			return // said as it is written
		}
		q := Read(said.String())
		if ways := q.Spelled(); q.SoundsAt(name) < 0 || len(ways) > 0 && len(ways) < maxSpellings && !slices.ContainsFunc(ways, func(w []string) bool { return !lacks(w) }) {
			t.Errorf("%s for %s: at %d, asks for %v of %v", said.String(), name, q.SoundsAt(name), ways, has)
		}
		if q := Read(first.String()); len(part) > 3 && (q.InitialsAt(name) < 0 || lacks(q.Initials())) {
			t.Errorf("%s for %s: at %d, asks for %v of %v", first.String(), name, q.InitialsAt(name), q.Initials(), has)
		}
	})
}

// Names are compared in simplified characters, and a character that may be either stays.
func TestPlainIsSimplified(t *testing.T) {
	for name, want := range map[string]string{
		"東莞市晨星機械有限公司": "东莞市晨星机械有限公司", "ＡＢＣ　電子": "abc电子", "鳳凰衛視": "凤凰卫视", "東莞东莞": "东莞东莞", "于右任": "于右任", "乾元": "乾元", "體育・體": "体育体",
		"\u2ed3安⼯业": "长安工业", "⻢⻔⻰": "马门龙", "Ѕun Тrading": "suntrading", "ΑΒΒ电气": "abb电气", "АВВ电气": "abb电气", "МОСКВА": Plain("москва"),
	} {
		if got := Plain(name); got != want || Fold(name) != Fold(want) || Plain(got) != got {
			t.Errorf("Plain(%s) = %s, want %s", name, got, want)
		}
	}
	for from, to := range simplified() {
		if simplify(to) != to || simplify(from) == from {
			t.Errorf("%c becomes %c, which becomes %c", from, to, simplify(to))
		}
	}
}

func TestPhoneWords(t *testing.T) {
	for text, want := range map[string]string{
		"13812345678":           "13812345678 5678",
		"+86 138-1234-5678":     "13812345678 5678",
		"020-88886666 转 801":    "02088886666 6666 88886666",
		"电话：８８８８６６６６":           "88886666 6666",
		"123":                   "",
		"没有":                    "",
		"020-88886666；13800001": "02088886666 6666 88886666 13800001 0001",
	} {
		if got := strings.Join(PhoneWords(text), " "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
