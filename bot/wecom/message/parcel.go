package message

import (
	"bytes"
	"encoding/json"
	"errors"

	"marketbot/handlers/chat"
)

// Parcel is what Render makes and Send takes: the way it goes, and the bodies
// of its messages in their order, byte for byte as they are sent.
type Parcel struct {
	Way    string            `json:"way"`
	Bodies []json.RawMessage `json:"bodies"`
}

// Text is the body of a plain text or of markdown.
type Text struct {
	Content string `json:"content"`
}

// File is the body of a file, by the id that its upload gave.
type File struct {
	Media string `json:"media_id"`
}

// Pack makes the bytes of a parcel; bodies are what the API takes. Its errors,
// and those of Unpack, are *chat.SendError.
func Pack(way string, bodies ...any) ([]byte, error) {
	p := Parcel{Way: way}
	for _, b := range bodies {
		p.Bodies = append(p.Bodies, Encode(b))
	}
	if len(bodies) == 0 {
		return nil, &chat.SendError{Failure: chat.BadContent, Err: errors.New("render for wecom: message without content")}
	}
	return Encode(p), nil
}

// Unpack reads what Pack made.
func Unpack(payload []byte) (Parcel, error) {
	var p Parcel
	if err := json.Unmarshal(payload, &p); err != nil || len(p.Bodies) == 0 {
		return p, &chat.SendError{Failure: chat.BadContent, Err: errors.New("send to wecom: the payload is not one of ours")}
	}
	return p, nil
}

// Encode is JSON without the escapes meant for HTML, which would count against
// the platform's limits.
func Encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // our own structs of strings and numbers
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
