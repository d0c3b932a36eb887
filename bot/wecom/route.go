package wecom

import (
	"context"
	"errors"
	"strings"
	"time"

	"marketbot/handlers/chat"
)

// Render chooses the way and makes the bytes that Send takes.
//
//	confidential, private   the app, where it reaches the person, as text that cannot be passed on; else its summary as below
//	confidential, group     its summary as below
//	private                 the way the person wrote last; else the robot, where it may; else the app
//	group                   the robot, where it may; else the webhook, if it is the department's group
func (a *Adapter) Render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	if m.Confidential && (to.Group || a.app == nil || a.robot != nil && a.chats.hides(to)) {
		m, data = redact(m), nil
	}
	m = offering(m)
	w := a.route(to, m.Confidential)
	if w == nil {
		return nil, &chat.SendError{Failure: chat.BadReceiver, Err: errors.New("render for wecom: no way leads there")}
	}
	return w.render(ctx, to, m, data)
}

// route is the way to a chat; nil when there is none.
func (a *Adapter) route(to chat.Address, confidential bool) way {
	robot := a.robot != nil && !a.chats.of(to).Shut
	switch {
	case to.Group && robot && to.ID != hookGroup:
		return a.robot
	case to.Group && a.hook != nil && to.ID == a.Group().ID:
		return a.hook
	case to.Group && a.robot != nil && to.ID != hookGroup:
		return a.robot // which will say why it cannot
	case to.Group:
		return nil
	case a.app != nil && !a.chats.hides(to) && (confidential || a.chats.of(to).Came == byApp || !robot):
		return a.app
	case a.robot != nil:
		return a.robot
	case a.app != nil:
		return a.app
	}
	return nil
}

// Send delivers what Render made; what a key delivered already is not sent
// again. Where a way does not lead to the person, another is asked for by Busy:
// the message is rendered anew.
func (a *Adapter) Send(ctx context.Context, to chat.Address, payload []byte, key string) error {
	p, err := unpack(payload)
	if err != nil {
		return err
	}
	w := a.way(p.Way)
	if w == nil {
		return &chat.SendError{Failure: chat.BadSetup, Err: errors.New("send to wecom: the way it was made for is not configured any more")}
	}
	if a.known(key) {
		return nil
	}
	err = w.send(ctx, to, p, key)
	if err == nil {
		a.note(key)
		return nil
	}
	var s *chat.SendError
	if !errors.As(err, &s) || s.Failure != chat.BadReceiver {
		return err
	}
	if p.Way == byApp {
		a.chats.hide(to, true)
	}
	if a.route(to, false) != w {
		return &chat.SendError{Failure: chat.Busy, OneChat: true, Err: err}
	}
	return err
}

// remember is how long a delivered key is known: longer than the outbox takes
// to record it.
const remember = 15 * time.Minute

func (a *Adapter) known(key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, ok := a.shown[key]
	return ok
}

func (a *Adapter) note(key string) {
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.shown) >= 1024 {
		for k, at := range a.shown {
			if now.Sub(at).Abs() > remember {
				delete(a.shown, k)
			}
		}
	}
	a.shown[key] = now
}

// hears notes which way a person came before it hands the event on.
func (a *Adapter) hears(name string, receive chat.Receive) chat.Receive {
	return func(ctx context.Context, e chat.Event) (chat.Receipt, error) {
		if e.Chat.Group {
			a.meet(e.Chat.ID)
			return receive(ctx, e)
		}
		a.chats.hide(e.Chat, false)
		a.chats.learn(ctx, e.Chat, func(k *known) { k.Came = name })
		return receive(ctx, e)
	}
}

// redact is what is said instead of a confidential message where it cannot be
// kept to its reader.
func redact(m chat.Message) chat.Message {
	text := strings.TrimSpace(m.Summary)
	if text == "" {
		text = withheld
	}
	return chat.Message{Text: text}
}

const withheld = "这条内容需要保密，不能在这里显示。请在企业微信自建应用或飞书里查看；都没有的话请联系管理员配置。"
