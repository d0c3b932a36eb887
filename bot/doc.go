// Command bot is the market department's assistant (市场部助手): it takes
// check-ins and weekly reports in a chat, reminds people of what the rule book
// asks of them, and remembers everything.
//
// The code, in the order to read it:
//
//	handlers/rulebook   the rule book as pure functions: clauses, rights, deadlines
//	handlers/chat       a conversation without a platform
//	handlers/command    what a command is, and how typed text becomes one
//	handlers/trip       one area of work; the others are built alike
//	handlers            the Desk: from an event to a committed answer
//	store               what is remembered, and the only SQL
//	scheduler           when things happen (timetable.go) and how they are delivered (outbox.go)
//	bot                 this package: settings (config.go), wiring (app.go), the listener (http.go)
//	bot/feishu          a platform; bot/webchat is another, for the demo
//
// Imports only run bot → scheduler → handlers → store. This package and those
// below it are the only ones that read the clock.
package main
