package command

import (
	"regexp"
	"strings"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
)

// Contracts in [Spec.Of] are the numbers of contracts.
const Contracts = "ZYX"

// customers in [Spec.Of] are the codes of customers.
const customers = "K"

// codes are what stands in Latin letters and digits, as one word of a text.
var codes = regexp.MustCompile(`[#＃]?[A-Za-zＡ-Ｚａ-ｚ0-9０-９]+(?:[-－][A-Za-z0-9０-９]+)*`)

// contractCode is how a contract's number is written that stands alone: with what
// it begins with, or with its year and month.
var contractCode = regexp.MustCompile(`^(?:[A-Z]{2,}-?[0-9][0-9-]{4,}|20[0-9]{2}-?[0-9]{2}-[0-9]{3,})$`)

// letterOf is the kind of a code, as [Spec.Of] has it; empty where it is none.
func letterOf(code string) string {
	switch letter := strings.TrimRight(code, "-0123456789"); {
	case contractCode.MatchString(code):
		return Contracts
	case len(letter) == 1 && CodeIn(letter, code) != "":
		return letter
	}
	return ""
}

// aboutNamed are the commands that may be meant by a code, or a customer, that stands
// in a text which names none: those that are about it, to see it or to note down all
// the words beside it.
func (r *Router) aboutNamed(typed string, k Known) (list []offer) {
	for _, at := range codes.FindAllStringIndex(text.CutBytes(typed, suggestBytes), -1) {
		code := text.Code(typed[at[0]:at[1]])
		if list = r.about(letterOf(code), code, wordsBeside(typed, at[0], at[1]), k); len(list) > 0 {
			return list
		}
	}
	at := strings.Index(typed, k.Customer)
	if at < 0 || k.Customer == "" || supposed.in(text.Fold(typed).Text) != "" {
		return nil
	}
	return r.about(customers, k.Customer, wordsBeside(typed, at, at+len(k.Customer)), k)
}

// wordsBeside are the words beside what is named between two places of a text: those behind
// it where nothing stands before, else all of them.
func wordsBeside(typed string, from, to int) string {
	if useUp(text.Fold(typed[:from]).Text, soft) {
		return strings.TrimSpace(afterMark(typed[to:]))
	}
	return strings.TrimSpace(typed)
}

// about are the commands that may be meant by a code, or a name, with words beside it.
func (r *Router) about(letter, code, words string, k Known) (list []offer) {
	folded := text.Fold(words).Text
	says := ask.in(folded) == "" && !useUp(folded, soft)
	for _, s := range r.specs {
		switch notes := s.takesWords(); {
		case letter == "" || s.Of != letter || !k.Suits(s) || len(list) == maxSuggest:
		case notes && says:
			list = append([]offer{{spec: s, line: s.Name + " " + code + " " + words}}, list...)
		case !notes:
			list = append(list, offer{spec: s, line: s.Name + " " + code})
		}
	}
	return list
}

// ofOthers reports whether words begin with a code that the command is not about.
func (s *Spec) ofOthers(words string) bool {
	letter, of := letterOf(text.Code(reading.FirstWord(words))), s.Of
	for _, example := range s.Examples {
		if of == "" {
			of = letterOf(text.Code(codes.FindString(example)))
		}
	}
	return of != "" && letter != "" && letter != of
}

// takesWords reports whether the command is nothing without words of any kind
// behind the code.
func (s *Spec) takesWords() bool {
	return len(s.Args) > 1 && !s.Args[1].Optional && (s.Args[1].Kind == Free || s.Args[1].Kind == Passage)
}
