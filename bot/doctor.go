package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// doctorCommand is the verb doctor.
type doctorCommand struct {
	File   string `arg:"" optional:"" name:"文件" help:"写到哪个新文件；不写就是 marketbot-doctor-时间.txt" type:"path"`
	Config string `help:"配置文件" default:"config.yaml" type:"path"`
}

// run writes what somebody who helps needs to know: which program, which settings
// are there, what check and the serving bot say. Of the settings it gives keys,
// and values only where they can be no secret and name nobody.
func (c *doctorCommand) run(ctx context.Context, now func() time.Time, out io.Writer) error {
	at := now()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n配置（只有名字；不涉密的才写值）：\n", versionLine(), at.Format(time.RFC3339))
	data, err := readFile(c.Config)
	if err != nil {
		return &usageError{&unreadable{c.Config, err}}
	}
	settings, err := outline(data)
	if err != nil {
		return &usageError{fmt.Errorf("%s：%w", c.Config, err)}
	}
	b.WriteString(settings + "\n检查：\n")
	cfg, err := loadConfig(c.Config, os.LookupEnv)
	if err != nil {
		b.WriteString("✗ " + withheldWrong(data, err) + "\n")
	} else {
		cfg.People = nil // whose names check tells
		own, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		if err := tell(&b, false, checkConfig(own, cfg, now, slog.New(slog.DiscardHandler))); err != nil {
			return err
		}
		state, answers := askReady(own, cfg.Listen)
		fmt.Fprintf(&b, "\n正在运行：%v，能干活：%v\n", answers, state.Ready)
		for _, line := range append(state.Reasons, state.Warnings...) {
			b.WriteString("  " + line + "\n")
		}
	}
	if c.File == "" {
		c.File = "marketbot-doctor-" + at.Format("20060102-150405") + ".txt"
	}
	text := b.String()
	for _, secret := range cfg.secrets() {
		text = strings.ReplaceAll(text, secret, "***")
	}
	err = writeNew(c.File, text)
	if errors.Is(err, os.ErrExist) {
		err = fmt.Errorf("%s 已经有了，请换一个文件名", c.File)
	}
	if err != nil {
		return &usageError{err}
	}
	_, err = fmt.Fprintf(out, "✓ 写在 %s。里面没有密钥、姓名和聊天内容；发出去之前可以自己看一遍。\n", c.File)
	return err
}

// plainSections are the sections whose values are no secret and name nobody.
var plainSections = []string{"timezone", "listen", "postgres", "backup", "log", "notify_on", "schedule", "reports", "contracts", "receivables"}

// withheldWrong is what is wrong with settings, without what stands in lines that may
// name somebody.
func withheldWrong(data []byte, err error) string {
	var list wrongLines
	var one *lineError
	switch {
	case errors.As(err, &list):
	case errors.As(err, &one): // of the YAML, which repeats a key that is there twice
		list = wrongLines{*one}
	default:
		return err.Error() // which repeats nothing
	}
	doc, unread := parseDocument(data, func(string) (string, bool) { return "", true })
	shown := slices.Clone(list)
	for i, wrong := range shown {
		if unread != nil || !slices.Contains(plainSections, doc.section(wrong.line)) {
			shown[i].text = "写得不对。这一行可能有姓名，不写在这里；在本机运行 marketbot check 看"
		}
	}
	return shown.Error()
}

// outline is which settings a file has, a line each.
func outline(data []byte) (string, error) {
	data, err := utf8Text(data)
	if err != nil {
		return "", err
	}
	var all yaml.MapSlice
	if err := yaml.Unmarshal(data, &all); err != nil {
		return "", errors.New(withheldWrong(data, inLine(err)))
	}
	var lines []string
	for _, item := range all {
		key := fmt.Sprint(item.Key)
		lines = append(lines, outlined(settingName(key), item.Value, slices.Contains(plainSections, key))...)
	}
	return strings.Join(lines, "\n") + "\n", nil
}

// settingName is the key of a setting; what is none may be anybody's name.
func settingName(key string) string {
	if slices.Contains(settingKeys(reflect.TypeFor[Config]()), key) {
		return key
	}
	return "（不认识的设置）"
}

func outlined(path string, value any, plain bool) (lines []string) {
	switch v := value.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			lines = append(lines, outlined(path+"."+settingName(k), v[k], plain)...)
		}
		return lines
	case yaml.MapSlice:
		for _, item := range v {
			lines = append(lines, outlined(path+"."+settingName(fmt.Sprint(item.Key)), item.Value, plain)...)
		}
		return lines
	case []any:
		if !plain {
			return []string{fmt.Sprintf("%s：%d 项", path, len(v))}
		}
	case string:
		if v == "" {
			return []string{path + "：空"}
		}
	case nil:
		return []string{path + "：空"}
	}
	if !plain {
		return []string{path + "：已写"}
	}
	return []string{fmt.Sprintf("%s：%v", path, value)}
}

// secrets are the values of the settings that must be seen nowhere.
func (c Config) secrets() []string {
	list := append([]string{c.SecretKey}, c.OldSecretKeys...)
	if f := c.Feishu; f != nil {
		list = append(list, f.AppSecret, f.EncryptKey, f.VerificationToken)
	}
	if w := c.WeCom; w != nil {
		list = append(list, w.WebhookKey)
		if w.Robot != nil {
			list = append(list, w.Robot.Secret)
		}
		if w.App != nil {
			list = append(list, w.App.Secret, w.App.Token, w.App.AESKey)
		}
	}
	if isPostgres(c.Store) {
		list = append(list, c.Store)
	}
	list = append(list, c.Redis)
	return slices.DeleteFunc(list, func(s string) bool { return len(s) < 4 })
}
