// Package command turns what people type into calls of steps. A command is one
// value, its [Spec]: parser, permission check, help, README table, the clauses
// that it serves and suggestions all read it. [NewRouter] refuses at start what
// is incomplete or clashes.
//
// # What a step is given
//
// A [Call]: the person, the time, the transaction, and the arguments by the
// names that the Spec declares; another name panics. Words that mean somebody
// or something are found out here, once for all areas:
//
//   - a person: [Call.Who];
//   - a customer: [Call.Customer], which takes what the command wants with the
//     customer from the Spec, and tells nobody of one whom they may not know
//     (档-3). No area searches for customers itself;
//   - a contract: [Call.Contract], by its number or its customer, in the same
//     words where there is none and where the caller may not know of it;
//   - a numbered thing (A12, L3): [Numbered], which also says how it ended;
//   - a page of a list: [Call.Page].
//
// # What a step gives
//
// An [Answer], or as an error a [Refusal] or a [Question]. Every other error is
// a fault of ours. What is asked before it is done is an Answer's
// [Answer.Preview] of a version, see [VersionOf].
//
// The package knows no area of work, decides no right (rulebook does), opens no
// file and sends nothing.
package command

import (
	"context"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/ledger"
)

// Spec is a command: everything there is to know about it.
type Spec struct {
	Name    string   // 签到, 人员 添加: the Chinese word(s); spaces inside are optional when typed
	Aliases []string // pinyin initials, English
	// Said are other ways to speak of the command, with … where anything may
	// stand: what other products call it, what one does to it. They are offered
	// as the command, with all that stands around them; ~ is before those that stay in
	// its text. Tells are what people say
	// who tell at once what the command takes as text: that is kept whole.
	Said, Tells []string
	Lists       bool     // it shows a list where nothing is said of which: that is offered to whoever asks about it
	By          []Kind   // what a list may be narrowed to, beside what the arguments say: Person, Customer, Month
	Of          string   // the letter of the codes that it is about, or [Contracts]: it is offered where one stands without a command
	Summary     string   // one line, for help
	Args        []Arg    // in the order they are typed
	Examples    []string // complete lines; a test runs each as someone allowed and as someone not
	Who         rulebook.Right
	For         func(store.Person) bool // whom it concerns among Who, for help and suggestions; nil: all
	Private     bool                    // the answer is confidential: from a group it goes to the private chat
	Due         string                  // by when it is owed, in words; empty: by no time
	Clause      string                  // the clause it serves; may be empty for the conversation's own words
	Also        []string                // further clauses that it serves
	Proceeds    []string                // what the buttons that confirm it may say in place of 确认, which can be typed as well
	Replaces    []string                // the commands of which a preview must wait for it to be meant where it is typed
	Settles     bool                    // a second run finds what the first did and says so: a double click is answered, too
	Form        bool                    // without values it shows a form
	Asks        bool                    // what it takes may be a question to others, as a topic is
	Photo       bool                    // it takes a photo that comes with its line
	Hidden      bool                    // carried by buttons and forms only: not in help, still checked
	Unnamed     bool                    // whoever heard of it does not learn by 撤销 whose it was
	Daily       bool                    // what help shows first
	Area        int                     // what belongs together in help; the conversation's own is 0
	Run         Step
	// Changed is when what the call changes was changed last: of two changes the
	// one sent later counts, and a call that was sent before is refused. nil:
	// what it writes replaces nothing.
	Changed func(ctx context.Context, c *Call) (time.Time, error)
	Undo    func(ctx context.Context, c *Call, ref string) (string, error) // takes Answer.Undo back, says what was taken back
}

// Suits reports whether the command is of use to a person: allowed, and their
// concern.
func (s *Spec) Suits(p store.Person) bool {
	return rulebook.Allows(s.Who, p) && (s.For == nil || s.For(p))
}

// Step does what a command asks, inside the transaction of its message. It
// gives an answer or an error: never neither, and beside an error none counts.
type Step func(ctx context.Context, c *Call) (*Answer, error)

// Kind is what an argument may look like.
type Kind int

// The kinds of argument. The type in brackets is what Call's getters give.
const (
	Word     Kind = iota // one word (string)
	Number               // what a numbered thing is called by: A12 (string)
	Free                 // the rest of the line as typed (string)
	Date                 // 明天, 11-24 … (store.Day)
	Span                 // 周一至周三, 3天 from today, one date (reading.Days)
	Week                 // 上周, 第48周, any date in it (store.Week)
	Month                // 本月, 11月 (store.Day of the 1st)
	Money                // 12.5万 (int64, in 分)
	Length               // 24小时, 3天 (time.Duration)
	Person               // a name or @mention of an active person (store.Person)
	Post                 // 市场总监 (store.Post)
	Duty                 // 管理员 (store.Duty)
	Labels               // 本周：… 下周：… (reading.Labelled by Keys), to the end of the line
	Customer             // a customer's code, name or a part of it, as typed (string); Call.Customer finds out who it is
	Contract             // a contract's number, or its customer, as typed (string); Call.Contract finds out which it is
	Passage              // text up to the first of the command's fields (string)
	Fields               // 地址=… 电话=… (map[string]string by Keys), to the end of the line
	Mentions             // further people, each with @ ([]string)
)

// Arg is one argument. Optional ones are passed over when the text does not
// fit; a missing one that is not optional is asked for with Prompt.
type Arg struct {
	Name     string
	Kind     Kind
	Optional bool
	Prompt   string
	Keys     []string // Labels: the labels known, the first one also takes unlabelled text; Fields: the keys known
	Also     []string // Labels: further ones that are read and not shown
	Past     bool     // Date, Span, Month: it is about what was, so that 周五 is the last one
	Halves   bool     // Span: a part of a day counts
	Gone     bool     // Person: who left the company may be meant, too
	Coded    string   // Word, Free, Passage: the letters of the codes that it may begin with, behind what they are called (编号 R12), or [AnyCode]
	Words    []string // what it is, or begins with, that a sentence may name anywhere: 已签合同有哪些; none holds another
	For      Want     // Customer: what the command wants with the customer
	// Others words the refusal of a Customer ToChange for whoever may only read,
	// where it is not the file that is changed; owner is the owner's name.
	Others func(m Meant, owner string) *Refusal
}

// Answer is what a step wants said.
type Answer struct {
	Reply   chat.Message  // to whoever asked; Spec.Private decides where
	Files   []chat.File   // after the reply, in the same chat
	Notices []chat.Notice // to others
	Undo    string        // what Spec.Undo takes back; empty: cannot be
	Confirm string        // not empty: Reply is a preview of this version, and waits for 确认
	Proceed string        // the words of the button that confirms; empty: 确认
	Subject string        // for the audit entry: ids and periods, never content
	Undid   bool          // it took a write back, and leaves none to take back
	Listed  Listed        // whom it names because words may mean them
	// Recorded says that the step wrote the audit entry itself, as the door to
	// the customers' files does.
	Recorded bool

	Next *Next // runs now, in place of this answer, with checks, audit entry and answer of its own
}

// Next is a command line with what was confirmed or filled in before.
type Next struct {
	Line    string
	Version string            // the version that was confirmed; empty when none was
	Form    map[string]string // values of its form; nil when none was filled in
	Filled  string            // the line that they were written in
	Means   string            // the number that Version was shown under, where none was typed
}

// Listed are the customers that an answer names because words may mean them.
// Each is looked at (档-3): the audit entry says who, and for which words.
type Listed struct {
	Words     string   // as typed
	Customers []string // ids; none: nobody is named so
}

// Text is an Answer of one line.
func Text(s string) *Answer { return &Answer{Reply: chat.Message{Text: s}} }

// Card is an Answer of one card.
func Card(c chat.Card) *Answer { return &Answer{Reply: chat.Message{Card: &c}} }

// Refusal is an error for the person: what is wrong, the clause, what to do.
type Refusal struct {
	Text    string
	Hint    string // what to type instead
	Clause  string
	Buttons []chat.Button
	Denied  bool          // for want of a right, not because it is impossible
	Look    ledger.Look   // for the audit entry of a file that was not opened
	Notices []chat.Notice // to others, although nothing was done: alarms
	Private bool          // said in the private chat, whatever was called
	Listed  Listed        // whom it names because words may mean them
	Field   string        // what is to be written again, in a form or to a question; empty: nothing alone would help
}

func (r *Refusal) Error() string { return "refused: " + r.Text }

// Question is an error of a step or the parser: something is missing, ask for
// it. The answer is appended to the call's line after Prefix.
type Question struct {
	Prompt       string
	Prefix       string   // e.g. "下周："
	Line         string   // in place of the call's; empty: that
	Choices      []string // that a button answers each; nil: any words
	chat.Secrecy          // of what the prompt repeats
}

func (q *Question) Error() string { return "question: " + q.Prompt }

// Item is something a person owes or waits for (我的).
type Item struct {
	Text   string
	Button *chat.Button
	Urgent bool   // it is overdue or due today, or somebody waits for the person's word
	Yes    string // the line that a lone 同意 may mean, where it waits for the person's decision
	No     string // and a lone 不同意
}
