// Package chat is a conversation without a platform: what people send, what
// the bot says, and what an adapter must be able to do. It knows no commands,
// no rules and no database; texts of people are plain text everywhere, and an
// adapter must render them so that they mention nobody and link nowhere.
package chat

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// Account is a person as one platform knows them.
type Account struct {
	Platform string `json:"platform"` // feishu, webchat …
	ID       string `json:"id"`       // open_id …
}

// Address is where a message goes: a person's private chat or a group.
type Address struct {
	Platform string `json:"platform"`
	Group    bool   `json:"group"` // ID is a group's; otherwise an account's
	ID       string `json:"id"`
}

// Private is the address of an account's private chat with the bot.
func (a Account) Private() Address { return Address{Platform: a.Platform, ID: a.ID} }

// Kind says what an Event is.
type Kind string

// The kinds of event that an adapter hands over.
const (
	Text       Kind = "text"       // somebody wrote
	Location   Kind = "location"   // somebody sent a place
	Picture    Kind = "picture"    // somebody sent a picture without words
	Press      Kind = "press"      // a card's button: Command
	Submit     Kind = "submit"     // a card's form: Command and Values
	Menu       Kind = "menu"       // the bot menu: Command
	Opened     Kind = "opened"     // the private chat was opened for the first time
	BotJoined  Kind = "bot_joined" // the bot was added to a group
	MemberLeft Kind = "left"       // From is no longer with the company
	Other      Kind = "other"      // sticker, file …: nothing the bot reads
)

// Event is something that a person did on a platform.
type Event struct {
	ID       string // unique on its platform; a redelivery carries the same one
	Kind     Kind
	From     Account
	FromName string // the platform's name of the person, where it told
	Chat     Address
	Sent     time.Time // when the platform says it was sent; judges deadlines
	ToBot    bool      // private, or the bot is mentioned
	Text     string    // as typed, without the mention of the bot; other mentions as @name
	Mentions []Mention
	Place    string            // Location: the place's name (never coordinates, C13)
	Command  string            // Press, Submit, Menu: the command line the element carries
	Values   map[string]string // Submit: what was filled in, by field name
	Card     string            // Press, Submit: the platform's id of the message pressed on
	Topic    string            // the platform's id of a message in a topic, whose answers belong there; empty outside one
	// Fetch fetches the picture, as it was sent, of a Picture, or of a Text that
	// came with one; nil: there is none. It gives MaxPicture bytes at most, and
	// ErrLarge for more, and ErrDenied.
	Fetch func(ctx context.Context) ([]byte, error) `json:"-"`
}

// MaxPicture is how many bytes a picture may have.
const MaxPicture = 5 << 20

// ErrLarge is a picture of more than MaxPicture.
var ErrLarge = errors.New("a picture that is too large")

// ErrDenied is what the app may not fetch, for the administrator to mend.
var ErrDenied = errors.New("the app lacks the permission")

// Platform is where the event happened.
func (e Event) Platform() string { return e.From.Platform }

// Mention is somebody named with @ in a text.
type Mention struct {
	Name    string
	Account Account
	Guest   bool // of another company
}

// Receipt is what the desk tells the adapter once an event is safely stored.
type Receipt struct {
	Duplicate bool   // known already: nothing was done
	OK        bool   // the command went through
	Toast     string // a few neutral words for whoever pressed
	Done      string // what came of the card that was pressed, in the place of its buttons; empty: they stay
}

// Receive takes an event. An error means that nothing was stored and the
// platform should deliver again.
type Receive func(ctx context.Context, e Event) (Receipt, error)

// Message is what the bot says; every part is optional but one of Text and
// Card is set unless it only carries a file.
type Message struct {
	Text string `json:"text,omitempty"`
	Card *Card  `json:"card,omitempty"`
	File *File  `json:"file,omitempty"` // alone in its message, see With
	// Topic is the Topic of the event that this answers in its own chat.
	Topic string `json:"topic,omitempty"`
	// About is what the card's buttons decide, once for everybody who has one:
	// A12. Replaces is what the platform calls the card that this one is shown in
	// the place of. See Notice.
	About    string `json:"about,omitempty"`
	Replaces string `json:"replaces,omitempty"`
	Secrecy
}

// Tone colours a card's head; what it says is always in the text too.
type Tone string

// The tones of a card.
const (
	Plain Tone = ""
	Good  Tone = "good"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
)

// Card is a message with structure. All texts are plain text.
type Card struct {
	Title   string   `json:"title"`
	Tone    Tone     `json:"tone,omitempty"`
	Blocks  []Block  `json:"blocks,omitempty"`
	Buttons []Button `json:"buttons,omitempty"`
	Form    *Form    `json:"form,omitempty"`
	Done    string   `json:"done,omitempty"` // what came of the buttons, in their place
}

// Block is one part of a card's body: exactly one field is set.
type Block struct {
	Text  string  `json:"text,omitempty"`  // a paragraph; line breaks count
	Note  string  `json:"note,omitempty"`  // small print
	Facts []Fact  `json:"facts,omitempty"` // label and value, line by line
	Table *Table  `json:"table,omitempty"`
	Fold  *Folded `json:"fold,omitempty"`  // opened by a tap
	Chart *Chart  `json:"chart,omitempty"` // drawn where that is possible, its Figures everywhere
}

// Fact is a label with its value.
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Table is rows under heads; all cells are text.
type Table struct {
	Heads []string   `json:"heads"`
	Rows  [][]string `json:"rows"`
}

// Folded is text behind a title.
type Folded struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Button carries a command line, so that a press gets the checks and the
// audit of the typed command.
type Button struct {
	Label   string `json:"label"`
	Command string `json:"command"`
	Typed   string `json:"typed,omitempty"` // what does the same when typed; empty: Command
	Primary bool   `json:"primary,omitempty"`
	Danger  bool   `json:"danger,omitempty"`
}

// Line is what to type instead of a press.
func (b Button) Line() string { return cmp.Or(b.Typed, b.Command) }

// Form asks for several values at once; submitting sends Command with Values.
type Form struct {
	Command string  `json:"command"`
	Fields  []Field `json:"fields"`
	Submit  string  `json:"submit"` // the button's label
}

// Field is one input of a form. With Options it is a choice.
type Field struct {
	Name     string   `json:"name"` // the key in Event.Values
	Label    string   `json:"label"`
	Value    string   `json:"value,omitempty"` // prefilled
	Hint     string   `json:"hint,omitempty"`
	Lines    int      `json:"lines,omitempty"` // more than 1: a text area
	Required bool     `json:"required,omitempty"`
	Options  []string `json:"options,omitempty"`
}

// File is made when it is delivered, outside any transaction: Recipe names
// how (see Files in package handlers), so that nothing big waits in the outbox.
type File struct {
	Name   string `json:"name"`
	Recipe string `json:"recipe"`
}

// Notice is something the bot says unasked. Key names it for ever
// (report/2026-W48/<person id>/due): the same key is never said twice.
//
// One whose card is Done is no message of its own: it is shown in the place of
// every card about the same, whosoever they are; without About, of the one that
// was pressed. Its Key and To are empty.
type Notice struct {
	Key     string
	To      string // person id; empty: the department's group
	Message Message
	Files   []File // behind the message, as confidential as it is
	Urgent  bool   // an alarm: goes out in its own message even when others are merged
	Aside   bool   // of what came to light by the way; no news of what was done
	// Accounts are all that the person has, or had until now: it is said to each
	// of them. Empty: to the one that they used last.
	Accounts []Account
	Cause    string // whose event it comes of, filled in where it is owed; empty: the clock's
}

// Platform is a chat system. Send, and Render of a file or of charts, are called
// outside transactions; Render of anything else waits for nothing.
type Platform interface {
	// Name is the Platform of its addresses.
	Name() string
	// Render turns a message into the exact bytes that Send takes. It is
	// called once per message; resends send the same bytes. data is the
	// content of m.File when there is one; Render uploads it.
	Render(ctx context.Context, to Address, m Message, data []byte) ([]byte, error)
	// Send delivers bytes that Render made. key (at most 50 characters) is the
	// idempotency key: within Limits().Window the platform shows one message
	// per key. An error is a *SendError where the platform answered.
	Send(ctx context.Context, to Address, payload []byte, key string) error
	// Limits is what the platform allows.
	Limits() Limits
}

// Editor is a Platform that can change a card that it showed.
type Editor interface {
	// Show is Send, in the place of an earlier card where old names it. What it
	// gives is what a later Show calls the card, which may be the id that a press
	// on it brings (Event.Card); empty: it stays as it is.
	Show(ctx context.Context, to Address, payload []byte, key, old string) (card string, err error)
}

// Namer is a Platform that can look a person's name up in the company's directory. It
// gives ErrNoNames where it is not set up for that.
type Namer interface {
	PersonName(ctx context.Context, id string) (string, error)
}

// ErrNoNames is a Namer that tells nobody's name.
var ErrNoNames = errors.New("the platform tells no names")

// Lister is a Platform that can tell who is in a group, robots and guests from other
// companies aside. It gives ErrDenied where the app may not know, and ErrOutside where
// the bot is not there.
type Lister interface {
	Members(ctx context.Context, group string) ([]Member, error)
}

// Members are who is in a group; ErrNoMembers where its platform is no Lister.
func Members(ctx context.Context, p Platform, group string) ([]Member, error) {
	if l, tells := p.(Lister); tells {
		return l.Members(ctx, group)
	}
	return nil, ErrNoMembers
}

// Member is somebody in a group.
type Member struct {
	Account Account
	Name    string // the platform's; empty where it told none
}

// Why nobody can be told who is in a group.
var (
	ErrNoMembers = errors.New("the platform does not tell who is in a group")
	ErrOutside   = errors.New("the bot is not in the group")
)

// Checker is a Platform that can examine its own set-up (marketbot check, 自检).
type Checker interface {
	Check(ctx context.Context) []Finding
}

// Finding is one line of a check.
type Finding struct {
	Name string // what was looked at
	OK   bool
	Text string // what is wrong and how to mend it; what was found when OK
}

// Limits is how fast a platform may be sent to. Zero means no limit.
type Limits struct {
	PerSecond     int // all chats together
	PerMinute     int
	ChatPerSecond int           // into one chat
	ChatPerMinute int           // into one chat
	ChatPerHour   int           // into one chat
	Window        time.Duration // how long an idempotency key protects
	Repeats       bool          // Render makes the same bytes of the same message again
}

// Protector is a Platform whose keys do not protect everything alike: Window
// is how long they protect what Render made, instead of Limits().Window.
type Protector interface {
	Window(payload []byte) time.Duration
}

// Resident is a Platform that at times only one of several processes can send
// by: Here reports whether that is this one.
type Resident interface {
	Here() bool
}

// Failure classifies why a message was not sent.
type Failure int

// What the outbox does about each is in scheduler/outbox.go.
const (
	Uncertain   Failure = iota // it may or may not have arrived: resend with the same key
	Busy                       // not sent, try again after SendError.After
	BadContent                 // this content never will be: fall back to plain text
	BadReceiver                // this receiver cannot be reached: tell the administrator
	BadSetup                   // the app lacks something: tell the administrator, keep
	Unknown                    // refused with a code that nobody listed: again over a minute, then as BadContent
)

// SendError is a platform's refusal.
type SendError struct {
	Failure Failure
	Code    int           // the platform's
	After   time.Duration // Busy: not before
	OneChat bool          // After is about this chat only
	Err     error         // without any content of the message
}

func (e *SendError) Error() string { return e.Err.Error() }
func (e *SendError) Unwrap() error { return e.Err }
