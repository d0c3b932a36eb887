package robot

import (
	"slices"
	"sync"
	"time"

	"marketbot/bot/wecom/chats"
	"marketbot/handlers/chat"
)

const (
	answerFor = 10 * time.Minute
	maxAsked  = 3 // of one chat that wait for an answer
)

// question is a callback that may be answered under its request id.
type question struct {
	req string
	at  time.Time
}

// questions are the callbacks that may still be answered. An answer under a
// callback's own id needs no leave to speak unasked.
type questions struct {
	now func() time.Time

	mu    sync.Mutex
	asked map[chat.Address][]question
	hello map[string]question // by person: they entered just now
}

func newQuestions(now func() time.Time) *questions {
	return &questions{now: now, asked: map[chat.Address][]question{}, hello: map[string]question{}}
}

// expect notes that a callback may be answered; events take no ordinary answer.
func (q *questions) expect(e chat.Event, req string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch e.Kind {
	case chat.Opened:
		q.hello[chats.Key(e.From.Private()).ID] = question{req, q.now()}
	case chat.Press:
	default:
		at := chats.Key(e.Chat)
		list := append(q.asked[at], question{req, q.now()})
		q.asked[at] = list[max(0, len(list)-maxAsked):]
	}
}

// forget takes back what a repeated callback seemed to ask for.
func (q *questions) forget(e chat.Event, req string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	at := chats.Key(e.Chat)
	q.asked[at] = slices.DeleteFunc(q.asked[at], func(a question) bool { return a.req == req })
}

// answering takes the oldest callback of a chat that may still be answered;
// empty when there is none.
func (q *questions) answering(to chat.Address) (req string) {
	to = chats.Key(to)
	q.mu.Lock()
	defer q.mu.Unlock()
	for list := q.asked[to]; len(list) > 0; list = q.asked[to] {
		q.asked[to] = list[1:]
		if q.now().Sub(list[0].at) < answerFor {
			return list[0].req
		}
	}
	delete(q.asked, to)
	return ""
}

// greeting takes the request id under which somebody who just entered can be
// greeted; peek leaves it there.
func (q *questions) greeting(to chat.Address, peek bool) (req string) {
	to = chats.Key(to)
	q.mu.Lock()
	defer q.mu.Unlock()
	h, ok := q.hello[to.ID]
	if to.Group || !ok {
		return ""
	}
	fresh := q.now().Sub(h.at) < updateTime
	if !peek || !fresh {
		delete(q.hello, to.ID)
	}
	if !fresh {
		return ""
	}
	return h.req
}
