package wecom

import (
	"context"
	"errors"
	"net/http"

	"marketbot/bot/wecom/app"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/message"
	"marketbot/handlers/chat"
)

// Render chooses the way and makes the bytes that Send takes.
//
//	confidential, private   the app, where it reaches the person, as text that cannot be passed on; else its summary as below
//	confidential, group     its summary as below
//	private                 the way the person wrote last; else the robot, where it may; else the app
//	group                   the robot, where it may; else the webhook, if it is the department's group
func (a *Adapter) Render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	if m.Confidential && (to.Group || a.app == nil || a.robot != nil && a.chats.Hides(to)) {
		m, data = m.Redacted(), nil
	}
	m = message.Offering(m)
	w := a.route(to, m.Confidential)
	if w == nil {
		return nil, &chat.SendError{Failure: chat.BadReceiver, Err: errors.New("render for wecom: no way leads there")}
	}
	return w.Render(ctx, to, m, data)
}

// route is the way to a chat; nil when there is none.
func (a *Adapter) route(to chat.Address, confidential bool) way {
	robot := a.robot != nil && !a.chats.Of(to).Shut
	switch {
	case to.Group && robot && to.ID != hookGroup:
		return a.robot
	case to.Group && a.hook != nil && to.ID == a.Group().ID:
		return a.hook
	case to.Group && a.robot != nil && to.ID != hookGroup:
		return a.robot // which will say why it cannot
	case to.Group:
		return nil
	case a.app != nil && !a.chats.Hides(to) && (confidential || a.chats.Of(to).Came == app.Way || !robot):
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
	_, err := a.Show(ctx, to, payload, key, "")
	return err
}

// Show is Send; a card that the app showed can be changed once. On one of the
// robot's, the robot itself notes what was pressed.
func (a *Adapter) Show(ctx context.Context, to chat.Address, payload []byte, key, old string) (card string, err error) {
	p, err := message.Unpack(payload)
	if err != nil {
		return "", err
	}
	w := a.way(p.Way)
	switch shown, known := a.shown.Get(key); {
	case known:
		return shown, nil
	case w == nil:
		return "", &chat.SendError{Failure: chat.BadSetup, Err: errors.New("send to wecom: the way it was made for is not configured any more")}
	case old == "":
		card, err = w.Send(ctx, to, p)
	case p.Way == app.Way:
		err = a.app.Change(ctx, p, old)
	default:
		return "", &chat.SendError{Failure: chat.BadContent, Err: errors.New("change a card of wecom: only the app's can be")}
	}
	if err == nil {
		a.shown.Add(key, card)
		return card, nil
	}
	var s *chat.SendError
	if !errors.As(err, &s) || s.Failure != chat.BadReceiver || old != "" {
		return "", err
	}
	if p.Way == app.Way {
		a.chats.Hide(to, true)
	}
	if a.route(to, false) != w {
		return "", &chat.SendError{Failure: chat.Busy, OneChat: true, Err: err}
	}
	return "", err
}

// hears notes which way a person came before it hands the event on.
func (a *Adapter) hears(name string, receive chat.Receive) chat.Receive {
	return func(ctx context.Context, e chat.Event) (chat.Receipt, error) {
		if e.Chat.Group {
			a.meet(e.Chat.ID)
			return receive(ctx, e)
		}
		a.chats.Hide(e.Chat, false)
		a.chats.Learn(ctx, e.Chat, func(k *chats.Known) { k.Came = name })
		return receive(ctx, e)
	}
}

// Handler takes the platform's calls at Path, for the app.
func (a *Adapter) Handler() http.Handler {
	if a.app == nil {
		return http.NotFoundHandler()
	}
	return a.app
}
