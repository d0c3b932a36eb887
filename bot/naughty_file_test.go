package main

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"marketbot/store"
	"marketbot/store/vault"
)

// fileLines are commands about customer files whose words people choose; every
// string goes to some of them in turn. Where a file is needed, it is K1.
func fileLines() []string {
	return []string{
		"新客户 %", "改客户 K1 特征=%", "改客户 K1 %", "联系人 K1 %", "联系人 K1 李明 爱好=%", "改客户 K1 曾用名=%", "客户 %", "看电话 K1 %", "看电话 % 寄合同",
		"客户历史 %", "改客户 % 地址=南城区", "跟进 % 谈了", "改客户 K1 股东=%", "改客户 K1 电话=%", "跟进 K1 谈了 金额=%", "删除联系人 K1 % 本人要求", "移交客户 % 刘洋", "核对 %",
	}
}

// naughtyFile is a string as every word that a customer's file may hold, and
// as progress, which rests as typed.
func (o *office) naughtyFile(i int, s string) {
	o.t.Helper()
	if i == 0 {
		o.hear("张伟", "新客户 东莞市晨星机械有限公司")
		o.hear("张伟", "联系人 K1 李明")
	}
	for n, line := range fileLines() {
		if n%6 == i%6 || s == "\x00" {
			o.screens.say("李娜", private, strings.Replace(line, "%", s, 1))
		}
	}
	o.screens.say("李娜", private, "取消") // what was missing is asked for
	o.screens.say("小林", private, "客户 "+s)
	o.screens.say("张伟", private, "跟进 K1 说 "+s)
	if utf8.RuneCountInString(s) < 1000 {
		if want, rests := strings.TrimRightFunc("说 "+s, unicode.IsSpace), o.lastProgress("张伟"); rests != want {
			o.t.Errorf("progress %q rests as %q", want, rests)
		}
	}
	o.deliver()
}

// lastProgress is what somebody noted last of a customer.
func (o *office) lastProgress(name string) (words string) {
	o.t.Helper()
	p := o.person(name)
	o.update(func(ctx context.Context, tx *store.Tx) error {
		list, err := vault.In(tx).OwnProgress(ctx, p.ID, o.now().Add(-time.Hour), o.now().Add(time.Hour))
		if len(list) > 0 {
			words = list[len(list)-1].Words
		}
		return err
	})
	return words
}
