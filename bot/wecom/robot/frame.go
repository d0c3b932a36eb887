package robot

import (
	"encoding/json"
	"errors"

	"marketbot/bot/wecom/qyapi"
)

// The commands of the robot's long connection.
const (
	cmdSubscribe = "aibot_subscribe"
	cmdPing      = "ping"
	cmdMessage   = "aibot_msg_callback"
	cmdEvent     = "aibot_event_callback"
	cmdRespond   = "aibot_respond_msg"
	cmdWelcome   = "aibot_respond_welcome_msg"
	cmdUpdate    = "aibot_respond_update_msg"
	cmdPush      = "aibot_send_msg"
	cmdInit      = "aibot_upload_media_init"
	cmdChunk     = "aibot_upload_media_chunk"
	cmdFinish    = "aibot_upload_media_finish"
)

// frame is one message on the wire. Without a command it answers the frame
// with the same request id.
type frame struct {
	Cmd  string          `json:"cmd,omitempty"`
	Head frameHead       `json:"headers"`
	Body json.RawMessage `json:"body,omitempty"`
	Code *qyapi.Code     `json:"errcode,omitempty"`
	Msg  string          `json:"errmsg,omitempty"`
}

type frameHead struct {
	Req loose `json:"req_id"`
}

var errFrame = errors.New("malformed frame") // where it broke helps nobody, and its content must not reach a log

func readFrame(data []byte) (frame, error) {
	var f frame
	if _, err := readable(json.Unmarshal(data, &f)); err != nil || f.Cmd == "" && (f.Head.Req == "" || f.Code == nil) {
		return frame{}, errFrame
	}
	return f, nil
}

// readable makes of an error of encoding/json the field that is of another type
// than expected, which is passed over and the rest read, or errFrame.
func readable(err error) (odd string, _ error) {
	var other *json.UnmarshalTypeError
	switch {
	case err == nil:
		return "", nil
	case errors.As(err, &other):
		return other.Field, nil
	}
	return "", errFrame
}

// loose is a text that the platform also writes as a number.
type loose string

// UnmarshalJSON reads what is neither as "".
func (l *loose) UnmarshalJSON(data []byte) error {
	*l = ""
	switch first := data[0]; {
	case first == '"':
		return json.Unmarshal(data, (*string)(l))
	case first == '-' || first >= '0' && first <= '9':
		*l = loose(data)
	}
	return nil
}

// callback is the few fields of a message or an event that the bot needs.
type callback struct {
	ID       loose `json:"msgid"`
	Created  loose `json:"create_time"` // seconds
	Chat     loose `json:"chatid"`      // of groups only
	ChatType loose `json:"chattype"`
	From     struct {
		User loose `json:"userid"`
	} `json:"from"`
	Type  loose `json:"msgtype"`
	Text  words `json:"text"`
	Voice words `json:"voice"`
	Image image `json:"image"`
	Mixed struct {
		Items []struct {
			Type  loose `json:"msgtype"`
			Text  words `json:"text"`
			Image image `json:"image"`
		} `json:"msg_item"`
	} `json:"mixed"`
	Event struct {
		Type loose `json:"eventtype"`
		Card press `json:"template_card_event"`
		press
	} `json:"event"`

	odd string // a field that could not be read; empty: none
}

// words are what somebody wrote.
type words struct {
	Content loose `json:"content"`
}

// image is where a picture lies for five minutes, and the key that opens it.
type image struct {
	URL loose `json:"url"`
	Key loose `json:"aeskey"`
}

// press is a button of a card that was pressed; some events have it flat.
type press struct {
	Key  loose `json:"event_key"`
	Task loose `json:"task_id"`
}

// readCallback reads what can be read: the platform changes a type now and then,
// and nobody delivers a callback again.
func readCallback(body []byte) (callback, error) {
	var c callback
	odd, err := readable(json.Unmarshal(body, &c))
	if err != nil {
		return callback{}, err
	}
	if c.odd = odd; c.Event.Card == (press{}) {
		c.Event.Card = c.Event.press
	}
	return c, nil
}
