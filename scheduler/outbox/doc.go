// Package outbox delivers what the bot owes, however often it has to try. The
// store owes before anything is sent, so the process may be killed at any
// moment: what was owed arrives once, in order within its chat, or ends as a
// dead letter that somebody hears of.
//
// It is not for who is to hear what and in which chat, which [handlers.Post]
// knows when it owes, nor for how a platform is spoken to, which a
// [chat.Platform] knows.
//
// # The states of a message
//
//	owed ──► frozen ──► sent
//	  ▲  ◄──────┤└────► dead letter
//	  └─ rewritten
//
// Owed it is content that any platform can show. At its first try the bytes are
// made and frozen, and with them the platform's idempotency key ([sendKey]):
// every later try sends the same, until it is certain that none has arrived. An
// answer is frozen as it is owed ([Outbox.Freeze]). What is sent, and what is a
// dead letter, is wiped.
//
// # Verdicts
//
// What becomes of a message is a pure function of the message, the platform's
// answer and the time ([beforeTry], [beforeRepeat], [judge]); the [writer]
// writes any verdict in one transaction with what the administrators must hear
// of it, once a day for each subject.
//
//	arrived        sent
//	Uncertain      the same bytes under the same key again, after 1 s, 5 s, 15 s, 1 min, then every 5 min;
//	               when the key no longer protects: once more, marked 补发; confidential: never
//	Busy           again after the platform's time, or the same ladder
//	               what fails four times while the platform takes others is poison: it steps aside
//	Unknown        the same ladder for a minute, then as BadContent; while nothing at all passes, for an hour
//	BadContent     once more as plain text, then a line that says so in its place, then a dead letter;
//	               the administrators are told what was given up
//	BadReceiver    a dead letter, and the administrators are told
//	BadSetup       kept at the head of its chat, again every 10 min; a file becomes words about it;
//	               the administrators are told, if possible elsewhere; where what comes behind it
//	               passes, a card becomes words, and what is words steps aside
//
// What is confidential is looked at again right before each try
// ([handlers.Post.Still]): where its reader was stopped or the account is
// another's it becomes a dead letter, where they may not read it any more a
// harmless line, and the administrators are told.
//
// What is shown in the place of a card ([chat.Notice.Changes]) is tried for an hour
// and given up without a word: the card stays as it was, and who presses it hears
// what came of it.
//
// Poison holds up nobody: its chat goes on, it is tried again beside it, its
// receiver hears that something is late (of a card, at once, what it says, marked
// 补发) and the administrators hear of it. While a platform takes nothing, nobody
// knows whose fault it is: then order is kept, and what the administrators are
// told, or what comes next in the chat, finds out whether anything passes.
//
// # Turns
//
// What waits has a [turn]: answers, then notices, then reminders, then what can
// wait. In a chat the order is that of age, but for these rules:
//
//   - Each person has a budget of answers on a platform. What is beyond is served
//     where nobody else has to wait for it, whoever had a turn the longest time
//     ago first; of one person's own answers in one chat none overtakes another.
//   - A notice that has waited for two seconds takes its turn among answers.
//   - What one person tells one receiver again and again, beyond a budget, waits
//     up to a minute and is told together, nothing left out; so does, for ten
//     seconds, what a crowd tells one receiver.
//   - What can wait leaves seats, and places of what the platform and the chat
//     allow, to what cannot; so do notices that people cause, and in a group
//     whoever was answered just now.
//
// A reminder waits while quiet hours last. A reminder and what was due are given
// up 4 h after they were owed: they would no longer be true. Nothing is tried
// for more than 7 days. News of a message to the administrators that are not
// delivered make no news.
//
// # Who does what
//
// One goroutine, the [pump], owns all that waits; nothing of it is locked. It
// takes the most urgent chat from the [backlog], in which people have fair turns
// within what a platform allows; a [deliverer] tries it
// beside the others, one message at a time in a chat; the [recorder] writes what
// was delivered, much in one commit. Deliveries own their message until they
// end and report.
//
// # Who may fear whom
//
// The platform may answer anything, late or never; the clock may be set back or
// forth; the store may fail: then what is in memory stays and is tried again a
// second later. Another process on the same store may take over what this one
// has claimed, once its [lease] ended: a message is looked at again at the last
// moment before it is sent, and the store refuses a verdict on what is
// another's. The desk fears nothing: [Outbox.Owed] and [Outbox.Wake] never wait.
package outbox
