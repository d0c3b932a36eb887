package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
)

// refusalCard says what is wrong, the clause, and what to do instead.
func refusalCard(r *command.Refusal) *chat.Card {
	c := &chat.Card{Title: "没有办成", Tone: chat.Warn, Blocks: []chat.Block{{Text: r.Text}}, Buttons: r.Buttons}
	if r.Hint != "" {
		c.Blocks = append(c.Blocks, chat.Block{Text: "可以这样：" + text.Continued(r.Hint)})
	}
	if r.Clause != "" {
		c.Blocks = append(c.Blocks, chat.Block{Note: "依据：" + clauseName(r.Clause) + "（发「制度 " + r.Clause + "」看原文）"})
	}
	return c
}

func clauseName(number string) string {
	if c, ok := rulebook.ByNumber(number); ok {
		return c.Number + " " + c.Title
	}
	return number
}

// guess answers words that are no command: with what they may mean, whole, at
// one tap; with the command that they speak of; else with how to be understood.
func (m *matter) guess(line string, meant command.Meaning) *chat.Card {
	c := &chat.Card{Title: "没看懂", Tone: chat.Warn}
	if word := firstWord(line); meant.Held {
		c.Title = "还没有办"
	} else if word != "" && !m.event.Chat.Group {
		c.Title = "没看懂" + word
	}
	help := chat.Button{Label: "帮助", Command: "帮助"}
	switch {
	case len(meant.Lines) > 0:
		c.Blocks = []chat.Block{{Text: "你是不是想："}}
		if meant.More {
			c.Blocks[0].Text = fmt.Sprintf("一次最多给 %d 句，其余的请另发一次。你是不是想：", len(meant.Lines))
		}
		for i, l := range meant.Lines {
			c.Buttons = append(c.Buttons, chat.Button{Label: text.CutLine(l, longestLabel), Command: offerWord + " " + l, Typed: l, Primary: i == 0})
		}
		if meant.About != nil {
			help = chat.Button{Label: meant.About.HelpLine(), Command: meant.About.HelpLine()}
		}
		if len(c.Buttons) < 3 && !slices.Contains(meant.Lines, help.Command) {
			c.Buttons = append(c.Buttons, help)
		}
	case meant.About != nil && meant.Held:
		c.Blocks = []chat.Block{{Text: "这句像是又收回了，什么也没改。要办就这样写：" + meant.About.Examples[0]}}
		c.Buttons = []chat.Button{{Label: meant.About.HelpLine(), Command: meant.About.HelpLine()}}
	case meant.About != nil:
		name := meant.About.Name
		c.Blocks = []chat.Block{{Text: "说到了「" + name + "」，但没听明白要做什么，什么也没改。要用就这样写：" + meant.About.Examples[0]}}
		c.Buttons = []chat.Button{{Label: meant.About.HelpLine(), Command: meant.About.HelpLine(), Primary: !meant.About.Lists}}
		if meant.About.Lists {
			c.Blocks[0].Text = "说到了「" + name + "」，但没听明白要看哪些。看全部就发：" + name
			c.Buttons = append([]chat.Button{{Label: name, Command: name, Primary: true}}, c.Buttons...)
		}
	default:
		c.Blocks = []chat.Block{{Text: "发「帮助」看你能做什么，例如：" + m.router.Hint(m.person, 3) + "。"}}
		c.Buttons = []chat.Button{help}
	}
	return c
}

// longestLabel is how much of a command line a button shows.
const longestLabel = 20

// firstWord is what is repeated of a message that was not understood.
func firstWord(line string) string {
	words := strings.Fields(line)
	if len(words) == 0 {
		return ""
	}
	return text.Quote(words[0])
}

// preview adds the number and the ways to confirm to an answer; label is what
// the button says.
func preview(m chat.Message, code, label string) chat.Message {
	if m.Card == nil {
		m = chat.Message{Card: &chat.Card{Title: "请确认", Blocks: []chat.Block{{Text: m.Text}}}, Secrecy: m.Secrecy}
	}
	c := *m.Card
	c.Blocks = append(c.Blocks[:len(c.Blocks):len(c.Blocks)],
		chat.Block{Text: "编号：" + code + "（30 分钟内有效，也可以发「确认 " + code + "」）"})
	c.Buttons = append([]chat.Button{
		{Label: label, Command: confirmWord + " " + code, Primary: true},
		{Label: "取消", Command: "取消 " + code},
	}, c.Buttons...)
	m.Card, m.About = &c, code
	if m.Confidential { // where its summary is all, it can be confirmed, too
		m.Summary = cmp.Or(m.Summary, chat.Withheld) + "\n编号：" + code + "，确认请发：" + confirmWord + " " + code
	}
	return m
}

// fillable says of a confidential form how it is filled in where only its
// summary is shown.
func fillable(m chat.Message) chat.Message {
	if m.Confidential && m.Card != nil && m.Card.Form != nil {
		m.Summary = cmp.Or(m.Summary, chat.Withheld) + "\n一项一项填：" + m.Card.Form.Line(chat.QuestionsWord)
	}
	return m
}

// joinedCard greets a group.
func joinedCard() *chat.Card {
	return &chat.Card{Title: "市场部助手来了", Tone: chat.Good, Blocks: []chat.Block{
		{Text: "在群里 @我 说命令，例如：签到 广州 拜访客户。\n周报、查询这类内容请私聊我，群里不回。"},
		{Note: "没有登记的同事请先找管理员登记。管理员：要让群提醒发到这里，点「设为部门群」，或发 @我 部门群。"},
	}, Buttons: []chat.Button{{Label: "帮助", Command: "帮助", Primary: true}, {Label: "设为部门群", Command: "部门群"}}}
}

// unreadableCard answers stickers and files.
func (m *matter) unreadableCard() *chat.Card {
	return &chat.Card{Title: "只看得懂文字和位置", Blocks: []chat.Block{
		{Text: "表情、语音、文件我读不了。请用文字告诉我，例如：" + m.router.Hint(m.person, 2) + "。"},
	}, Buttons: []chat.Button{{Label: "帮助", Command: "帮助", Primary: true}}}
}
