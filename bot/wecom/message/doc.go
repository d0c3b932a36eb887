// Package message is what a chat.Message looks like in WeCom, as pure functions:
// plain texts ([Texts]), the robot's markdown ([Markdown]), a card that holds all
// ([WholeCard]) or only the buttons behind words ([ButtonCard]), a form as a text
// to fill in ([Offering]) and what comes back of it ([Read]). A [Parcel] carries
// the bodies, byte for byte as they are sent.
//
// It sends nothing and knows no chat. Whether a message may go a way at all is
// for the ways to refuse and for bot/wecom to choose.
//
// # Nobody's words are markup
//
// The platform reads addresses and <@tags> even in plain text and documents no
// escapes, so people's words could mention everybody or pretend to be a link. A
// character without width stands wherever such a thing would begin; [Worn] takes
// it off again where people copy what they saw.
//
// # What may be cut
//
// Words may, with a note saying so. What has to be typed never is: in a group,
// and with an app without a callback, it is the only way to press a button.
//
// Documents: path/90236 (texts, files and cards of an app), path/101463 (the
// robot's), path/101138 (markdown) of
// https://developer.work.weixin.qq.com/document/.
package message
