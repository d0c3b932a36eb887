// Package text has what is done to texts whoever wrote them: folding for
// comparing, telling what is seen, cutting, one line, quoting, masking. One of
// each, for the whole house.
//
// Everything is a pure function of a text. A folded or bare text is for looking
// up only: what is kept and shown is what people wrote.
//
// It is not for what a text means (handlers/reading), nor for how the bot words
// its own values (handlers/words). How much a platform's card holds, in its own
// measure, the adapter knows. Names are compared for the search in the store.
package text
