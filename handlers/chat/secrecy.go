package chat

import "strconv"

// Secrecy is the one thing that makes what the bot says confidential. It
// stands in every [Message], and whatever is said with one has the same: its
// files ([Message.With], [Notice.Apart]), its pictures and its form, the
// questions that stand for the form, and the preview that waits for 确认.
//
// A confidential message is said in a private chat only, where it cannot be
// passed on; elsewhere its Summary is said. It may have waited: at the moment it
// is sent, its reader must be here still, have the account still, and have what
// Right and Customers ask for.
type Secrecy struct {
	Confidential bool `json:"confidential,omitempty"`
	// Summary is what a platform says instead that cannot keep a confidential
	// message to itself; of a customer never more than name, owner and stage.
	Summary string `json:"summary,omitempty"`
	// Right is what the reader must have, as package rulebook names it; empty:
	// to be with the company.
	Right string `json:"right,omitempty"`
	// Customers are the ids of those whose files it shows.
	Customers []string `json:"customers,omitempty"`
}

// Withheld is said of a confidential message without a Summary.
const Withheld = "这条内容需要保密，不能在这里显示。请在企业微信自建应用或飞书里查看；都没有的话请联系管理员配置。"

// Redacted is what is said of a message where it cannot be kept to its reader.
func (m Message) Redacted() Message {
	if !m.Confidential {
		return m
	}
	if m.Summary == "" {
		return Message{Text: Withheld}
	}
	return Message{Text: m.Summary}
}

// With are a message and files behind it, each alone, all as confidential as
// the message.
func (m Message) With(files ...File) []Message {
	list := []Message{m}
	for i := range files {
		f := Message{File: &files[i], Secrecy: m.Secrecy}
		f.Summary = "" // it was said
		list = append(list, f)
	}
	return list
}

// Apart are a notice and the files behind it, as notices of their own.
func (n Notice) Apart() []Notice {
	files := n.Files
	n.Files = nil
	list := []Notice{n}
	for i, m := range n.Message.With(files...)[1:] {
		f := n
		f.Message = m
		if f.Key += "/file"; i > 0 {
			f.Key += "/" + strconv.Itoa(i+1)
		}
		list = append(list, f)
	}
	return list
}
