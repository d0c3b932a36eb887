// Command bot is the market department's assistant (市场部助手): it takes
// check-ins and weekly reports in a chat, keeps the customers' files secret and
// every look into them accounted for, reminds people of what the rule book asks
// of them, and remembers everything.
//
// The code, in the order to read it:
//
//	handlers/rulebook   the rule book as pure functions: clauses, rights, deadlines
//	handlers/text       what is done to texts: folding, cutting, one line, quoting, masking
//	handlers/words      how the bot words days, moments, money, names; handlers/reading reads what people write
//	handlers/chat       a conversation without a platform
//	handlers/command    what a command is, and how typed text becomes one
//	handlers/audience   who hears: posts, leave, vacancy, the line above
//	handlers/daily      the one message a person gets each morning, of what areas owe
//	handlers/closing    months freeze: what areas keep of them, and where later truth goes
//	handlers/pack       what areas hand over for the monthly meeting, each by one function
//	handlers/leaving    what somebody answers for in every area, and who has it after them
//	handlers/trip       one area of work; report, staff, customer, approval, contract, receivable, progress,
//	                    target, activity and meeting are built alike
//	handlers/sheet      workbooks: an area says what, never how; handlers/pdf prints them, handlers/picture draws charts
//	handlers/photo      what is made of a picture that somebody sent, before it is kept
//	handlers/intake     what was kept in tables before: columns, rows, a report of what is wrong
//	handlers/pace       how many messages a platform takes in a second, a minute, an hour
//	handlers            the Desk: from an event to a committed answer
//	store               what is remembered, a small value a family of tables, and the only SQL
//	store/vault         customers' files, and the only door to what they hold
//	store/ledger        the audit: who did what, bound into a chain
//	store/upkeep        backup, restore, move, a change of key
//	store/internal      engine: connections, commits, locks; seal: keys and sealing; spelling: how
//	                    names are found by what people type
//	store/cluster       what several processes agree on for seconds, in Redis; alone: nil
//	scheduler           when things happen: claimed, run, caught up
//	scheduler/timetable every job on one page, to lay beside the rule book
//	scheduler/outbox    how what the bot owes is delivered
//	bot                 this package: settings (config.go), wiring (app.go), the listener (http.go)
//	bot/feishu          a platform; bot/wecom is another (three programs joined), bot/webchat a third, for the demo
//	bot/platform        what adapters share below their protocols
//
// Imports only run bot → scheduler → handlers → store. This package and those
// below it are the only ones that read the clock.
package main
