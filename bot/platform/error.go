package platform

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"

	"marketbot/handlers/chat"
)

// APIError is a platform's refusal of a call. It never holds an address, where
// secrets stand, nor anything that we sent.
type APIError struct {
	Call   string // what we were doing
	Status int    // of HTTP
	Code   int    // the platform's
	Msg    string // the platform's words
}

// Error names the call and the refusal, the platform's words cut.
func (e *APIError) Error() string {
	return fmt.Sprintf("%s: HTTP %d, code %d: %.300s", e.Call, e.Status, e.Code, e.Msg)
}

// All is all of several errors that is there, in one line for people; nil when none is.
func All(list ...error) error {
	var words []string
	for _, err := range list {
		if err != nil {
			words = append(words, err.Error())
		}
	}
	if words == nil {
		return nil
	}
	return errors.New(strings.Join(words, "；"))
}

// Unless is a text as an error unless all is well.
func Unless(well bool, text string) error {
	if well {
		return nil
	}
	return errors.New(text)
}

// Failed is a finding of a check that failed; mend says what to do about it.
func Failed(name string, err error, mend string) chat.Finding {
	return chat.Finding{Name: name, Text: Why(err) + "。" + mend}
}

// Why is an error in words for people: what of the network or of a file failed, or
// what the platform said. What is of another kind is given as it is.
func Why(err error) string {
	var refused *APIError
	var unknown *net.DNSError
	var untrusted *tls.CertificateVerificationError
	var network net.Error
	if text := fileWhy(err); text != "" {
		return text
	}
	switch {
	case errors.As(err, &refused):
		return "平台不接受：" + err.Error()
	case errors.As(err, &unknown) && unknown.IsNotFound:
		return "没有网址 " + unknown.Name
	case errors.As(err, &unknown):
		return "查不到网址 " + unknown.Name + " 在哪里：没有网络，或 DNS 不通"
	case errors.As(err, &untrusted):
		return "对方的证书不可信：请核对机器的时钟和代理，装上 ca-certificates"
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOENT): // of a socket that is a file
		return "连不上：那个地址上没有程序在听（" + place(err) + "）"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "连不上：没有网络，或防火墙不让出去（" + place(err) + "）"
	case errors.Is(err, syscall.ECONNRESET):
		return "连接被断开（" + place(err) + "）"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "没有等到答复：网络太慢，或防火墙不让出去"
	}
	return err.Error()
}

// place is the address of a connection that failed; a path of a request, where
// secrets may stand, is never among it.
func place(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Addr != nil {
		return op.Addr.String()
	}
	return "网络"
}

// fileWhy is an error of a file in words; empty where it is none.
func fileWhy(err error) string {
	var of *fs.PathError
	var link *os.LinkError
	var path string
	switch {
	case errors.As(err, &of):
		path = of.Path
	case errors.As(err, &link):
		path = link.New
	case !errors.Is(err, syscall.ENOSPC):
		return ""
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "没有 " + path + " 这个文件或目录"
	case errors.Is(err, fs.ErrExist):
		return path + " 已经有了"
	case errors.Is(err, fs.ErrPermission):
		return "运行程序的用户没有权限用 " + path
	case errors.Is(err, syscall.ENOSPC):
		return "磁盘满了，请腾出空间"
	case errors.Is(err, syscall.EROFS):
		return path + " 在只读的磁盘上"
	case errors.Is(err, syscall.EISDIR):
		return path + " 是目录，要写文件"
	case errors.Is(err, syscall.ENOTDIR):
		return path + " 不是目录，或上一级不是目录"
	}
	return ""
}
