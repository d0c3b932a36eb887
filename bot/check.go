package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/wecom"
	"marketbot/bot/wecom/robot"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// checkCommand is the verb check.
type checkCommand struct {
	Config string `help:"配置文件" default:"config.yaml" type:"path"`
	JSON   bool   `name:"json" help:"输出 JSON"`
	Fix    bool   `help:"飞书应用缺权限、事件或回调时，显示二维码，扫一下补上，再检查一遍"`

	in io.Reader // who is asked; nil: whoever sits at the terminal
	at places
}

// checkTime bounds a whole check.
const checkTime = time.Minute

// run says what is wrong and how to mend it. It changes nothing and can run
// beside a serving bot.
func (c *checkCommand) run(ctx context.Context, now func() time.Time, out io.Writer, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	cfg, err := loadConfig(c.Config, os.LookupEnv)
	if err != nil {
		if c.JSON {
			return errors.Join(err, tell(out, true, []chat.Finding{{Name: "配置文件", Text: err.Error()}}))
		}
		return err
	}
	list := []chat.Finding{{Name: "配置文件", OK: true, Text: fmt.Sprintf("%s，%d 人", c.Config, len(cfg.People))}}
	if secretsExposed(c.Config) {
		list = append(list, chat.Finding{Name: "文件权限", Text: "本机其他用户能读到密钥。请运行 chmod 600 " + c.Config})
	}
	list = append(list, checkConfig(ctx, cfg, now, log)...)
	if err := tell(out, c.JSON, list); err != nil {
		return err
	}
	if c.Fix && !c.JSON && slices.ContainsFunc(list, feishu.Mends) {
		if list, err = c.fix(ctx, cfg, now, out, log); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(list, func(f chat.Finding) bool { return !f.OK }) {
		return errFound
	}
	return nil
}

// fix gives the app what it lacks by a scan, and looks once more.
func (c *checkCommand) fix(ctx context.Context, cfg Config, now func() time.Time, out io.Writer, log *slog.Logger) ([]chat.Finding, error) {
	in := c.in
	if in == nil {
		in = os.Stdin
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fixTime)
	defer cancel()
	s := &setup{setupCommand: setupCommand{Config: c.Config, AppID: cfg.Feishu.AppID, at: c.at}, terminal: newTerminal(in, out)}
	if _, err := s.feishu(ctx, cfg); err != nil {
		return nil, err
	}
	if err := s.subscribed(ctx, cfg, now); err != nil {
		s.say("%s", s.clicks(cfg, err))
	}
	s.say("\n再检查一遍：")
	list := checkConfig(ctx, cfg, now, log)
	return list, tell(out, false, list)
}

// fixTime bounds a scan with the checks around it.
const fixTime = 12 * time.Minute

// checkConfig looks at everything that the settings name.
func checkConfig(ctx context.Context, cfg Config, now func() time.Time, log *slog.Logger) []chat.Finding {
	list := []chat.Finding{checkKey(cfg), checkAccounts(cfg)}
	rules, err := cfg.rules()
	if _, wrong := cfg.book(); wrong != nil {
		list = append(list, chat.Finding{Name: "制度", Text: wrong.Error()})
	} else if err != nil {
		list = append(list, chat.Finding{Name: "节假日表", Text: err.Error()})
	} else {
		list = append(list, checkClock(rules, now()), checkHolidays(rules, now()), checkDuties(cfg), checkBackups(cfg, rules.Zone, now()))
	}
	list = append(list, checkStore(ctx, cfg, now(), log), checkListen(ctx, cfg))
	list = append(list, checkRedis(ctx, cfg, now, log)...)
	return append(list, checkPlatforms(ctx, cfg, now, log)...)
}

func checkKey(cfg Config) chat.Finding {
	if cfg.SecretKey == "" {
		return chat.Finding{Name: "secret_key", Text: "没有填写。可以用这个新生成的（请另外保存一份，丢了就读不出已存的内容）：" + store.NewSecretKey()}
	}
	return chat.Finding{Name: "secret_key", OK: true, Text: "可用"}
}

func checkHolidays(rules rulebook.Rules, now time.Time) chat.Finding {
	now = now.In(rules.Zone)
	f := chat.Finding{Name: "节假日表", OK: true, Text: fmt.Sprintf("%d 年的有", now.Year())}
	missing := now.Year()
	if rules.Calendar.Known(missing) {
		missing++
	}
	empty := rules.Calendar.Empty()
	switch {
	case missing == now.Year(), now.Month() == time.December && !rules.Calendar.Known(missing):
		f.OK, f.Text = false, fmt.Sprintf("没有 %d 年的。请更新程序，或用 holidays 指定一个文件", missing)
	case len(empty) > 0:
		f.OK, f.Text = false, fmt.Sprintf("holidays 指定的文件里，%d 年的表一个放假日也没有，按没有算。等国务院公布后换上完整的文件", empty[0])
	}
	return f
}

// checkClock says what time the program thinks it is: deadlines go by it.
func checkClock(rules rulebook.Rules, now time.Time) chat.Finding {
	now = now.In(rules.Zone)
	return chat.Finding{Name: "当地时间", OK: true, Text: now.Format("2006年") + words.MomentExact(now) + "（" + rules.Zone.String() + "）"}
}

// checkAccounts says whose account in the settings no event will ever come from.
func checkAccounts(cfg Config) chat.Finding {
	f := chat.Finding{Name: "人员账号", OK: true, Text: "样子都对"}
	var wrong []string
	for _, p := range cfg.People {
		for _, a := range []struct {
			key, id string
			problem func(string) string
		}{{"feishu", p.Feishu, feishu.AccountProblem}, {"wecom", p.WeCom, wecom.AccountProblem}} {
			if a.id == "" {
				continue
			}
			if why := a.problem(a.id); why != "" {
				wrong = append(wrong, fmt.Sprintf("%s 的 %s: %s %s", p.Name, a.key, a.id, why))
			}
		}
	}
	if len(wrong) > 0 {
		f.OK, f.Text = false, strings.Join(wrong, "；")
	}
	return f
}

// checkDuties says which lists of the settings are empty: that switches off what
// they are for.
func checkDuties(cfg Config) chat.Finding {
	f := chat.Finding{Name: "空着的名单", OK: true, Text: "没有"}
	var off []string
	if len(cfg.Reports.OwedBy) == 0 {
		off = append(off, "reports.owed_by（没有人要交周报）")
	}
	if len(cfg.Schedule.TripCheckIn.At) == 0 {
		off = append(off, "schedule.trip_check_in.at（出差不提醒签到）")
	}
	if len(cfg.Customers.Stages) == 0 {
		off = append(off, "customers.stages（客户没有阶段可选）")
	}
	if len(off) > 0 {
		f.Text = strings.Join(off, "、") + "。不是有意的请改回"
	}
	return f
}

// checkListen tries the address of the settings; whoever serves with them has it.
func checkListen(ctx context.Context, cfg Config) chat.Finding {
	f := chat.Finding{Name: "监听地址", OK: true, Text: cfg.Listen + " 可用"}
	if _, answers := askReady(ctx, cfg.Listen); answers {
		f.Text = cfg.Listen + "，机器人正在运行"
		return f
	}
	l, err := listen(ctx, cfg.Listen)
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		f.OK, f.Text = false, err.Error()
	}
	return f
}

// checkPlatforms asks the platforms, over the network.
func checkPlatforms(ctx context.Context, cfg Config, now func() time.Time, log *slog.Logger) []chat.Finding {
	var findings []chat.Finding
	state, answers := askReady(ctx, cfg.Listen)
	if answers && cfg.WeCom != nil && cfg.WeCom.Robot != nil {
		findings = append(findings, robotOf(state))
	}
	// Whoever serves has the robot's connection.
	lease := func(ctx context.Context, _ string, work func(context.Context) error) error {
		if answers || served(ctx, cfg) {
			return robot.ErrHeld
		}
		return work(ctx)
	}
	list, err := cfg.connections(nobody, others{lease: lease}, now, log)
	if err != nil {
		return append(findings, chat.Finding{Name: "聊天平台", Text: err.Error()})
	}
	for _, p := range list {
		findings = append(append(findings, p.Check(ctx)...), checkNames(ctx, p, cfg.People)...)
	}
	if len(cfg.groups()) == 0 && cfg.Feishu == nil { // of whose group its own check tells
		findings = append(findings, chat.Finding{Name: "部门群", OK: true, Text: "没有填写 group：用管理员在群里发「部门群」定下的那个；都没有就不在群里发提醒"})
	}
	return findings
}

// served reports whether a process serves the store, wherever it listens. It also
// does where nobody can tell.
func served(ctx context.Context, cfg Config) bool {
	is, err := store.Served(ctx, store.Options{Source: cfg.Store})
	return is || err != nil && !errors.Is(err, fs.ErrNotExist)
}

// askReady asks a bot that may be serving with these settings how it is.
func askReady(ctx context.Context, listen string) (readiness, bool) {
	var state readiness
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listen+"/readyz", nil)
	if err != nil {
		return state, false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return state, false
	}
	defer resp.Body.Close()
	err = json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&state)
	return state, err == nil && (state.Ready || len(state.Reasons) > 0)
}

// robotOf is what a serving bot says of its robot.
func robotOf(state readiness) chat.Finding {
	f := chat.Finding{Name: "运行中的程序", OK: true, Text: "没有报告企业微信的连接有问题"}
	for _, r := range state.Reasons {
		if why, ok := strings.CutPrefix(r, wecom.Name+": "); ok {
			f.OK, f.Text = false, "连不上企业微信智能机器人："+why+"。停掉程序再检查一次，会说明原因"
		}
	}
	return f
}

// nobody takes events of a check: there are none.
func nobody(context.Context, chat.Event) (chat.Receipt, error) {
	return chat.Receipt{}, errors.New("a check takes no events")
}

// tell writes the findings, for people or as JSON.
func tell(out io.Writer, asJSON bool, list []chat.Finding) error {
	if asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(findingsJSON(list))
	}
	for _, f := range list {
		sign := "✓"
		if !f.OK {
			sign = "✗"
		}
		if _, err := fmt.Fprintf(out, "%s %s：%s\n", sign, f.Name, f.Text); err != nil {
			return err
		}
	}
	return nil
}

// findingJSON is a finding as scripts read it.
type findingJSON struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

func findingsJSON(list []chat.Finding) map[string]any {
	all := make([]findingJSON, len(list))
	ok := true
	for i, f := range list {
		all[i] = findingJSON(f)
		ok = ok && f.OK
	}
	return map[string]any{"ok": ok, "findings": all}
}
