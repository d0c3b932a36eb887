// Package qyapi calls WeCom's API over HTTP (qyapi.weixin.qq.com): [Client] as
// a group's webhook does, whose key is all it has, [App] in the name of a
// self-built app, under its access token. It also says what a refusal means
// for a message ([Failure]), whichever way the message went.
//
// It knows no message and no person; it retries one thing only, a call whose
// token the platform refused. Everything else is the outbox's to decide.
//
// # Secrets
//
// Access tokens, the app's secret and the webhook's key stand in addresses
// there, as the platform wants it. So no address is ever told: not in errors,
// not in the log.
//
// # What the platform punishes
//
// Asking for a token again and again with a wrong secret gets the address
// banned for an hour: after a refusal nothing is asked for a minute. A token may
// be revoked before its time (40001, 40014, 42001); it is then fetched anew,
// once. From an address that is not in the app's 企业可信IP every call is refused
// (60020); companies go out through a proxy with a fixed one ([NewHTTP]).
//
// Documents: https://developer.work.weixin.qq.com/document/path/91039 (tokens),
// path/90313 (codes), path/90312 (limits), path/90253 (uploads).
package qyapi
