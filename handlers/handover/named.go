package handover

import (
	"slices"
	"strings"

	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/reading"
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

// meant are the things that a word means: those that it names exactly, and only where
// there are none those in whose names it stands. A kind in front of it leaves out the
// others, as both are printed (合同 ZYX-202611-001).
func meant(items []leaving.Item, word string) []leaving.Item {
	kind, ref, both := strings.Cut(word, " ")
	if !both {
		ref = word
	}
	for _, fits := range []func(leaving.Item, string) bool{exactly, called} {
		if list := slices.DeleteFunc(slices.Clone(items), func(i leaving.Item) bool { return both && kind != i.Kind || !fits(i, ref) }); len(list) > 0 {
			return list
		}
	}
	return nil
}

// exactly reports whether a word is the code of a thing, however it is typed, its kind,
// or 全部.
func exactly(i leaving.Item, word string) bool {
	code := text.Code(word)
	return word == allWord || word == i.Kind || word == i.Ref || code != "" && code == text.Code(i.Ref) ||
		command.FoldedContract(word) != "" && i.Kind == leaving.Contract && command.FoldedContract(word) == command.FoldedContract(i.Ref)
}

// called reports whether a word is a part of what a thing is called. A code and a kind
// are none, be it that they name nothing here: what is taken over is not given back.
func called(i leaving.Item, word string) bool {
	part := text.Bare(word)
	return len([]rune(part)) > 1 && !reading.IsNumber(word) && !slices.Contains(leaving.Kinds, word) && strings.Contains(text.Bare(i.Said), part)
}

// has reports whether a thing is among some.
func has(list []leaving.Item, i leaving.Item) bool {
	return slices.ContainsFunc(list, func(j leaving.Item) bool { return i.Key() == j.Key() })
}

// paired puts a kind and the code behind it together, where they are one thing.
func paired(items []leaving.Item, typed []string) (list []string) {
	for n := 0; n < len(typed); n++ {
		word := typed[n]
		if n+1 < len(typed) {
			both := word + " " + typed[n+1]
			if len(meant(items, both)) > 0 {
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
		some := meant(items, word)
		switch {
		case len(some) == 0:
			return nil, notAmong(word)
		case len(some) > 1 && !exactly(some[0], word[strings.LastIndex(word, " ")+1:]):
			return nil, refuse("看清单：交接", "叫%s的有 %d 项，写编号：\n%s", text.Quote(word), len(some), leaving.Lines(keys(some)))
		}
		for _, i := range some {
			picked[i.Key()] = true
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
