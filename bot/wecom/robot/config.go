package robot

import (
	"net/url"

	"marketbot/bot/platform"
)

// URL is the robot's endpoint unless the settings name another.
const URL = "wss://openws.work.weixin.qq.com"

// Config is a robot in long connection mode.
type Config struct {
	BotID  string `yaml:"bot_id"`
	Secret string `yaml:"secret"`
	Name   string `yaml:"name"` // as people mention it; may hold blanks
	URL    string `yaml:"url"`  // empty: URL
}

// Empty reports whether there is no robot, as the example has it.
func (c Config) Empty() bool { return c.BotID == "" && c.Secret == "" }

// Complete fills in defaults and says what is missing, for people.
func (c Config) Complete() (Config, error) {
	if c.URL == "" {
		c.URL = URL
	}
	u, err := url.Parse(c.URL)
	return c, platform.All(
		platform.Unless(c.BotID != "", "wecom.robot.bot_id 未填写：在智能机器人的「API 配置 → 长连接」里复制 Bot ID"),
		platform.Unless(c.Secret != "", "wecom.robot.secret 未填写：在智能机器人的「API 配置 → 长连接」里复制 Secret"),
		platform.Unless(err == nil && u.Host != "" && (u.Scheme == "wss" || u.Scheme == "ws"), "wecom.robot.url 不是 wss:// 开头的网址"),
	)
}
