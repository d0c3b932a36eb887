// Package rulebook is the company's rule book (市场管理细则) as pure functions:
// the clauses and how people look them up, the deadlines and the working-day
// calendar that moves them, who may do what, and how a contract's money stands.
//
// It is not for anything that happens: it knows no clock, no database, no
// messages and no commands. Callers hand in the time, the zone and the person,
// and get an answer that depends on nothing else.
//
// Read clauses.go beside the rule book first, then rights.go, then deadline.go
// with calendar.go, then standing.go with account.go and plan.go.
package rulebook

// Version is the date of the wording in Clauses, the first edition of a Book. What a
// person acknowledged (R06) names it, so every change of a clause's number, title or
// text needs a new date; a test holds the two together.
const Version = "2026-11-24"
