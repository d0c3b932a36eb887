package app

import (
	"errors"

	"marketbot/bot/platform"
)

// Config is the self-built app's part of the settings.
type Config struct {
	CorpID  string   `yaml:"corp_id"`
	AgentID int      `yaml:"agent_id"`
	Secret  string   `yaml:"secret"`
	Token   string   `yaml:"token"`   // with AESKey: the app's callback at Path
	AESKey  string   `yaml:"aes_key"` // EncodingAESKey, 43 letters
	Menu    []string `yaml:"menu"`    // commands of the app's menu, at most three; empty: it stays as it is
}

// Empty reports whether nothing is set, as the example has it.
func (c Config) Empty() bool {
	return c.CorpID == "" && c.AgentID == 0 && c.Secret == "" && c.Token == "" && c.AESKey == "" && len(c.Menu) == 0
}

// hasCallback reports whether people can write to the app.
func (c Config) hasCallback() bool { return c.Token != "" }

// problem says what is missing, for people; nil when nothing is.
func (c Config) problem() error {
	if err := platform.All(
		platform.Unless(c.CorpID != "", "wecom.app.corp_id 未填写：在企业微信管理后台「我的企业 → 企业信息」最下面复制企业 ID"),
		platform.Unless(c.AgentID > 0, "wecom.app.agent_id 未填写：在管理后台「应用管理 → 自建」打开应用，复制 AgentId"),
		platform.Unless(c.Secret != "", "wecom.app.secret 未填写：在应用页面查看 Secret"),
	); err != nil {
		return err
	}
	switch {
	case (c.Token == "") != (c.AESKey == ""):
		return errors.New("wecom.app.token 和 wecom.app.aes_key 要么都填，要么都不填：在应用的「接收消息 → 设置 API 接收」里")
	case len(c.Menu) > maxMenu:
		return errors.New("wecom.app.menu 最多 3 项")
	case len(c.Menu) > 0 && !c.hasCallback():
		return errors.New("wecom.app.menu 需要回调：请先填 wecom.app.token 和 wecom.app.aes_key")
	}
	if c.hasCallback() {
		if _, err := newSealKey(c.Token, c.AESKey, c.CorpID); err != nil {
			return errors.New("wecom.app.aes_key 不是 43 位的 EncodingAESKey")
		}
	}
	return nil
}
