package handover

import (
	"slices"
	"strings"

	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/text"
)

// fields are the words of a line, however they are parted.
func fields(typed string) []string {
	return strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(" \t\n　,，、;；", r) })
}

// isItem reports whether a word can only be a thing: it has a digit in it.
func isItem(word string) bool {
	return word == allWord || strings.ContainsAny(text.Code(word), "0123456789")
}

func firstOf(err error, no *command.Refusal) error {
	if err != nil {
		return err
	}
	return no
}

func keys(items []leaving.Item) (list []string) {
	for _, i := range items {
		list = append(list, i.Key())
	}
	return list
}

// fits reports whether a word means a thing: its code however it is typed, its kind,
// both as they are printed (合同 ZYX-202611-001), what it is called, or 全部.
func fits(i leaving.Item, word string) bool {
	if kind, ref, both := strings.Cut(word, " "); both {
		return kind == i.Kind && fits(i, ref)
	}
	code := text.Code(word)
	return word == allWord || word == i.Kind || word == i.Ref || code != "" && code == text.Code(i.Ref) ||
		command.FoldedContract(word) != "" && i.Kind == leaving.Contract && command.FoldedContract(word) == command.FoldedContract(i.Ref) || called(i, word)
}

// called reports whether a word is a part of what a thing is called.
func called(i leaving.Item, word string) bool {
	part := text.Bare(word)
	return len([]rune(part)) > 1 && strings.Contains(text.Bare(i.Said), part)
}

// paired puts a kind and the code behind it together, where they are one thing.
func paired(items []leaving.Item, typed []string) (list []string) {
	for n := 0; n < len(typed); n++ {
		word := typed[n]
		if n+1 < len(typed) {
			both := word + " " + typed[n+1]
			if slices.ContainsFunc(items, func(i leaving.Item) bool { return fits(i, both) }) {
				word, n = both, n+1
			}
		}
		list = append(list, word)
	}
	return list
}

// chosen are the things that words mean; the error names a word that means none.
func chosen(items []leaving.Item, typed []string) (list []leaving.Item, err error) {
	picked := map[string]bool{}
	for _, word := range paired(items, typed) {
		some := false
		for _, i := range items {
			if fits(i, word) {
				some = true
				picked[i.Key()] = true
			}
		}
		if !some {
			return nil, notAmong(word)
		}
		if same := slices.DeleteFunc(slices.Clone(items), func(i leaving.Item) bool { return !called(i, word) }); len(same) > 1 {
			return nil, refuse("看清单：交接", "叫%s的有 %d 项，写编号：\n%s", text.Quote(word), len(same), leaving.Lines(keys(same)))
		}
	}
	for _, i := range items {
		if picked[i.Key()] {
			list = append(list, i)
		}
	}
	return list, nil
}

func notAmong(word string) *command.Refusal {
	if word == allWord {
		return refuse("看清单：交接", "没有还要交接的了。")
	}
	return refuse("看清单：交接", "要交接的里面没有%s。", text.Quote(word))
}
