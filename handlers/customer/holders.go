package customer

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"marketbot/handlers/text"
)

// whole is all shares of a company, in hundredths of a per cent.
const whole = 100 * 100

// holder is a shareholder; the share is in hundredths of a per cent.
type holder struct {
	name  string
	share int
}

const (
	holdersExample = "张三=30%，李四=20%"
	holdersForm    = "股东请写成 姓名=比例，例如 " + holdersExample
)

// holdersRule refuses shareholders that cannot be: unreadable ones, the same
// name twice, more than all shares (档-1).
func holdersRule(value string) error {
	list, err := readHolders(value)
	if err != nil {
		return err
	}
	sum := 0
	seen := map[string]bool{}
	for _, one := range list {
		if seen[one.name] {
			return wrongSo("每位股东只写一次："+holdersExample, "股东%s写了两次", text.Quote(one.name))
		}
		seen[one.name] = true
		if left := whole - sum; one.share > left {
			return wrongSo("股东="+holdersExample, "股份加起来超过 100%%：写到%s时只剩 %s", text.Quote(one.name), percent(left))
		}
		sum += one.share
	}
	return nil
}

// percent is a share as people write it.
func percent(share int) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", share/100, share%100), "0"), ".") + "%"
}

// readHolders reads 张三=30%，李四=20.5%: parted by commas, or by blanks where
// each has its own equals sign. The mark of per cent may be left out.
func readHolders(value string) ([]holder, error) {
	parts := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune("，,;；、\n", r) })
	var list []holder
	for _, part := range parts {
		for _, one := range pairsIn(part) {
			h, err := readHolder(one)
			if err != nil {
				return nil, err
			}
			list = append(list, h)
		}
	}
	if len(list) == 0 {
		return nil, wrong("%s", holdersForm)
	}
	return list, nil
}

// pairsIn parts 张三=30% 李四=20% at the blanks, but not Li Lei=30%.
func pairsIn(part string) []string {
	var list []string
	for word := range strings.FieldsSeq(part) {
		if n := len(list); n > 0 && (!strings.ContainsAny(list[n-1], "=＝") || strings.Trim(word, "%％") == "") {
			list[n-1] += " " + word
			continue
		}
		list = append(list, word)
	}
	return list
}

func readHolder(typed string) (holder, error) {
	at := strings.LastIndexAny(typed, "=＝")
	if at < 0 {
		return holder{}, wrong("%s", holdersForm)
	}
	name := strings.TrimSpace(typed[:at])
	digits := strings.TrimFunc(strings.TrimRight(text.Fold(typed[at:]).Text[1:], "% "), unicode.IsSpace)
	share, ok := readShare(digits)
	if !ok || !text.HasWords(name) {
		return holder{}, wrong("%s", holdersForm)
	}
	return holder{name, share}, nil
}

// readShare reads a per cent with up to two decimals.
func readShare(digits string) (int, bool) {
	units, cents, _ := strings.Cut(digits, ".")
	if units == "" || len(units) > 3 || len(cents) > 2 || strings.Trim(units+cents, "0123456789") != "" {
		return 0, false
	}
	share, err := strconv.Atoi(units + (cents + "00")[:2])
	return share, err == nil && share > 0
}
