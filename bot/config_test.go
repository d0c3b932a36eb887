package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"marketbot/bot/feishu"
	"marketbot/bot/wecom"
	"marketbot/bot/wecom/app"
	"marketbot/bot/wecom/qyapi"
	"marketbot/bot/wecom/robot"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

const exampleFile = "../config.example.yaml"

func env(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func exampleEnv() func(string) (string, bool) {
	return env("MARKETBOT_KEY", strings.Repeat("A", 43)+"=", "FEISHU_APP_ID", "cli_example", "FEISHU_APP_SECRET", "hush")
}

func TestTheExampleHoldsTheDefaults(t *testing.T) {
	cfg, err := loadConfig(exampleFile, exampleEnv())
	if err != nil {
		t.Fatal(err)
	}
	want := feishu.Config{AppID: "cli_example", AppSecret: "hush", BaseURL: "https://open.feishu.cn", Receive: feishu.Websocket}
	if cfg.SecretKey == "" || *cfg.Feishu != want {
		t.Errorf("feishu %+v", *cfg.Feishu)
	}
	cfg.SecretKey, cfg.Feishu = "", nil
	plain := defaults()
	plain.OldSecretKeys, plain.People = []string{}, []Person{}
	plain.Customers.Canaries, plain.Customers.Fields = []string{}, []string{}
	if diff := cmp.Diff(plain, cfg); diff != "" {
		t.Errorf("the example differs from the defaults:\n%s", diff)
	}
	if _, err := cfg.rules(); err != nil {
		t.Error(err)
	}
}

// The part for WeCom is commented out in the example; it has to be right all
// the same.
func TestTheExamplesWeCom(t *testing.T) {
	data, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(data), "\n# wecom:\n")
	part, _, _ = strings.Cut("# wecom:\n"+part, "\n\n")
	text := strings.TrimPrefix(strings.ReplaceAll(part, "\n# ", "\n"), "# ")
	cfg, err := parseConfig([]byte(text), env("WECOM_BOT_ID", "aib1", "WECOM_BOT_SECRET", "hush", "WECOM_CORP_ID", "ww1", "WECOM_APP_SECRET", "hush2"))
	if err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	want := &wecom.Config{
		Robot:   &robot.Config{BotID: "aib1", Secret: "hush", Name: "市场部助手", URL: robot.URL},
		App:     &app.Config{CorpID: "ww1", AgentID: 1000002, Secret: "hush2", Menu: []string{}},
		BaseURL: qyapi.BaseURL,
	}
	if diff := cmp.Diff(want, cfg.WeCom); diff != "" {
		t.Error(diff)
	}
	if _, err := cfg.connections(nobody, others{}, time.Now, slog.New(slog.DiscardHandler)); err != nil {
		t.Error(err)
	}
}

func TestTheExampleNamesEverySetting(t *testing.T) {
	data, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		key, _, found := strings.Cut(strings.TrimLeft(line, " #-"), ":")
		if found {
			known[key] = true
		}
	}
	for _, key := range keys(reflect.TypeFor[Config]()) {
		if !known[key] {
			t.Errorf("the example says nothing of %s", key)
		}
	}
}

// keys are the names of all settings in a type.
func keys(t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	var list []string
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		switch key := f.Tag.Get("yaml"); key {
		case "":
		case ",inline":
			list = append(list, keys(f.Type)...)
		default:
			list = append(append(list, key), keys(f.Type)...)
		}
	}
	return list
}

func TestSettingsAreLaidOverTheDefaults(t *testing.T) {
	cfg, err := parseConfig([]byte(`
store: other.db   # ${NOT_ASKED_FOR}
people:
  - {name: 王芳, post: 市场总监, duties: [管理员], feishu: "${WANG}"}
  - {name: 张伟, post: 业务员}
  - {name: 李娜, post: 业务员, wecom: lina, feishu: ou_li}
wecom: {webhook_key: abc}
schedule:
  weekly_report: {due: "Thu 17:30", remind: [], escalate: null}
  trip_check_in: {at: []}
  daily: ${DAILY}
  quiet: ""
reports: {owed_by: [业务员, 市场主管]}
customers: {salespeople_see: own, canaries: [东莞市白鹭礼品有限公司], progress_days: [], fields: [规模]}
`), env("WANG", "ou_wang", "DAILY", "08:05"))
	if err != nil {
		t.Fatal(err)
	}
	want := defaults()
	want.Store = "other.db"
	want.People = []Person{
		{Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}, Feishu: "ou_wang"},
		{Name: "张伟", Post: store.Salesperson},
		{Name: "李娜", Post: store.Salesperson, Feishu: "ou_li", WeCom: "lina"},
	}
	want.WeCom = &wecom.Config{WebhookKey: "abc"}
	want.Schedule.WeeklyReport.Due = rulebook.Moment{Weekday: time.Thursday, Hour: 17, Minute: 30}
	want.Schedule.WeeklyReport.Remind = []rulebook.Moment{}
	want.Schedule.WeeklyReport.Escalate = nil
	want.Schedule.TripCheckIn.At = []rulebook.Clock{}
	want.Schedule.Daily = rulebook.Clock{Hour: 8, Minute: 5}
	want.Schedule.Quiet = rulebook.Quiet{}
	want.Reports.OwedBy = []store.Post{store.Salesperson, store.Supervisor}
	want.Customers.SalespeopleSee, want.Customers.Canaries = "own", []string{"东莞市白鹭礼品有限公司"}
	want.Customers.QuietDays, want.Customers.Fields = []int{}, []string{"规模"}
	if diff := cmp.Diff(want, cfg); diff != "" {
		t.Error(diff)
	}
	if e := cfg.entries(); e[0].Accounts[feishu.Name] != "ou_wang" || e[1].Accounts != nil || len(e[2].Accounts) != 2 || e[2].Accounts[wecom.Name] != "lina" {
		t.Errorf("entries %+v", e)
	}
}

func TestAnEmptyConfigIsTheDefaults(t *testing.T) {
	for _, text := range []string{"", "\uFEFF", "\uFEFFstore: marketbot.db\n", "\n", "# nothing\n", "---\n", "null\n"} {
		cfg, err := parseConfig([]byte(text), env())
		if err != nil || !reflect.DeepEqual(cfg, defaults()) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWrongSettingsAreToldWithTheirLine(t *testing.T) {
	for _, c := range []struct{ name, text, line, words string }{
		{"unknown key", "store: a\ncolour: red\n", "2", "没有 colour 这个设置"},
		{"unknown key inside", "schedule:\n  weekly_report:\n    dew: Fri 12:00\n", "3", "没有 dew 这个设置"},
		{"misspelt key", "fieshu:\n  app_id: b\n", "1", "没有 fieshu 这个设置，是不是 feishu？"},
		{"misspelt key inside", "schedule:\n  weekly_reprot: {}\n", "2", "是不是 weekly_report？"},
		{"unknown key of a platform", "feishu:\n  app_id: a\n  app_key: b\n", "3", "没有 app_key 这个设置"},
		{"unknown key of a robot", "wecom:\n  robot:\n    bot_key: b\n", "3", "没有 bot_key 这个设置"},
		{"twice the same key", "store: a\nstore: b\n", "2", "store 写了两次"},
		{"missing variable", "# ${NOT_THIS}\n\nsecret_key: ${MARKETBOT_KEY}\n", "3", "没有环境变量 MARKETBOT_KEY"},
		{"all missing variables", "secret_key: ${A}\n\nfeishu: {app_id: \"${B}\", app_secret: \"${C}\"}\n", "1", "没有环境变量 A；第 3 行：没有环境变量 B；第 3 行：没有环境变量 C。用 export"},
		{"missing variable in a block", "people:\n  - name: a\n    feishu: x${NOBODY}y\n", "3", "没有环境变量 NOBODY"},
		{"moment", "schedule:\n  weekly_report:\n    remind: [Thu 16:47]\n    due: Fry 12:00\n", "4", "Fri 12:00"},
		{"moment in a list", "schedule:\n  consolidated:\n    remind:\n      - Mon 09:37\n      - Mon 25:00\n", "5", "Fri 12:00"},
		{"clock", "schedule: {daily: \"9h\"}\n", "1", "09:13"},
		{"quiet", "schedule:\n  quiet: 21:00\n", "2", "21:00-08:00"},
		{"grace", "schedule:\n  weekly_report:\n    grace: long\n", "3", "时长"},
		{"grace without a unit", "schedule:\n  weekly_report: {grace: 4}\n", "2", "4h 或 90m"},
		{"a name that stands for nothing", "people: [{<<: *head, post: 业务员}]\n", "", "要成对"},
		{"another database", "company: a\nstore: mysql://bot@db/market\n", "2", "不能用 mysql"},
		{"of GBK", "company: a\nstore: \xce\xd2.db\n", "2", "GBK"},
		{"of UTF-16", "\xff\xfea\x00", "", "UTF-16"},
		{"no duty", "people:\n  - name: 王芳\n    post: 业务员\n    duties: [总管]\n", "4", "没有职责"},
		{"no post", "people:\n  - name: 王芳\n", "2", "没有岗位"},
		{"one account of two", "people:\n  - {name: 王芳, post: 业务员, wecom: A}\n  - {name: 张伟, post: 业务员, wecom: a}\n", "3", "王芳 和 张伟"},
		{"a tab", "feishu:\n\tapp_id: a\n", "2", "缩进用空格"},
		{"no level", "log:\n  level: loud\n", "2", "debug、info"},
		{"no format", "log: {format: xml}\n", "1", "text 或 json"},
		{"negative grace", "schedule:\n  trip_check_in:\n    grace: -1h\n", "3", "grace"},
		{"a number with a point", "reports:\n  backdate_weeks: 1.5\n", "2", "整数"},
		{"a number without end", "reports:\n  backdate_weeks: 99999999999999999999\n", "2", "太大"},
		{"money with a word", "receivables:\n  small_waiver: 1元\n", "2", "整数"},
		{"all that is wrong", "timezone: Mars\nreports: {backdate_weeks: -1}\ncolour: red\nlog:\n  level: loud\n", "1", "没有时区 \"Mars\"；中国写 Asia/Shanghai\n第 2 行：backdate_weeks 不能是负数\n第 3 行：没有 colour 这个设置\n第 5 行：写 debug"},
		{"two people", "people:\n  - name: 王芳\n    post: 总管\n  - {name: 张伟, post: 业务员}\n  - name: 李明\n    post: 业务员\n    duties: [总管]\ntimezone: Mars\n", "3", "总管\"；可以写：执行董事、总经理、总经理助理、市场总监、市场主管、业务员、其他员工\n第 7 行：没有职责 \"总管\"；可以写：管理员、档案员、财务\n第 8 行：没有时区"},
		{"wide blanks", "reports:\n\u3000\u3000backdate_weeks: 1\n", "2", "backdate_weeks 的前后有全角空格"},
		{"an invisible letter", "\u200bcompany: a\n", "1", "company 的前后有全角空格、全角冒号或看不见的字符"},
		{"wide colon", "reports:\n  backdate_weeks：1\n", "2", "冒号要用英文的"},
		{"an old key", "secret_key: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nold_secret_keys:\n  - short\n", "3", "old_secret_keys"},
		{"a port too high", "listen: 127.0.0.1:99999\n", "1", "1 到 65535"},
		{"a port by name", "listen: 127.0.0.1:http\n", "1", "主机:端口"},
		{"a store in memory", "store: \":memory:\"\n", "1", "SQLite 文件名"},
		{"a store of another program", "store: host=db user=bot password=hush\n", "1", "SQLite 文件名"},
		{"no list", "people: 王芳\n", "1", ""},
		{"no number", "reports:\n  backdate_weeks: many\n", "2", "整数"},
		{"negative number", "reports:\n\n  backdate_weeks: -1\n", "3", "backdate_weeks"},
		{"unknown post", "reports:\n  owed_by: [业务员, 经理]\n", "2", "经理"},
		{"whose files", "customers:\n  salespeople_see: some\n", "2", "all 或 own"},
		{"a negative quota", "customers: {lookups_per_hour: -1}\n", "1", "lookups_per_hour"},
		{"a stage twice", "customers:\n  stages:\n    - 签约\n    - 签约\n", "4", "签约"},
		{"a field that is there", "customers:\n  fields: [规模, 地址]\n", "2", "地址"},
		{"a field that cannot be typed", "customers:\n  fields: [\"规 模\"]\n", "2", "规 模"},
		{"a month too short", "retention:\n  received: 7\n  check_ins: 30\n", "3", "check_ins 至少是 62 天"},
		{"shorter than what came in", "retention: {received: 40}\n", "1", "messages 至少是 8 天"},
		{"no days", "customers:\n  progress_days: [7, 0]\n", "2", "progress_days"},
		{"unknown post of a person", "people:\n  - {name: 王芳, post: 总管}\n", "2", "总管"},
		{"same name", "people:\n  - {name: 王芳, post: 业务员}\n  - {name: 王芳, post: 业务员}\n", "3", "写了两次"},
		{"a name that looks the same", "people:\n  - {name: 张伟, post: 业务员}\n  - {name: 張 偉, post: 业务员}\n", "3", "張 偉 和 张伟 看上去一样"},
		{"zone", "\ntimezone: Asia/Dongguan\n", "2", "Asia/Dongguan"},
		{"address", "listen: 8080\n", "1", "监听地址"},
		{"platform of notices", "notify_on: dingtalk\n", "1", "notify_on"},
		{"no connections", "postgres:\n  connections: 0\n", "2", "connections"},
		{"idle for ever", "postgres: {idle: 0s}\n", "1", "idle"},
		{"empty store", "store: \"\"\n", "1", "store"},
		{"key", "store: a\nsecret_key: c2hvcnQ=\n", "2", "secret_key"},
		{"key too many", "schedule:\n  consolidated:\n    escalate: Mon 13:00\n", "3", "escalate"},
		{"no YAML", "store: [\n", "", ""},
		{"two documents", "store: a\n---\nstore: b\n", "2", "一份"},
		{"a list", "- a\n", "1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseConfig([]byte(c.text), env())
			if err == nil {
				t.Fatal("accepted")
			}
			if c.line != "" && !strings.HasPrefix(err.Error(), "第 "+c.line+" 行：") || !strings.Contains(err.Error(), c.words) {
				t.Errorf("says %q, want line %s with %q", err, c.line, c.words)
			}
		})
	}
}

func TestErrorsDoNotRepeatSecrets(t *testing.T) {
	_, err := parseConfig([]byte("secret_key: topsecret\nfeishu:\n  app_secret: alsosecret\n  app_sekret: x\n"), env())
	if err == nil || strings.Contains(err.Error(), "secret\n") || strings.Contains(err.Error(), "topsecret") || strings.Contains(err.Error(), "alsosecret") {
		t.Errorf("%v", err)
	}
	if _, err = parseConfig([]byte("secret_key: topsecret\n"), env()); err == nil || strings.Contains(err.Error(), "topsecret") {
		t.Errorf("%v", err)
	}
}

func TestHolidaysCanBeLaidOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "2031.json")
	if err := os.WriteFile(path, []byte(`{"year": 2031, "days": [{"name": "元旦", "date": "2031-01-01", "isOffDay": true}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := defaults()
	cfg.Holidays = path
	rules, err := cfg.rules()
	if err != nil || !rules.Calendar.Known(2031) || rules.Calendar.Working("2031-01-01") {
		t.Errorf("%v", err)
	}
	cfg.Holidays = path + "x"
	if _, err := cfg.rules(); err == nil {
		t.Error("a missing file is accepted")
	}
}

func TestSecretsThatOthersCanRead(t *testing.T) {
	for _, c := range []struct {
		text string
		mode os.FileMode
		want bool
	}{
		{"secret_key: abc\n", 0o600, false},
		{"secret_key: abc\n", 0o644, true},
		{"secret_key: ${KEY}\n", 0o644, false},
		{"store: postgres://bot:pw@db/market\n", 0o640, true},
		{"store: a.db\n", 0o644, false},
		{"feishu: {app_id: a, app_secret: b}\n", 0o604, true},
		{"wecom: {robot: {bot_id: a, secret: b}}\n", 0o604, true},
		{"wecom: {app: {corp_id: a, secret: \"${KEY}\"}}\n", 0o604, false},
	} {
		path := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		if got := secretsExposed(path); got != c.want {
			t.Errorf("%q with %o: %v", c.text, c.mode, got)
		}
	}
}

func FuzzConfig(f *testing.F) {
	data, err := os.ReadFile(exampleFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	f.Add("people: [{name: 王芳, post: 业务员}]\nschedule: {quiet: \"${Q}\"}\n")
	f.Add("a: &a [*a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		cfg, err := parseConfig([]byte(text), exampleEnv())
		if err != nil {
			return
		}
		if _, err := yaml.Marshal(cfg); err != nil {
			t.Error(err)
		}
	})
}

// An id of another kind under people is told by check, with what it is and what
// to write instead.
func TestAccountsOfAnotherKind(t *testing.T) {
	for _, tt := range []struct {
		p    Person
		want string // empty: nothing
	}{
		{Person{Name: "陈总", Feishu: "ou_7dab8a3d3cdcc9da365777c7ad535d62", WeCom: "ZhangWei"}, ""},
		{Person{Name: "陈总", WeCom: "zhang.wei@x-y_1"}, ""},
		{Person{Name: "陈总"}, ""},
		{Person{Name: "陈总", WeCom: "oc_94a1ee5551019f18cd73d9f111898cf2"}, "陈总 的 wecom: oc_94a1ee5551019f18cd73d9f111898cf2 是飞书的 ID"},
		{Person{Name: "陈总", Feishu: "on_94a1ee5551019f18cd73d9f111898cf2"}, "陈总 的 feishu: on_94a1ee5551019f18cd73d9f111898cf2 是 union_id"},
		{Person{Name: "陈总", Feishu: "e33ggbyz"}, "多半是 user_id"},
		{Person{Name: "陈总", Feishu: "chen@x.example"}, "是邮箱"},
		{Person{Name: "陈总", Feishu: "oc_1"}, "是群的 ID"},
		{Person{Name: "陈总", Feishu: "ou_"}, "不是 open_id"},
		{Person{Name: "陈总", WeCom: "陈总"}, "不是账号"},
		{Person{Name: "陈总", WeCom: "ou_7dab8a3d"}, "是飞书的 ID"},
		{Person{Name: "陈总", WeCom: "_chen"}, "不是账号"},
	} {
		f := checkAccounts(Config{People: []Person{{Name: "王芳", Feishu: "ou_1"}, tt.p}})
		if f.OK != (tt.want == "") || !strings.Contains(f.Text, tt.want) || strings.Contains(f.Text, "王芳") {
			t.Errorf("%+v: %+v", tt.p, f)
		}
	}
}

// Later editions of the rule book stand in a file of their own, whose errors name their
// line.
func TestLaterEditions(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"- from: 2027-01-01\n  kind: 实质\n  clauses:\n    2-4: 每天两次。\n- {from: 2027-02-01, kind: 文字, clauses: {会-3: 周四交。}}\n", ""},
		{"- from: 2027-01-01\n  kind: 大改\n  clauses: {2-4: 每天两次。}\n", "第 1 行：kind 写"},
		{"- {from: 2027-02-01, kind: 文字, clauses: {2-4: 每天两次。}}\n- {from: 2027-01-01, kind: 文字, clauses: {2-4: 每天三次。}}\n", "第 2 行：from 要一版比一版晚：2027-01-01 在 2027-02-01 后面"},
		{"- from: 2027-01-01\n  knd: 实质\n", "第 2 行：没有 knd"},
		{"- from: [\n", "YAML"},
		{"", "一版也没有"},
		{"[]\n", "一版也没有"},
	} {
		cfg := defaults()
		cfg.AreaSettings.Rules.File = filepath.Join(t.TempDir(), "rules.yaml")
		if err := os.WriteFile(cfg.AreaSettings.Rules.File, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		rules, err := cfg.rules()
		if tt.want == "" && (err != nil || len(rules.Book) != strings.Count(tt.text, "from")) || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q: %d editions, %v; want %q", tt.text, len(rules.Book), err, tt.want)
		}
	}
	cfg := defaults()
	cfg.AreaSettings.Rules.File = "/nowhere/rules.yaml"
	if _, err := cfg.rules(); err == nil || !strings.Contains(err.Error(), "rules.file") {
		t.Errorf("a file that is not there: %v", err)
	}
}
