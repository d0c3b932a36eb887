// Package robot is a robot (智能机器人) over its long connection: the one way in
// WeCom to be mentioned in groups, and one to talk in private without anything
// inbound to open.
//
// The platform keeps nothing for it: what comes while no connection is up is
// lost, and what it is sent twice it shows twice. It keeps no secrets either and
// refuses whatever is confidential. Which messages go by it bot/wecom decides.
//
// # From bytes to the desk
//
//	wire.go     one connection: frames out and in, answers find their caller
//	session.go  a connection at work: dialed, subscribed, watched, handed over
//	robot.go    the lease, and coming back whatever became of a connection
//	queue.go    callbacks side by side, those of one person in their order
//	event.go    a callback as a chat.Event
//	hear.go     handing it over until it is stored, as nobody delivers it again
//	asked.go    which callbacks may still be answered under their own id
//	send.go     what is said: an answer where one is open, else unasked
//
// # Speaking
//
// Unasked, the robot may speak only where somebody wrote to it before (93006
// otherwise), and 30 times a minute in one chat. An answer under a callback's
// req_id needs no such leave, but is taken for ten minutes at most here, once,
// and never of an event, whose id takes a greeting or the change of a card
// within five seconds.
//
// # A line that is half alive
//
// The platform takes one connection a robot. The older one is told
// (disconnected_event) and closed, but sometimes stays open, pings answered and
// messages gone. So the line is dead after two pings without an answer, over
// when told so, and renewed after an hour in which nobody was heard.
//
// Documents: https://developer.work.weixin.qq.com/document/path/101463 (the
// connection), path/100719 (what comes), path/101027 (events).
package robot
