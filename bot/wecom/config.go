package wecom

import (
	"errors"
	"strings"

	"marketbot/bot/wecom/app"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/robot"
	"marketbot/handlers/chat"
)

// hookGroup is the group's id where only its webhook is known.
const hookGroup = "webhook"

// Config is the wecom part of the configuration file. At least one way must
// be there.
type Config struct {
	Robot      *robot.Config `yaml:"robot"`
	App        *app.Config   `yaml:"app"`
	BaseURL    string        `yaml:"base_url"`    // of the API; empty: qyapi.BaseURL
	Proxy      string        `yaml:"proxy"`       // empty: as the environment says
	WebhookKey string        `yaml:"webhook_key"` // of the department's group
	Group      string        `yaml:"group"`       // chat id of the department's group, as the robot knows it
}

// Department is the department's group; its ID is empty if there is none.
func (c Config) Department() chat.Address {
	id := c.Group
	if id == "" && c.WebhookKey != "" {
		id = hookGroup
	}
	return chats.Group(id)
}

// Secret reports whether the settings hold a secret.
func (c Config) Secret() bool {
	return c.WebhookKey != "" || c.Robot != nil && c.Robot.Secret != "" || c.App != nil && (c.App.Secret != "" || c.App.Token != "" || c.App.AESKey != "")
}

// complete fills in defaults and says what is missing. An empty robot or app,
// as the example has it, is none.
func (c *Config) complete() error {
	if c.Robot != nil && c.Robot.Empty() {
		c.Robot = nil
	}
	if c.App != nil && c.App.Empty() {
		c.App = nil
	}
	if c.Robot == nil && c.App == nil && c.WebhookKey == "" {
		return errors.New("wecom 下至少要填 robot（智能机器人）、app（自建应用）或 webhook_key 中的一个")
	}
	if strings.ContainsAny(c.WebhookKey, "/=?") {
		return errors.New("wecom.webhook_key 只写群机器人的 Webhook 地址里 key= 后面那一段，不写整个地址")
	}
	if c.Robot == nil {
		return nil
	}
	r, err := c.Robot.Complete()
	c.Robot = &r // the caller's stays as it is
	return err
}
