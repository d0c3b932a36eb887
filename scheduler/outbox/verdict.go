package outbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/store"
)

// kind is what a verdict asks for.
type kind int

const (
	// leave changes nothing: another process has it, or this one stops.
	leave kind = iota
	// try: nothing speaks against a try.
	try
	// freeze fixes the bytes of the first try.
	freeze
	// sent: it arrived.
	sent
	// wait: not before due. It is no try.
	wait
	// retry: tried, again at due.
	retry
	// rewrite says something else at once.
	rewrite
	// deadLetter gives it up.
	deadLetter
)

// verdict is what becomes of a message. It is a value: [judge] and its like
// decide, the [writer] writes.
type verdict struct {
	kind    kind
	due     time.Time     // of wait and retry
	unsure  bool          // retry with the same bytes: the try may have arrived
	failed  bool          // of retry: it was the platform that failed, or the message
	lacks   bool          // of retry: the set-up lacks something
	payload []byte        // of freeze
	content []byte        // of rewrite
	reason  string        // of retry and deadLetter
	pause   time.Duration // the platform asked to be left alone for so long
	absorb  []*item       // of rewrite: what it says now for them too
	aside   bool          // of retry and rewrite: nothing waits for it any more
	word    bool          // its receiver hears that it is late
	news    *news         // what the administrators must hear; nil: nothing
}

// news is told to the administrators once a day for each subject.
type news struct {
	subject string
	to      string // before the receiver's name, which then stands before text; empty: without
	text    string
	avoid   string // a platform that is out of order
}

// answer is what came of a try.
type answer struct {
	failure *chat.SendError // nil: it arrived
	reason  string          // what may be kept and told of the failure
	tried   bool            // the platform saw it
	others  bool            // since it began to fail, the platform took others
}

// ladder is how long to wait after each try, the last one for ever.
var ladder = [...]time.Duration{time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute}

// backOff is the wait after so many tries, up to a fifth longer by chance, from
// 0 to 1, so that what failed together does not come back together.
func backOff(tries int, chance float64) time.Duration {
	d := ladder[min(tries, len(ladder)-1)]
	return d + time.Duration(chance*float64(d/5))
}

// beforeTry is whether a message may be tried now. quietEnd is when quiet hours
// end, if there are any now; configured is false where its platform is not.
func beforeTry(it *item, now, quietEnd time.Time, configured bool, chance float64) verdict {
	age := now.Sub(it.Created)
	switch {
	case it.unreadable:
		return bury(it, "unreadable")
	case age > oldest:
		return bury(it, "tried for too long")
	case it.Class == store.ClassReminder && quietEnd.After(now):
		return verdict{kind: wait, due: earlier(quietEnd, now.Add(quietRetry))}
	case it.Class >= store.ClassDue && age > staleAfter:
		return expire(it)
	case !configured:
		err := errors.New("platform is not configured")
		return judge(it, answer{failure: &chat.SendError{Failure: chat.BadSetup, Err: err}, reason: err.Error()}, now, chance)
	}
	return verdict{kind: try}
}

// beforeRepeat is whether a message that may have arrived can be sent again
// without being seen twice: same is false when its first bytes cannot be made
// any more, and window is how long its key keeps a second copy away.
func beforeRepeat(it *item, now time.Time, same bool, window time.Duration) verdict {
	if same && (!it.unsure || it.changes() || protected(now.Sub(it.FirstTry), window)) {
		return verdict{kind: try}
	}
	const reason = "no certainty whether it arrived"
	if it.Secret { // never said twice
		return bury(it, reason)
	}
	return reword(it, reason, again)
}

// protected reports whether a key still keeps a second copy away so long after
// its first use. Of a clock that was set back since, nobody knows how long.
func protected(age, window time.Duration) bool { return age >= 0 && age <= window-windowMargin }

// judge is what becomes of a message after a try. chance, from 0 to 1, spreads
// what failed together.
func judge(it *item, a answer, now time.Time, chance float64) verdict {
	if a.failure == nil {
		return verdict{kind: sent}
	}
	late := verdict{kind: retry, due: now.Add(backOff(it.Tries, chance)), unsure: it.unsure, reason: a.reason}
	if it.changes() {
		return unchanged(it, a, late, now)
	}
	switch a.failure.Failure {
	case chat.BadContent:
		return simpler(it, a.reason)
	case chat.BadReceiver:
		return bury(it, a.reason)
	case chat.BadSetup:
		return lacking(it, a.reason, now, chance)
	case chat.Busy:
		late.due = now.Add(max(a.failure.After, backOff(it.Tries, chance)))
		if !a.failure.OneChat {
			late.pause = min(a.failure.After, longestWait)
		}
		return late
	case chat.Unknown:
		late.due = now.Add(backOff(it.fails, chance))
		if age := it.failingFor(now); age >= unknownLong || age >= unknownFor && a.others {
			return simpler(it, a.reason)
		} else if age < unknownFor {
			late.due = earlier(late.due, it.since(now).Add(unknownFor)) // the last try is not long after
		}
	default:
		late.due, late.unsure = now.Add(backOff(it.fails, chance)), it.unsure || a.tried
	}
	late.failed = true
	return poison(it, a, late, now, chance)
}

// changeFor is how long a card is tried to be changed.
const changeFor = time.Hour

// unchanged is for a card that does not change: what may pass is tried again, the
// rest is given up, which nobody hears of. Who presses it is told what came of it.
func unchanged(it *item, a answer, late verdict, now time.Time) verdict {
	switch a.failure.Failure {
	case chat.Busy:
		late.due = now.Add(max(a.failure.After, late.due.Sub(now)))
	case chat.Uncertain:
		late.unsure = late.unsure || a.tried
	default:
		return bury(it, a.reason)
	}
	if now.Sub(it.Created) > changeFor {
		return bury(it, a.reason)
	}
	return late
}

// stuckAfter is how often a message fails, within half a minute, until it may be
// its own fault.
const stuckAfter = 4

// What is stuck while nothing passes is tried at the third step of the ladder
// for a while.
const (
	soonStep = 2
	soonFor  = 2 * time.Minute
)

// poison is for what fails again and again. Where the platform takes others
// meanwhile, it is the message: it steps aside, so that its chat goes on, and
// whoever waits for it hears so; what may be the card's fault is said without.
// Where nothing passes, order is kept, and what the administrators are told
// finds out whether anything does.
func poison(it *item, a answer, late verdict, now time.Time, chance float64) verdict {
	switch {
	case it.fails+1 < stuckAfter:
		return late
	case it.aside: // it was said without its card, and that does not pass either
		late.word = it.fails+1 == stuckAfter && announced(it)
		return late
	case strings.HasPrefix(it.Key, wordKey): // by now it says nothing
		return verdict{kind: deadLetter, reason: late.reason}
	case a.others && a.failure.Failure == chat.Unknown: // what becomes of it is known within the minute
		late.aside = true
		return late
	case !a.others:
		if it.failingFor(now) < soonFor { // each time, what comes next is tried too
			late.due = earlier(late.due, now.Add(backOff(soonStep, chance)))
		}
		late.news = it.news(news{subject: "stuck/" + it.Platform, avoid: it.Platform,
			text: fmt.Sprintf("%s 有消息一直发不出去（%s），还在重试。", it.Platform, late.reason)})
		return late
	}
	if !it.Secret {
		if v := reword(it, late.reason, plainAgain); v.kind == rewrite {
			late = v
		}
	}
	late.aside, late.word = true, late.kind == retry && announced(it)
	late.news = it.news(stepsAside(it, late.reason))
	return late
}

// announced reports whether somebody is to hear of a message that is late: not of
// what is itself such news.
func announced(it *item) bool {
	return !strings.HasPrefix(it.Key, wordKey) && !strings.HasPrefix(it.Key, handlers.AdminKey)
}

// merge says at once what waits to be told together.
func merge(it *item) verdict {
	var list []chat.Message
	for _, i := range append([]*item{it}, it.with...) {
		var m chat.Message
		if err := json.Unmarshal(i.Content, &m); err != nil {
			return bury(it, "unreadable")
		}
		list = append(list, m)
	}
	content, err := json.Marshal(together(list))
	if err != nil {
		return bury(it, "unreadable")
	}
	return verdict{kind: rewrite, content: content, absorb: it.with, reason: "told together"}
}

// simpler is for what a platform will not show: it is said as plain text, and
// where that will not do either, whoever waits for it hears at least that there
// was something, and the administrators what was given up.
func simpler(it *item, reason string) verdict {
	if v := reword(it, reason, plain); v.kind == rewrite {
		return v
	}
	v := reword(it, reason, harmless)
	if v.kind == rewrite {
		v.news = bury(it, reason).news
	}
	return v
}

// lacking is for a platform whose set-up lacks something: the message is kept,
// and what comes after it in its chat is tried once. If that passes, it is this
// message that lacks something: what can be said in words is, and what is words
// steps aside, so that what could be sent is. A file gives way to words about it
// at once, because other messages rarely lack what a file lacks.
func lacking(it *item, reason string, now time.Time, chance float64) verdict {
	v := verdict{kind: retry, due: now.Add(setupRetry + time.Duration(chance*float64(time.Minute))), unsure: it.unsure, lacks: true, reason: reason}
	v.news = it.news(news{subject: "setup/" + it.Platform, avoid: it.Platform,
		text: fmt.Sprintf("%s 暂时发不出消息：应用的设置缺少什么（%s）。消息都保留着，每 10 分钟再试一次。请运行 marketbot check 查看。", it.Platform, reason)})
	var m chat.Message
	if err := json.Unmarshal(it.Content, &m); err == nil && (m.File != nil || m.Card != nil && it.overtaken) {
		v.kind, v.content = rewrite, reword(it, reason, plain).content
		return v
	}
	if it.overtaken && !it.aside {
		v.aside, v.word = true, announced(it)
		v.news = it.news(stepsAside(it, reason))
	}
	return v
}

// stepsAside is what the administrators hear of a message that does.
func stepsAside(it *item, reason string) news {
	return news{subject: "aside/" + it.Platform + "/" + it.Address, to: "发给",
		text: fmt.Sprintf("的一条消息 %s 一直不收（%s），先放在一边重试，后面的照常发送。", it.Platform, reason)}
}

// reword changes what a message says; what change cannot change is given up.
func reword(it *item, reason string, change func(chat.Message) (chat.Message, bool)) verdict {
	var m chat.Message
	if err := json.Unmarshal(it.Content, &m); err != nil {
		return bury(it, "unreadable")
	}
	m, ok := change(m)
	if !ok {
		return bury(it, reason)
	}
	content, err := json.Marshal(m)
	if err != nil {
		return bury(it, "unreadable")
	}
	return verdict{kind: rewrite, content: content, reason: reason}
}

// withheld is what becomes of a confidential message by what its reader is
// when it is sent: it is wiped, and who may not read it any more hears so.
func withheld(it *item, stands handlers.Standing) verdict {
	switch {
	case stands == handlers.LostHere, stands == handlers.LostRight && it.changes():
		return bury(it, "the reader or the account is not the one it was owed to")
	case stands == handlers.LostRight:
		v := reword(it, "the reader may not read it any more", func(chat.Message) (chat.Message, bool) { return chat.Message{Text: handlers.NotSent}, true })
		v.news = bury(it, v.reason).news
		return v
	}
	return verdict{kind: try}
}

// bury gives a message up.
func bury(it *item, reason string) verdict {
	text := fmt.Sprintf("的一条消息没有送达，已放弃（%s：%s）。", it.Platform, reason)
	if it.Secret {
		text += "这是保密内容，不会自动重发，需要时请本人重新查询。"
	}
	return verdict{kind: deadLetter, reason: reason, news: it.news(news{subject: "undelivered/" + it.Platform + "/" + it.Address, to: "发给", text: text})}
}

// expire gives up what would no longer be true when it arrived.
func expire(it *item) verdict {
	text := fmt.Sprintf("有提醒过了 %d 小时还没能送出，已经过时，不再发送。今天再有这样的提醒，不再另行通知。", staleAfter/time.Hour)
	return verdict{kind: deadLetter, reason: "out of date", news: it.news(news{subject: "stale", text: text})}
}

// news is told unless the trouble is with such news itself: bad news about bad
// news must not go round. Nor is it where a card only stays as it was.
func (i *item) news(n news) *news {
	if strings.HasPrefix(i.Key, handlers.AdminKey) || i.changes() {
		return nil
	}
	return &n
}

// apply changes the message in memory as the verdict says.
func (v verdict) apply(it *item, now time.Time) {
	switch v.kind {
	case freeze:
		it.Payload, it.FirstTry = v.payload, now
	case wait:
		it.Due = v.due
	case retry:
		if v.failed {
			it.failing, it.fails = it.since(now), it.fails+1
		}
		it.Due, it.Tries, it.unsure, it.lacks = v.due, it.Tries+1, v.unsure, v.lacks
		if !it.unsure { // nothing arrived for certain: the next try renders anew
			it.thaw()
		}
	case rewrite:
		it.Content, it.unsure, it.lacks = v.content, false, false
		it.failing, it.fails = time.Time{}, 0
		it.thaw()
	}
	it.aside, it.merged = it.aside || v.aside, it.merged || v.absorb != nil
}

// since is when what it says now first failed; where it did not, now.
func (i *item) since(now time.Time) time.Time {
	if i.failing.IsZero() || i.failing.After(now) {
		return now
	}
	return i.failing
}

// failingFor is how long it has failed since.
func (i *item) failingFor(now time.Time) time.Duration { return now.Sub(i.since(now)) }

// thaw forgets the bytes of the first try.
func (i *item) thaw() { i.Payload, i.Print, i.FirstTry = nil, nil, time.Time{} }

// failure is the class of an error, and what is logged, kept and told of it. An
// error without a class leaves it uncertain whether the message arrived. The
// words of a platform that refuses content may repeat it: they are for nobody.
func failure(secret bool, err error) (s *chat.SendError, reason string) {
	if !errors.As(err, &s) {
		s = &chat.SendError{Failure: chat.Uncertain, Err: err}
	}
	if s.Code != 0 && (secret || s.Failure == chat.BadContent) {
		return s, fmt.Sprintf("the platform refused it with code %d", s.Code)
	}
	return s, err.Error()
}
