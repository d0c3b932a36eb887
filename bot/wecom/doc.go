// Package wecom joins three programs into one chat.Platform for WeCom (企业微信):
//
//	[robot]  智能机器人: a robot over its long connection, in groups and in private
//	[app]    自建应用: a self-built app, in private, with a callback both ways
//	[hook]   群机器人: the webhook of the department's group, out only
//
// None of them knows another; this package chooses the way a message goes
// ([Adapter.Render]), and what they share lies below all three: chats (what was
// learnt about a chat), message (what a message looks like) and qyapi (calls over
// HTTP). It decides nothing about the department's rules: events are handed to a
// chat.Receive.
//
// # What may go which way
//
//	                 robot                     app                          hook
//	group            yes, with an @mention     never                        its one group
//	private          who wrote to it before    whoever is in visible range  never
//	confidential     its summary, no more      safe text, in private only   its summary, no more
//	cards, buttons   in private, else typed    with a callback, else typed  typed
//	a card changes   when it is pressed        when it is pressed, and      never
//	                                           once within three days
//	files            yes                       yes, confidential ones too   yes
//	comes in         text, presses, entering   with a callback: all but     nothing
//	                                           groups
//	sent twice       shown twice               dropped for four hours       shown twice
//
// Confidential content is redacted to its summary before a way without safe is
// even asked, and robot and hook refuse it besides: two mistakes are needed, not
// one, for it to get out.
//
// # A connection's states
//
// The robot has one live connection in the world. Over replicas it is leased:
//
//	waiting   another process has the lease; it hears, and this one is ready
//	dialing   the lease is ours; no connection yet, or none any more
//	up        subscribed: hears, answers, is asked for renewal after a silent hour
//	former    the lease went, or nobody was heard for an hour (a line can look
//	          alive and get no messages); it stays until another took it over
//
// From up it falls to dialing by a drop, by two pings unanswered, or by a newer
// subscriber (disconnected_event). Each goes back after a wait of its own: soon
// after a drop or a login that failed, slower after being overtaken, lest two programs throw each other out
// for ever, slowest where the platform counts logins or knows no such secret. What
// people write while nobody is connected is lost to us; so a stopping process
// lets go only when another has taken over.
//
// # Who fears whom
//
// We fear forged callbacks and people's words turning into mentions and links;
// a robot that hears nothing and does not know it; one answer shown twice. The
// platform fears us: it bans an address that hammers, drops beyond 30 messages a
// minute to one receiver without a word, and suspends apps that misbehave.
// People must fear nothing: what was not stored they are told to say again.
//
// Documents: https://developer.work.weixin.qq.com/document/path/101463 (robot),
// path/90236 and path/90238 (app), path/91770 (webhook).
package wecom
