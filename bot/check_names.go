package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"marketbot/bot/feishu"
	"marketbot/bot/platform"
	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

// maxNamed is how many accounts of the settings one check looks up.
const maxNamed = 50

// checkNames compares the names in the settings with those of the company's directory,
// where a platform tells them: an account that was copied wrongly is somebody else's, or
// nobody's. Another name is only told, for many go by one.
func checkNames(ctx context.Context, p chat.Platform, people []Person) []chat.Finding {
	namer, tells := p.(chat.Namer)
	if !tells {
		return nil
	}
	var missing, other []string
	var unsure error
	asked := 0
	for _, one := range people {
		id := one.accounts()[p.Name()]
		if id == "" || asked == maxNamed || unsure != nil {
			continue
		}
		asked++
		switch name, err := namer.PersonName(ctx, id); {
		case errors.Is(err, chat.ErrNoNames):
			return nil
		case err != nil && !aboutAccount(err):
			unsure = err
		case err != nil:
			missing = append(missing, one.Name+"（"+id+"）")
		case name != one.Name:
			other = append(other, one.Name+"（"+id+"）在通讯录里叫"+text.Quote(name))
		}
	}
	f := chat.Finding{Name: "企业微信人员姓名", OK: true, Text: fmt.Sprintf("%d 个账号都对得上", asked)}
	if p.Name() == feishu.Name {
		f.Name = "飞书人员姓名"
	}
	switch {
	case asked == 0:
		return nil
	case unsure != nil && len(missing) == 0:
		f.Text = "没有核对：" + platform.Why(unsure)
	case len(missing) == asked && asked > 1: // more likely it tells none than that all are wrong
		f.Text = "没有核对：一个名字也查不到，多半是应用没有通讯录权限"
	case len(missing) > 0:
		f.OK, f.Text = false, "查不到 "+strings.Join(missing, "、")+"：账号抄错了，或不在应用的可见范围（通讯录权限范围）里"
	case len(other) > 0:
		f.Text = "和登记的名字不一样，请核对是不是同一个人：" + strings.Join(other, "；")
	}
	return []chat.Finding{f}
}

// noAccount are the codes of the platforms for an account that is not there, or not in
// sight.
var noAccount = []int{40003, 60011, 60111, 41012, 41050, 99992351, 99992361}

// aboutAccount reports whether it is for the account that a name was not told: not for
// the network, nor because too much was asked.
func aboutAccount(err error) bool {
	var refused *platform.APIError
	var network net.Error
	if errors.As(err, &refused) {
		return slices.Contains(noAccount, refused.Code)
	}
	return !errors.As(err, &network) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled)
}
