package qyapi

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
)

// What the platform takes as a file, in bytes.
const (
	minFile = 5
	maxFile = 20 << 20
)

const uploadTime = 2 * time.Minute

// Sized refuses a file that the platform would not take; the error is a
// *chat.SendError.
func Sized(data []byte) error {
	if len(data) < minFile || len(data) > maxFile {
		return &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("upload to wecom: %d bytes", len(data))}
	}
	return nil
}

// Upload hands a file over and gives the id under which a message names it,
// good for three days. post makes the call, which lacks only what it is named
// and where it goes. An error is a *chat.SendError.
func Upload(name string, data []byte, post func(r Request, out any) error) (media string, err error) {
	if err := Sized(data); err != nil {
		return "", err
	}
	form, contentType, err := fileForm(name, data)
	if err != nil {
		return "", &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("upload to wecom: %w", err)}
	}
	var answer struct {
		Media string `json:"media_id"`
	}
	err = post(Request{Body: form, ContentType: contentType, Patience: uploadTime}, &answer)
	if err == nil && answer.Media == "" {
		err = &platform.APIError{Call: "upload file", Status: http.StatusOK, Code: NoCode, Msg: "no media id in the answer"}
	}
	if err != nil {
		return "", Failure(err)
	}
	return answer.Media, nil
}

// fileForm is a file as the platform takes it; its name stands as it is in
// the head.
func fileForm(name string, data []byte) (form []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	name = strings.NewReplacer(`"`, "'", "\r", " ", "\n", " ", `\`, "_", "/", "_").Replace(name)
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", fmt.Sprintf(`form-data; name="media"; filename="%s"; filelength=%d`, name, len(data)))
	head.Set("Content-Type", "application/octet-stream")
	file, err := w.CreatePart(head)
	if err == nil {
		_, err = file.Write(data)
	}
	err = errors.Join(err, w.Close()) // which ends what b holds
	return b.Bytes(), w.FormDataContentType(), err
}
