// Package app is one self-built app (自建应用) of the company: it writes to
// anybody in its visible range, keeps confidential text from being passed on,
// knows names, tells userids for encrypted ids, and with a callback receives
// what people write to it.
//
// It is not for groups: the platform lets an app write only into groups that it
// created itself, and hear nothing there. It chooses no way and knows of no
// other; bot/wecom does.
//
// # What comes in
//
// The platform calls [Path] with a sealed body and takes the answer for five
// seconds; anything but 200 brings the same event again, three times. So an
// event is acknowledged when it is stored and not before, a forged or recorded
// call has no effect, and an event's name is the hash of what was sealed: the
// platform's own advice for events, sender and second, would merge two
// approvals of one second.
//
// # What goes out
//
// What is confidential becomes plain text with safe=1, which cannot be passed on
// and shows who looks, and never a card, as cards know no such mark. The
// platform drops what it was sent before within four hours, and that is the only
// protection of a resend: so the bytes of a resend are the same, and every text
// carries a mark of its own lest two equal answers become one.
//
// An answer of 0 does not mean that everybody was reached: invaliduser is read
// too. One member takes 30 messages a minute; the platform drops the rest
// without a word, so they wait here.
//
// Documents: path/90236 (messages), path/90240 (events), path/90968 (seals),
// path/94888 (cards) of https://developer.work.weixin.qq.com/document/.
package app
