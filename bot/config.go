package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/platform"
	"marketbot/bot/wecom"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/cluster"
)

// Config is the configuration file. config.example.yaml is its manual; each
// part belongs to the package that it sets up.
type Config struct {
	Company       string             `yaml:"company"`
	Timezone      string             `yaml:"timezone"`
	Listen        string             `yaml:"listen"`
	Store         string             `yaml:"store"`
	Postgres      store.Pool         `yaml:"postgres"`
	Redis         string             `yaml:"redis"`
	Backup        Backup             `yaml:"backup"`
	SecretKey     string             `yaml:"secret_key"`
	OldSecretKeys []string           `yaml:"old_secret_keys"`
	Holidays      string             `yaml:"holidays"`
	Log           Log                `yaml:"log"`
	Feishu        *feishu.Config     `yaml:"feishu"`
	WeCom         *wecom.Config      `yaml:"wecom"`
	NotifyOn      string             `yaml:"notify_on"`
	People        []Person           `yaml:"people"`
	Schedule      Schedule           `yaml:"schedule"`
	Retention     rulebook.Retention `yaml:"retention"`
	AreaSettings  `yaml:",inline"`
}

// Person is one entry of people: who somebody is, and their accounts.
type Person struct {
	Name   string       `yaml:"name"`
	Post   store.Post   `yaml:"post"`
	Duties []store.Duty `yaml:"duties"`
	Feishu string       `yaml:"feishu"`
	WeCom  string       `yaml:"wecom"`
}

// Schedule is when the clock does what.
type Schedule struct {
	WeeklyReport rulebook.Schedule     `yaml:"weekly_report"`
	Consolidated rulebook.Schedule     `yaml:"consolidated"`
	TripCheckIn  rulebook.TripSchedule `yaml:"trip_check_in"`
	Daily        rulebook.Clock        `yaml:"daily"`
	Quiet        rulebook.Quiet        `yaml:"quiet"`
}

// defaults are the settings of who has set nothing.
func defaults() Config {
	return Config{
		Timezone: "Asia/Shanghai",
		Listen:   "127.0.0.1:8080",
		Store:    "marketbot.db",
		Postgres: store.DefaultPool(),
		Log:      Log{Format: logText},
		Backup:   Backup{Dir: "backups", Keep: 14, At: rulebook.Clock{Hour: 3, Minute: 17}},
		Schedule: Schedule{
			WeeklyReport: rulebook.WeeklyReport(),
			Consolidated: rulebook.Consolidated(),
			TripCheckIn: rulebook.TripSchedule{
				At:    []rulebook.Clock{{Hour: 11, Minute: 23}, {Hour: 17, Minute: 23}, {Hour: 20, Minute: 11}},
				Grace: 2 * time.Hour,
			},
			Daily: rulebook.Clock{Hour: 9, Minute: 13},
			Quiet: rulebook.Quiet{From: rulebook.Clock{Hour: 21}, To: rulebook.Clock{Hour: 8}},
		},
		Retention:    rulebook.DefaultRetention(),
		AreaSettings: defaultAreas(),
	}
}

// loadConfig reads and checks the file at path. Its error is for people: it
// says what is wrong in which line, and repeats no value that may be secret.
func loadConfig(path string, getenv func(string) (string, bool)) (Config, error) {
	data, err := readFile(path)
	if err != nil {
		return Config{}, &usageError{&unreadable{path, err}}
	}
	cfg, err := parseConfig(data, getenv)
	if err != nil {
		return cfg, &usageError{fmt.Errorf("%s：%w", path, err)}
	}
	if file, err := filepath.EvalSymlinks(cfg.Store); err == nil && !isPostgres(cfg.Store) {
		cfg.Store = file // what lies beside a database lies where the file is, not where a link to it is
	}
	return cfg, nil
}

// maxFile is how many bytes a file has at most that people write: more is none, such as
// a device without an end.
const maxFile = 1 << 20

var errTooLarge = errors.New("文件太大，或没有尽头；这里要的是几十 KB 的文本文件")

// readFile reads a whole file. A pipe that nobody writes to is empty, and not waited
// for.
func readFile(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if len(data) > maxFile {
		err = errTooLarge
	}
	return data, errors.Join(err, f.Close())
}

// unreadable is a file of settings that cannot be read.
type unreadable struct {
	path string
	err  error
}

func (e *unreadable) Error() string {
	switch {
	case errors.Is(e.err, fs.ErrNotExist):
		return "读不了配置文件：没有 " + e.path + "。第一次用请运行 marketbot setup；文件在别处，用 --config 写明"
	case errors.Is(e.err, fs.ErrPermission):
		return "读不了配置文件：运行程序的用户没有读 " + e.path + " 的权限。请把文件给这个用户（chown 用户 文件），不要放宽权限"
	case errors.Is(e.err, syscall.EISDIR):
		return "读不了配置文件：" + e.path + " 是目录。--config 后面要写文件；用 Docker 的，先在旁边放好这个文件再启动"
	}
	if errors.Is(e.err, errTooLarge) {
		return "读不了配置文件 " + e.path + "：" + errTooLarge.Error()
	}
	return "读不了配置文件 " + e.path + "：" + platform.Why(e.err)
}

func (e *unreadable) Unwrap() error { return e.err }

// parseConfig reads a configuration over the defaults.
func parseConfig(data []byte, getenv func(string) (string, bool)) (Config, error) {
	cfg := defaults()
	doc, err := parseDocument(data, getenv)
	if err != nil {
		return cfg, err
	}
	var list wrongLines
	for range maxWrong {
		cfg = defaults()
		var wrong *lineError
		if err := doc.decode(&cfg); err != nil && !errors.As(err, &wrong) {
			return cfg, err
		}
		if wrong == nil {
			p := cfg.problem()
			if p == nil {
				break
			}
			wrong = &lineError{doc.line(p.path), p.text}
		}
		if list = append(list, *wrong); !doc.drop(wrong.line) {
			break
		}
	}
	if len(list) > 0 {
		slices.SortStableFunc(list, func(a, b lineError) int { return cmp.Compare(a.line, b.line) })
		return cfg, list
	}
	return cfg, nil
}

// maxWrong is how many wrong lines are told at a time.
const maxWrong = 10

// wrongLines are all that is wrong with a file.
type wrongLines []lineError

func (l wrongLines) Error() string { return l.joined("\n") }

func (l wrongLines) joined(between string) string {
	words := make([]string, len(l))
	for i, e := range l {
		words[i] = e.Error()
	}
	return strings.Join(words, between)
}

// problem is something wrong with the value at a path ($.reports.owed_by[0]).
type problem struct{ path, text string }

// problem is the first thing wrong with values that decoded well.
func (c Config) problem() *problem {
	if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "" || c.Timezone == "Local" {
		return &problem{"$.timezone", fmt.Sprintf("没有时区 %q；中国写 Asia/Shanghai", c.Timezone)}
	}
	_, port, err := net.SplitHostPort(c.Listen)
	if _, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil {
		return &problem{"$.listen", fmt.Sprintf("监听地址 %q 要写成 主机:端口，如 127.0.0.1:8080，端口是 1 到 65535", c.Listen)}
	}
	if c.Store == "" {
		return &problem{"$.store", "store 不能为空：写 SQLite 文件名，或 postgres://…"}
	}
	if !isPostgres(c.Store) && noFileName.MatchString(c.Store) {
		return &problem{"$.store", "store 要写 SQLite 文件名，或 postgres://用户:密码@主机/库名"} // it may hold a password
	}
	if kind, _, found := strings.Cut(c.Store, "://"); found && !isPostgres(c.Store) {
		return &problem{"$.store", fmt.Sprintf("不能用 %s：写 SQLite 文件名，或 postgres://用户:密码@主机/库名", kind)}
	}
	if key, text := c.Postgres.Problem(); key != "" {
		return &problem{"$.postgres." + key, text}
	}
	if c.Backup.Keep < 1 {
		return &problem{"$.backup.keep", "keep 至少是 1；不要每晚备份，把 dir 空着"}
	}
	if c.Redis != "" && cluster.CheckURL(c.Redis) != nil {
		return &problem{"$.redis", redisProblem}
	}
	if on := []string{"", feishu.Name, wecom.Name}; !slices.Contains(on, c.NotifyOn) {
		return &problem{"$.notify_on", "notify_on 写 feishu 或 wecom；空着是每个人上次说话的平台"}
	}
	if c.Log.Format != logText && c.Log.Format != logJSON {
		return &problem{"$.log.format", "log.format 写 text 或 json"}
	}
	if c.SecretKey != "" {
		if _, err := store.NewSealer(c.SecretKey); err != nil {
			return &problem{"$.secret_key", "secret_key 要是 32 个随机字节的 base64。要新的，运行 openssl rand -base64 32，或空着再运行 marketbot check"}
		}
		for i, old := range c.OldSecretKeys {
			if _, err := store.NewSealer(c.SecretKey, old); err != nil {
				return &problem{fmt.Sprintf("$.old_secret_keys[%d]", i), "old_secret_keys 里的也要是 32 个随机字节的 base64，照原来的 secret_key 写"}
			}
		}
	}
	if i, key, text := staff.Check(c.entries()); text != "" {
		return &problem{fmt.Sprintf("$.people[%d].%s", i, key), text}
	}
	if key, text := c.Retention.Problem(); key != "" {
		return &problem{"$.retention." + key, text}
	}
	if p := c.AreaSettings.problem(); p != nil {
		return p
	}
	return c.Schedule.problem()
}

// noFileName are addresses of databases as other programs write them, and what SQLite
// takes for no file.
var noFileName = regexp.MustCompile(`^file:|^:memory:|@tcp\(|\b(host|dbname|user|password)=`)

func (s Schedule) problem() *problem {
	for _, g := range []struct {
		path  string
		grace time.Duration
	}{{"weekly_report", s.WeeklyReport.Grace}, {"consolidated", s.Consolidated.Grace}, {"trip_check_in", s.TripCheckIn.Grace}} {
		if g.grace < 0 {
			return &problem{"$.schedule." + g.path + ".grace", "grace 不能是负数"}
		}
	}
	if s.Consolidated.Escalate != nil {
		return &problem{"$.schedule.consolidated.escalate", "consolidated 没有 escalate：上面就是总经理"}
	}
	return nil
}

// errNoKey is the want of a secret_key, without which nothing can be sealed.
var errNoKey = errors.New("没有 secret_key：第一次用请运行 marketbot setup；或运行 marketbot check 得到一个新的，写进配置文件")

// sealer is made of the secret keys.
func (c Config) sealer() (*store.Sealer, error) {
	if c.SecretKey == "" {
		return nil, errNoKey
	}
	return store.NewSealer(c.SecretKey, c.OldSecretKeys...)
}

// entries are the people as the area of the people takes them.
func (c Config) entries() []staff.Entry {
	list := make([]staff.Entry, len(c.People))
	for i, p := range c.People {
		list[i] = staff.Entry{Name: p.Name, Post: p.Post, Duties: p.Duties, Accounts: p.accounts()}
	}
	return list
}

// rules are the rule book as the settings have it.
func (c Config) rules() (rulebook.Rules, error) {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return rulebook.Rules{}, fmt.Errorf("timezone: %w", err)
	}
	var tables [][]byte
	if c.Holidays != "" {
		table, err := readFile(c.Holidays)
		if err != nil {
			return rulebook.Rules{}, &usageError{errors.New("读不了 holidays 指定的文件：" + platform.Why(err))}
		}
		tables = append(tables, table)
	}
	calendar, err := rulebook.NewCalendar(tables...)
	if err != nil {
		return rulebook.Rules{}, &usageError{fmt.Errorf("holidays 指定的文件不对，要写成 config.example.yaml 里的样子：%w", err)}
	}
	book, err := c.book()
	if err != nil {
		return rulebook.Rules{}, &usageError{err}
	}
	return rulebook.Rules{
		Company: c.Company, Zone: zone, Calendar: calendar, Book: book,
		Report: c.Schedule.WeeklyReport, Consolidated: c.Schedule.Consolidated, Trip: c.Schedule.TripCheckIn,
		Daily: c.Schedule.Daily, Quiet: c.Schedule.Quiet, Keep: c.Retention,
	}, nil
}

// book is the later editions of the rule book; none where no file is named.
func (c Config) book() (book rulebook.Book, err error) {
	file := c.AreaSettings.Rules.File
	if file == "" {
		return nil, nil
	}
	data, err := readFile(file)
	if err != nil {
		return nil, errors.New("读不了 rules.file 指定的文件：" + platform.Why(err))
	}
	doc, err := parseDocument(data, os.LookupEnv)
	if err == nil {
		err = doc.decode(&book)
	}
	if err == nil && len(book) == 0 {
		err = errors.New("里面一版也没有；细则没有改过，就把 rules.file 空着")
	}
	if at, problem := book.Problem(); err == nil && problem != "" {
		err = &lineError{doc.line(fmt.Sprintf("$[%d].from", at)), problem}
	}
	if err != nil {
		return nil, fmt.Errorf("rules.file 指定的 %s：%w", file, err)
	}
	return book, nil
}

// exposed tells that others on the machine may read the file at path.
func exposed(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o077 != 0
}

// secretsExposed tells that the file at path holds secrets itself and others on
// the machine may read it.
func secretsExposed(path string) bool {
	data, err := readFile(path)
	if err != nil || !exposed(path) {
		return false
	}
	doc, err := parseDocument(data, func(string) (string, bool) { return "", true })
	if err != nil {
		return true // whatever stands there
	}
	var c Config
	if doc.decode(&c) != nil {
		return true
	}
	return c.SecretKey != "" || len(c.OldSecretKeys) > 0 || c.Feishu != nil && c.Feishu.Secret() || c.WeCom != nil && c.WeCom.Secret() ||
		isPostgres(c.Store) && strings.Contains(c.Store, "@") || strings.Contains(c.Redis, "@")
}

func isPostgres(source string) bool {
	return strings.HasPrefix(source, "postgres://") || strings.HasPrefix(source, "postgresql://")
}
