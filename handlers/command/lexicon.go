package command

import (
	"slices"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// lexicon is a set of words, found at the beginning of a folded text.
type lexicon map[rune][]string // by the first rune, the longest first

func newLexicon(lists ...string) lexicon {
	l := lexicon{}
	for _, list := range lists {
		for word := range strings.FieldsSeq(list) {
			first, _ := utf8.DecodeRuneInString(word)
			l[first] = append(l[first], word)
		}
	}
	for _, words := range l {
		slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	}
	return l
}

// at is the longest word that a text begins with; "" where none does. A word
// in Latin letters stands alone.
func (l lexicon) at(folded string) string {
	first, _ := utf8.DecodeRuneInString(folded)
	for _, word := range l[first] {
		if rest, ok := strings.CutPrefix(folded, word); ok && !(latin(word) && beginsLatin(rest)) {
			return word
		}
	}
	return ""
}

// in is the first of the words that stands in a text.
func (l lexicon) in(folded string) string {
	for i := range folded {
		if word := l.at(folded[i:]); word != "" {
			return word
		}
	}
	return ""
}

// useUp reports whether words of the lexicons and marks are all that a text
// is made of.
func useUp(folded string, lexicons ...lexicon) bool {
	for folded != "" {
		n := 0
		for _, l := range lexicons {
			n = max(n, len(l.at(folded)))
		}
		if n == 0 {
			c, size := utf8.DecodeRuneInString(folded)
			if text.Wordy(c) {
				return false
			}
			n = size
		}
		folded = folded[n:]
	}
	return true
}

func latin(word string) bool { return word[0] < utf8.RuneSelf }

func beginsLatin(rest string) bool {
	return rest != "" && rest[0] < utf8.RuneSelf && text.Wordy(rune(rest[0]))
}

// What people put around what they want.
const (
	courtesies = `谢谢 多谢 谢了 帮我 帮忙 给我 麻烦 麻烦你 劳烦 请问 请 请帮我 请帮忙 请你 我想要 我想 我要 我需要 我来 我去 我得 我 想 想要 要 你好 您好 小助手 助手
		嗯 呃 额 哎 哎呀 糟了 糟糕 惨了 不好了 不好意思 喂 那个 那 先 please hi hello`
	particles = `来着 吧 啊 呀 哈 了 呢 哦 噢 啦 嘛 哟 一下 一下子`
	fillers   = `帮 我的 我们 我们的 咱们 你 您 大家 大家的 把 将 的 得 地 给 给我 就 也 都 还 又 想 再帮我 现在 目前 最近 刚才 刚才的 那个 这个 个 一个 一份 次 在 去 到 我 要 来 们 准备 打算
		看 看看 看一看 看下 查 查看 查查 查询 查下 看一下 查一下 找 找一下 搜 显示 告诉我 打开 有 份 发我 发给我 列一下 拉一下 调出来 拉出来 弄出来 整出来 瞅瞅 我瞅瞅`
	questions = `怎么 怎么样 怎样 如何 咋 咋样 什么 什么时候 啥 啥时候 何时 几点 几号 几天 几次 几个 多久 多少 多长 多长时间 多大 多细 哪 哪里 哪儿 哪个 哪些 有哪些 哪天 谁 找谁 吗 么 嘛 呢 为什么 为啥 怎么办
		咩 乜 乜嘢 边个 边度 边位 几多 点样 点解 点搞 能不能 能否 可不可以 可以吗 会不会 该不该 行不行 好不好 是不是 有没有 要不要 用不用 需不需要 干嘛 干什么 有什么 how what when where`
	// manuals are what people look for behind a command's name: how it is done.
	manuals = `流程 模板 模版 格式 要求 步骤 方法 规定 用法 教程 手续 例子`
	// asides are what may stand beside a question's words.
	asides = `没有 没 用 使用 写 填 填写 交 提交 做 弄 办 发 发送 看 查 算 改 修改 删 删除 加 添加 录 录入 建 建档 立 设 设置 选 定 记 登 领 收 核 存 上传 名称 名字 批 签 请 报 提 撤 撤回 取消 截止 截至 流程 模板 模版 格式 要求 内容 规定 时间 步骤 意思 功能 方法 教程
		例子 单 单子 条 表 书 手续 证明 开 成功 提前 之前 之后 以后 前 后 完 完了 迟交 最晚 最迟 审批 报备 登记 申请 审核 必须 一定 理由 原因 会 能 可以 需要 应该 是 为 对 不 不要 不能 不行 一天 每天 今天 明天 昨天 这周 本周 每周
		周五 周一 月底 期限 忘 忘了 忘记 错 错了 人 别人 资料 信息 东西 事 公司 系统 机器人 命令 用法 问题 长 好 对吗 deadline ddl due to do use`
	// vagues are what is said of a list as a whole.
	vagues = `全年 整年 最多 最少 最久 最大 最好 最差 最高 最低 排名 总共 一共 合计 总额 总数 全组 全部门 整个部门 全公司 公司 我们部门 大家 钱 款 情况 怎么样 笔 份 家`
	// doubts are what makes an act of others, of another time or of nobody of a
	// command that is spoken of.
	doubts = `还在 不 没 没有 别 不用 不要 先不 先别 可能 也许 大概要 如果 要是 假如 万一 是按 是不是 还没 没说 忘 忘了 晚点 等会 等会儿 等下 再说 再 才 完了 写完 交了 做完 过了 代表 不错 真 好烦 好累 让我 说要 的事 意见`
	// listings are how people ask for a list by its name.
	listings  = `有哪些 都有哪些 有几个 有多少 有没有 有什么 哪些 列表 名单 清单 情况 呢 多少 几个`
	greetings = `你好 您好 你好呀 hi hello hey 嗨 哈喽 哈啰 早 早安 早上好 上午好 中午好 下午好 晚上好 晚安 大家好 在吗 在么 在不在 有人吗 在不 你是谁 你是机器人吗`
	thanks    = `干得 做得 干的 漂亮 加油 谢谢 多谢 感谢 谢了 thanks thx thank ty 辛苦 辛苦了 好的 好 好滴 好嘞 好哒 行 可以 收到 嗯 嗯嗯 恩 哦 噢 ok okay 知道 知道了 明白 明白了 了解 再见 拜拜 bye 哈 哈哈 哈哈哈 嘿嘿
		呵呵 666 6 不错 很好 真棒 棒 厉害 赞 没事 没事了 没问题 算了 不用 不用了 测试 test 下班 下班了 对 是的`
	beside = `你 您 大家 们 小助手 助手 机器人 你们 各位 同事 啊 呀 哦 啦 哈 呢 吧 了 的 嘛 哟 very much you so all`
)

var (
	courtesy  = newLexicon(courtesies)
	nowadays  = newLexicon(`今天 今日 今早 今天上午 今天下午 刚刚 这会儿`) // of what is told as it happens
	particle  = newLexicon(particles)
	rounds    = newLexicon(`吧 啊 呀 噢 啦 嘛 哟 一下 一下子`) // particles that no word begins with
	soft      = newLexicon(courtesies, particles, fillers)
	vague     = newLexicon(vagues, courtesies, particles, fillers, questions)
	ask       = newLexicon(questions)
	manual    = newLexicon(manuals)
	idle      = newLexicon(courtesies, particles, fillers, questions, asides)
	doubt     = newLexicon(doubts)
	supposed  = newLexicon(`如果 要是 假如 万一 可能 也许 先别 就好`) // of what has not happened
	listing   = newLexicon(listings, particles)
	greeting  = newLexicon(greetings)
	smallTalk = newLexicon(greetings, thanks, beside)
)
