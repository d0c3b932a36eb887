// Package platform is what the adapters of chat platforms share below their
// protocols: the error of a refused call ([APIError]), the keeper of access
// tokens ([Keeper]), waiting between tries ([Backoff], [Pause]), and what every
// adapter does to what comes in ([Guard], [ReadBody], [Fresh], [SentAt],
// [Refusals]).
//
// It is not an adapter's base: it knows no platform's names, codes or limits,
// decides nothing about a message, and holds no connection. What a code means
// each adapter says itself. Nothing in it reads the clock; whoever needs the
// time is given it.
//
// Bounded memories are lru.Cache of github.com/hashicorp/golang-lru/v2. Not its
// expirable kind: that reads the machine's clock and starts a goroutine which
// nobody can end.
package platform
