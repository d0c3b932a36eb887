package wecom

import (
	"bytes"
	"encoding/json"
	"errors"

	"marketbot/handlers/chat"
)

// The ways a message can go.
const (
	byRobot = "robot" // the robot's long connection
	byApp   = "app"   // the self-built app's message/send
	byHook  = "hook"  // the group's webhook
)

// parcel is what Render makes and Send takes: the way it goes, and the bodies
// of its messages in their order, byte for byte as they are sent.
type parcel struct {
	Way    string            `json:"way"`
	Bodies []json.RawMessage `json:"bodies"`
}

// pack makes the bytes of a parcel; bodies are what the API takes.
func pack(way string, bodies ...any) ([]byte, error) {
	p := parcel{Way: way}
	for _, b := range bodies {
		p.Bodies = append(p.Bodies, encode(b))
	}
	if len(bodies) == 0 {
		return nil, &chat.SendError{Failure: chat.BadContent, Err: errors.New("render for wecom: message without content")}
	}
	return encode(p), nil
}

// unpack reads what pack made.
func unpack(payload []byte) (parcel, error) {
	var p parcel
	if err := json.Unmarshal(payload, &p); err != nil || len(p.Bodies) == 0 {
		return p, &chat.SendError{Failure: chat.BadContent, Err: errors.New("send to wecom: the payload is not one of ours")}
	}
	return p, nil
}

// encode is JSON without the escapes meant for HTML, which would count against
// the platform's limits.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // our own structs of strings and numbers
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
