package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"marketbot/store"
)

// write adds a section to the file of settings, which it makes with a new key
// where there is none. Nobody else may read it.
func (s *setup) write(section string, fresh bool) error {
	var text string
	if fresh {
		key := store.NewSecretKey()
		copied := filepath.Join(filepath.Dir(s.Config), keyFile)
		if err := writeNew(copied, key+"\n"); err != nil {
			return fmt.Errorf("写不了 %s：%w", copied, err)
		}
		text = fmt.Sprintf(newSettings, strconv.Quote(key)) + s.here() + section
		if _, err := parseConfig([]byte(text), os.LookupEnv); err != nil {
			return err
		}
		if err := writeNew(s.Config, text); err != nil {
			return fmt.Errorf("写不了 %s：%w", s.Config, err)
		}
		s.say("✓ 写好了 %s（只有你能读）。\n✓ 密钥另有一份在 %s：请现在把它移到别的机器或 U 盘上。丢了密钥，已存的内容就读不出来。", s.Config, copied)
		return nil
	}
	before, err := readFile(s.Config)
	if err != nil {
		return &usageError{&unreadable{s.Config, err}}
	}
	text = strings.TrimRight(string(before), "\n") + "\n\n" + section
	if _, err := parseConfig([]byte(text), os.LookupEnv); err != nil {
		left := s.Config + ".new"
		if e := writeNew(left, section); e != nil {
			return fmt.Errorf("写不了 %s：%w", left, e)
		}
		return &usageError{fmt.Errorf("加不进 %s（%w）。凭证写在 %s，请自己加进去", s.Config, err, left)}
	}
	if err := replaceFile(s.Config, text); err != nil {
		return fmt.Errorf("写不了 %s：%w", s.Config, err)
	}
	s.say("✓ 加进了 %s。", s.Config)
	return nil
}

// here are the settings that say where the bot lives, where that is not where it
// runs.
func (s *setup) here() string {
	var text string
	if wd, err := os.Getwd(); err == nil && wd != filepath.Dir(s.Config) {
		text += "store: " + strconv.Quote(filepath.Join(filepath.Dir(s.Config), defaults().Store)) + "\n"
	}
	if s.at.listen != "" {
		text += "listen: " + s.at.listen + "\n"
	}
	if text != "" {
		text += "\n"
	}
	return text
}

// keyFile is where setup puts a copy of the key, to be taken away.
const keyFile = "marketbot.key"

const newSettings = `# 市场部助手的配置，由 marketbot setup 写下。其他设置见 config.example.yaml，不写就用默认值。
# 里面有密钥：只给运行机器人的用户读，不要发给别人。

# 封存已存内容的密钥。丢了它，已存的内容就读不出来：请另存一份。
secret_key: %s

`

// writeNew writes a file that only its owner may read, never over another.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// replaceFile puts a text in the place of a file, or leaves it as it is.
func replaceFile(path, text string) error {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeNew(part, text); err != nil {
		return err
	}
	return os.Rename(part, path)
}
