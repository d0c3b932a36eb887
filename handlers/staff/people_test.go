package staff

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

func TestPeopleAreListedForEveryone(t *testing.T) {
	o := newOffice(t)
	text := o.Say("张伟", "人员")
	wants(t, text, "人员（4 人）", "王芳|市场总监|管理员", "张伟|业务员|—")
	if strings.Index(text, "陈总") > strings.Index(text, "张伟") {
		t.Error("not by post, highest first")
	}
	if strings.Contains(text, "人员 停用") {
		t.Error("shows what the reader may not do")
	}
	wants(t, o.Say("王芳", "人员"), "人员 停用 姓名")
}

func TestOnlyAdministratorsManagePeople(t *testing.T) {
	o := newOffice(t)
	for _, line := range []string{"人员 添加 周敏 业务员", "人员 绑定码 张伟", "人员 岗位 张伟 市场主管", "人员 职责 张伟 财务", "人员 取消职责 王芳 管理员", "人员 停用 张伟", "人员 恢复 张伟"} {
		wants(t, o.Refused("李娜", line), "只有管理员可以")
	}
}

func TestAddByNameGivesACodeThatBinds(t *testing.T) {
	o := newOffice(t)
	a := o.Answer("王芳", "人员 添加 周敏 业务员")
	wants(t, flat(a.Reply), "已登记：周敏", "业务员", "11月24日 周二", "绑定码=")
	code := codeIn(t, a)
	newcomer := chat.Account{Platform: "feishu", ID: "ou_zhou"}
	b, err := o.Try("", "绑定 "+strings.ToLower(code), handlerstest.From(newcomer, "周敏"))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, flat(b.Reply), "绑定成功：你是周敏，业务员")
	wants(t, o.Told(b.Notices)["王芳"], "周敏在飞书绑定了一个账号")
	if p := o.of(newcomer); p.Name != "周敏" {
		t.Errorf("account is of %q", p.Name)
	}
	other := chat.Account{Platform: "feishu", ID: "ou_other"}
	if b, err = o.Try("", "绑定 "+code, handlerstest.From(other, "")); err != nil || b.Reply.Text != badCode {
		t.Errorf("second use: %q, %v", b.Reply.Text, err)
	}
}

// of is whose an account is.
func (o *office) of(a chat.Account) store.Person {
	o.T.Helper()
	var p store.Person
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		var err error
		p, _, err = tx.Accounts().Person(ctx, a.Platform, a.ID)
		return err
	})
	return p
}

// codeIn is the code that an answer shows.
func codeIn(t *testing.T, a *command.Answer) string {
	t.Helper()
	_, after, ok := strings.Cut(flat(a.Reply), "绑定码=")
	if !ok || len(after) < codeLength+1 {
		t.Fatalf("no code in %q", flat(a.Reply))
	}
	return after[:codeLength+1]
}

func TestAddByMentionBindsAtOnce(t *testing.T) {
	o := newOffice(t)
	account := chat.Account{Platform: "feishu", ID: "ou_zhou"}
	by := handlerstest.Mentioning(chat.Mention{Name: "周敏", Account: account})
	a, err := o.Try("王芳", "人员 添加 @周敏 业务员", by)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, flat(a.Reply), "已登记：周敏", "账号已绑定")
	if len(a.Notices) != 2 || a.Notices[0].To != o.of(account).ID || a.Notices[1].To != o.People["陈总"].ID {
		t.Errorf("the newcomer is not told: %v", a.Notices)
	}
	text, err := o.Undo("王芳", "人员 添加", a)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, text, "周敏")
	if p := o.of(account); p.ID != "" {
		t.Error("access stays after undo")
	}
	if _, err := o.Undo("王芳", "人员 添加", a); err == nil {
		t.Error("undone twice")
	}
	if _, err := o.Try("王芳", "人员 添加 @周敏 业务员", by); err != nil {
		t.Errorf("added again: %v", err)
	}
	by = handlerstest.Mentioning(chat.Mention{Name: "周敏敏", Account: account})
	_, err = o.Try("王芳", "人员 添加 @周敏敏 业务员", by)
	if err == nil || !strings.Contains(err.Error(), "已登记为周敏") {
		t.Errorf("the same account twice: %v", err)
	}
	by = handlerstest.Mentioning(chat.Mention{Name: "客人", Account: chat.Account{Platform: "feishu", ID: "ou_guest"}, Guest: true})
	if _, err = o.Try("王芳", "人员 添加 @客人 业务员", by); err == nil || !strings.Contains(err.Error(), "不是本公司的账号") {
		t.Errorf("a guest of another company: %v", err)
	}
}

func TestNamesThatCannotBeRegistered(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Refused("王芳", "人员 添加 张伟 业务员"), "已经有一位张伟", "张伟2")
	for _, name := range []string{"<at", "张\u202e伟", "张\u200b伟", "一二三四五六七八九十一二三四五六七八九十一", "@", "a\u0301\u0301"} {
		o.Refused("王芳", "人员 添加 "+name+" 业务员")
	}
	for name, ok := range map[string]bool{
		"张伟": true, "Ann Lee": true, "买买提·吐尔逊": true, "O'Neil": true, "𠮷田": true,
		"": false, " 张": false, "张\n伟": false, "张@伟": false, "张\u3164伟": false, "张\ufe0f伟": false, "\xff": false, "张\u2028伟": false, "＜张": false,
	} {
		if validName(name) != ok {
			t.Errorf("validName(%q) = %v", name, !ok)
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, s := range []string{"@张伟", "＠Ann Lee", "张\u200b伟", " ", "<at id=all></at>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		name := cleanName(typed)
		if !validName(name) {
			return
		}
		if n := utf8.RuneCountInString(name); n < 1 || n > longestName || strings.ContainsAny(name, "@<>\n\r\t\x00") {
			t.Errorf("%q passes", name)
		}
		if cleanName(name) != name {
			t.Errorf("%q is not clean", name)
		}
	})
}

func FuzzCodes(f *testing.F) {
	for _, s := range []string{"7K2M-9QXA", "７ｋ２ｍ９ｑｘａ", "7k2m 9qxa", "\xff-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code := cleanCode(typed)
		if again := cleanCode(code); again != code {
			t.Errorf("%q is cleaned to %q, then to %q", typed, code, again)
		}
	})
}

func TestPostsAndDutiesKeepTheirHistory(t *testing.T) {
	o := newOffice(t)
	o.Now = o.Now.AddDate(0, 0, 1)
	a := o.Answer("王芳", "人员 岗位 张伟 市场主管")
	wants(t, flat(a.Reply), "张伟由业务员改为市场主管，自 11月25日 周三 起")
	wants(t, o.Told(a.Notices)["张伟"], "你的岗位由业务员改为市场主管")
	wants(t, o.Say("张伟", "人员 张伟"), "业务员|2026-11-24|2026-11-25", "市场主管|2026-11-25|现在")
	wants(t, o.Refused("王芳", "人员 岗位 张伟 主管"), "已经是市场主管")
	text, err := o.Undo("王芳", "人员 岗位", a)
	if err != nil || o.person("张伟").Post != store.Salesperson {
		t.Errorf("undo: %q, %v, now %v", text, err, o.person("张伟").Post)
	}
	if _, err := o.Undo("王芳", "人员 岗位", a); err == nil {
		t.Error("undone twice")
	}

	give := o.Answer("王芳", "人员 职责 张伟 档案员")
	wants(t, flat(give.Reply), "张伟增加档案员职责")
	wants(t, o.Refused("王芳", "人员 职责 张伟 档案员"), "已经有档案员职责")
	take := o.Answer("王芳", "人员 取消职责 张伟 档案员")
	wants(t, o.Refused("王芳", "人员 取消职责 张伟 档案员"), "没有档案员职责")
	if _, err := o.Undo("王芳", "人员 取消职责", take); err != nil || !o.person("张伟").Has(store.Archivist) {
		t.Errorf("undo of taking: %v", err)
	}
	if _, err := o.Undo("王芳", "人员 职责", give); err != nil || o.person("张伟").Has(store.Archivist) {
		t.Errorf("undo of giving: %v", err)
	}
	wants(t, o.Refused("王芳", "人员 岗位 张伟 清洁工"), "岗位")
}

func TestTheLastAdministratorStays(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Refused("王芳", "人员 取消职责 王芳 管理员"), "唯一的管理员")
	wants(t, o.Refused("王芳", "人员 停用 王芳"), "唯一的管理员")
	o.Say("王芳", "人员 职责 李娜 管理员")
	o.Say("王芳", "人员 取消职责 王芳 管理员")
	wants(t, o.Refused("王芳", "人员 添加 周敏 业务员"), "只有管理员可以")
}

func TestStopNeedsConfirmationAndCanBeTakenBack(t *testing.T) {
	o := newOffice(t)
	preview := o.Answer("王芳", "人员 停用 张伟")
	wants(t, flat(preview.Reply), "停用 张伟？", "业务员")
	if preview.Confirm == "" || !o.person("张伟").Active() {
		t.Fatal("stopped without confirmation")
	}
	o.Say("王芳", "人员 岗位 张伟 市场主管")
	again, err := o.Try("王芳", "人员 停用 张伟", handlerstest.Confirmed(preview.Confirm))
	if err != nil || again.Confirm == "" || again.Confirm == preview.Confirm {
		t.Fatalf("what changed since the preview is not shown anew: %v", err)
	}
	a, err := o.Try("王芳", "人员 停用 张伟", handlerstest.Confirmed(again.Confirm))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, flat(a.Reply), "已停用：张伟")
	if o.of(chat.Account{Platform: "webchat", ID: "张伟"}).ID != "" {
		t.Error("access stays")
	}
	if _, err := o.Undo("王芳", "人员 停用", a); err != nil {
		t.Fatal(err)
	}
	if o.of(chat.Account{Platform: "webchat", ID: "张伟"}).Name != "张伟" {
		t.Error("access does not come back")
	}
	wants(t, o.Say("王芳", "人员 张伟"), "市场主管|2026-11-24|现在")
}

func TestStopIsNotTakenBackOnceTheNameIsTaken(t *testing.T) {
	o := newOffice(t)
	a, err := o.Try("王芳", "人员 停用 张伟", handlerstest.Confirmed(command.VersionOf("stop", o.People["张伟"].ID, store.Salesperson)))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, o.Told(a.Notices)["李娜"], "张伟（业务员）已停用")
	o.Say("王芳", "人员 添加 张伟 业务员")
	if _, err := o.Undo("王芳", "人员 停用", a); err == nil {
		t.Error("two of the same name")
	}
}

func TestAdministratorOwesCodes(t *testing.T) {
	o := newOffice(t)
	o.Say("王芳", "制度确认")
	if items := o.Owes("王芳"); len(items) != 0 {
		t.Errorf("owes %v", items)
	}
	o.Say("王芳", "人员 添加 周敏 业务员")
	items := o.Owes("王芳")
	if len(items) != 1 || !strings.Contains(items[0].Text, "周敏") || items[0].Button.Command != "人员 绑定码 周敏" {
		t.Errorf("owes %v", items)
	}
	o.Now = o.Now.Add(time.Minute)
	wants(t, o.Say("王芳", "人员 绑定码 周敏"), "周敏的绑定码", "24 小时")
}
