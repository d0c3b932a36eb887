package feishutest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketbot/bot/platform/platformtest"
)

// Toast is what flashes up after a press.
type Toast struct{ Type, Content string }

// push is one event on its way to the app.
type push struct {
	kind, id, created string
	event             object
	acked             bool
}

const tenant = "tenant_1"

// Webhook makes the platform deliver to a URL instead of the long connection.
func (s *Server) Webhook(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.webhook = url
}

// Say lets a person write to the bot's private chat (to is "") or to a group.
// @ and a name of the bot or of a person becomes a mention. It waits for the
// app's acknowledgement and returns the message's id.
func (s *Server) Say(from, to, text string) string {
	var mentions []object
	names := map[string]string{BotName: BotID}
	for id, name := range s.Names() {
		names[name] = id
	}
	longestFirst := slices.SortedFunc(maps.Keys(names), func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	for _, name := range longestFirst {
		id := names[name]
		if name == "" || !strings.Contains(text, "@"+name) {
			continue
		}
		key := fmt.Sprintf("@_user_%d", len(mentions)+1)
		text = strings.ReplaceAll(text, "@"+name, key)
		kind := "user"
		if id == BotID {
			kind = "bot"
		}
		mentions = append(mentions, object{"key": key, "id": object{"open_id": id, "union_id": "on_" + id}, "mentioned_type": kind, "name": name, "tenant_key": tenant})
	}
	return s.Post(from, to, "text", object{"text": text}, mentions...)
}

// Locate lets a person send a place.
func (s *Server) Locate(from, to, name string) string {
	return s.Post(from, to, "location", object{"name": name, "longitude": "113.7518", "latitude": "23.0207"})
}

// Picture lets a person send a picture, with words, which may mention the bot, or,
// where they are empty, alone.
func (s *Server) Picture(from, to string, data []byte, words string, mentioned ...string) string {
	key := s.IDs.Next("img_v3_")
	s.mu.Lock()
	s.pictures[key] = data
	s.mu.Unlock()
	if words == "" {
		return s.Post(from, to, "image", object{"image_key": key})
	}
	line, mentions := []object{{"tag": "text", "text": words}}, []object{}
	for range mentioned {
		line = append([]object{{"tag": "at", "user_id": "@_user_1"}}, line...)
		mentions = append(mentions, ofBot("@_user_1"))
	}
	return s.Post(from, to, "post", object{"title": "", "content": [][]object{line, {{"tag": "img", "image_key": key}}}}, mentions...)
}

// resource is what a picture shows, for whoever knows the message and the key.
func (s *Server) resource(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	data, known := s.pictures[r.PathValue("key")]
	s.mu.Unlock()
	if !known || !strings.HasPrefix(r.PathValue("id"), "om_said_") || r.FormValue("type") != "image" {
		refuse(w, 234003, "File not in msg.")
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Write(data)
}

// Post lets a person send a message of any type.
func (s *Server) Post(from, to, kind string, content any, mentions ...object) string {
	return s.post(from, to, "", kind, content, mentions)
}

// SayInTopic lets a person write to the bot in a topic of a group.
func (s *Server) SayInTopic(from, to, topic, text string) string {
	return s.post(from, to, topic, "text", object{"text": "@_user_1 " + text}, []object{ofBot("@_user_1")})
}

// ofBot is the mention of the bot that stands in a text as key.
func ofBot(key string) object {
	return object{"key": key, "id": object{"open_id": BotID, "union_id": "on_" + BotID}, "mentioned_type": "bot", "name": BotName, "tenant_key": tenant}
}

// Withdraw lets a person take back what they wrote in a topic.
func (s *Server) Withdraw(message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.topics, message)
}

func (s *Server) post(from, to, topic, kind string, content any, mentions []object) string {
	chat, chatType := chatOf(from), "p2p"
	if to != "" {
		chat, chatType = to, "group"
	}
	text, _ := json.Marshal(content)
	id := s.IDs.Next("om_said_")
	created := millis(s.now())
	message := object{"message_id": id, "create_time": created, "update_time": created, "chat_id": chat, "chat_type": chatType,
		"message_type": kind, "content": string(text), "user_agent": "Mozilla/5.0"}
	if len(mentions) > 0 {
		message["mentions"] = mentions
	}
	if topic != "" {
		message["thread_id"] = topic
		s.mu.Lock()
		s.topics[id] = chat
		s.mu.Unlock()
	}
	s.Emit("im.message.receive_v1", created, object{"message": message,
		"sender": object{"sender_id": userID(from), "sender_type": "user", "tenant_key": tenant}})
	return id
}

// Press lets a person press a button of a message, by its label.
func (s *Server) Press(who, messageID, label string) (Toast, error) {
	m, err := s.find(messageID)
	if err != nil {
		return Toast{}, err
	}
	for _, b := range m.Buttons {
		if b.Label == label && !b.Submit {
			return s.act(who, m, object{"tag": "button", "value": json.RawMessage(b.Key), "timezone": "Asia/Shanghai"})
		}
	}
	return Toast{}, fmt.Errorf("message %s has no button %q", messageID, label)
}

// Submit lets a person fill a form in and send it; fields that are not given
// keep what was prefilled. The client refuses what is required and empty.
func (s *Server) Submit(who, messageID string, values map[string]string) (Toast, error) {
	m, err := s.find(messageID)
	if err != nil {
		return Toast{}, err
	}
	filled := object{}
	for _, f := range m.Fields {
		value, given := values[f.Name]
		if !given {
			value = f.Value
		}
		if f.Required && value == "" {
			return Toast{}, fmt.Errorf("field %s is required", f.Name)
		}
		if len(f.Options) > 0 && value != "" && !slices.Contains(f.Options, value) {
			return Toast{}, fmt.Errorf("field %s has no option %q", f.Name, value)
		}
		filled[f.Name] = value
	}
	for _, b := range m.Buttons {
		if b.Submit {
			return s.act(who, m, object{"tag": "button", "value": json.RawMessage(b.Key), "name": b.Name, "form_value": filled})
		}
	}
	return Toast{}, fmt.Errorf("message %s has no form", messageID)
}

func (s *Server) find(id string) (platformtest.Message, error) {
	m, known := s.Before(id)
	if !known {
		m, known = s.Find(id)
	}
	if !known {
		return m, fmt.Errorf("no message %s", id)
	}
	return m, nil
}

func (s *Server) act(who string, m platformtest.Message, action object) (Toast, error) {
	event := object{"operator": object{"tenant_key": tenant, "open_id": who, "union_id": "on_" + who}, "token": "c-1", "action": action,
		"host": "im_message", "context": object{"open_message_id": m.ID, "open_chat_id": chatOf(m.To)}}
	reply, err := s.emit(&push{kind: "card.action.trigger", created: strconv.FormatInt(s.now().UnixMicro(), 10), event: event})
	if err != nil {
		return Toast{}, err
	}
	var answer *struct{ Toast *Toast }
	if err := json.Unmarshal(reply, &answer); err != nil || answer == nil || answer.Toast == nil {
		return Toast{}, fmt.Errorf("200672: answer to a press is %q", reply)
	}
	return *answer.Toast, nil
}

// Menu lets a person use the bot menu.
func (s *Server) Menu(who, key string) {
	s.Emit("application.bot.menu_v6", millis(s.now()), object{"event_key": key, "timestamp": s.now().Unix(),
		"operator": object{"operator_name": s.name(who), "operator_id": userID(who)}})
}

// Enter lets a person open the private chat.
func (s *Server) Enter(who string) {
	event := object{"chat_id": chatOf(who), "operator_id": userID(who)}
	if seen := s.Seen(who); len(seen) > 0 {
		event["last_message_id"] = seen[len(seen)-1].ID
	}
	s.Emit("im.chat.access_event.bot_p2p_chat_entered_v1", millis(s.now()), event)
}

// Invite lets a person add the bot to a group.
func (s *Server) Invite(who, chatID, name string) {
	s.Group(chatID, name, who)
	s.Emit("im.chat.member.bot.added_v1", millis(s.now()), object{"chat_id": chatID, "operator_id": userID(who), "name": name})
}

// Resign lets a person leave the company.
func (s *Server) Resign(who string) {
	s.Hide(who)
	s.Emit("contact.user.deleted_v3", millis(s.now()), object{"object": object{"open_id": who, "name": s.name(who), "department_ids": []string{}},
		"old_object": object{"open_id": who, "department_ids": []string{"od-1"}}})
}

// Emit pushes any event and reports whether the app acknowledged it.
func (s *Server) Emit(kind, created string, event object) bool {
	_, err := s.emit(&push{kind: kind, created: created, event: event})
	return err == nil
}

// Unacked counts the events that the app has not acknowledged; presses are
// never pushed again and do not count.
func (s *Server) Unacked() int { return len(s.pending(false)) }

// Redeliver pushes again what was not acknowledged; Repeat also what was, as
// the platform may. Messages come with fresh event ids.
func (s *Server) Redeliver() { s.again(s.pending(false)) }

// Repeat pushes every event again.
func (s *Server) Repeat() { s.again(s.pending(true)) }

func (s *Server) again(all []*push) {
	for _, p := range all {
		s.deliver(p)
	}
}

func (s *Server) pending(acked bool) (out []*push) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pushes {
		if p.kind != "card.action.trigger" && (acked || !p.acked) {
			out = append(out, p)
		}
	}
	return out
}

func (s *Server) emit(p *push) ([]byte, error) {
	s.mu.Lock()
	s.pushes = append(s.pushes, p)
	s.mu.Unlock()
	return s.deliver(p)
}

func (s *Server) deliver(p *push) ([]byte, error) {
	s.mu.Lock()
	if p.id == "" || p.kind == "im.message.receive_v1" {
		p.id = s.IDs.Next("ev_")
	}
	payload, _ := json.Marshal(object{"schema": "2.0", "event": p.event, "header": object{"event_id": p.id, "event_type": p.kind,
		"create_time": p.created, "token": s.App.VerificationToken, "app_id": s.App.ID, "tenant_key": tenant}})
	url := s.webhook
	s.mu.Unlock()
	call := s.overSocket
	if url != "" {
		call = func(payload []byte) ([]byte, error) { return s.overWebhook(url, payload) }
	}
	reply, err := call(payload)
	s.mu.Lock()
	p.acked = p.acked || err == nil
	s.mu.Unlock()
	return reply, err
}

var errOffline = errors.New("no long connection is up")

func (s *Server) name(who string) string {
	name, _, _ := s.Member(who)
	return name
}

// chatOf is the id of a chat: a group's own, or of a person's private one.
func chatOf(id string) string {
	if strings.HasPrefix(id, "oc_") {
		return id
	}
	return "oc_p2p_" + id
}

func userID(id string) object { return object{"open_id": id, "union_id": "on_" + id} }

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
