package receivable

import (
	"fmt"

	"marketbot/handlers/words"
)

// Config is the part receivables of the settings.
type Config struct {
	TermsDays   int    `yaml:"terms_days"`   // after signing, when no plan says otherwise
	Bands       []int  `yaml:"bands"`        // of ageing: their last days
	SmallWaiver int64  `yaml:"small_waiver"` // 元: the most that 财务 lets go by 抹零
	Confirm     bool   `yaml:"confirm"`      // receipts wait for 核款
	ReceiptsFor string `yaml:"receipts_for"` // for whom a receipt counts: holder or signer
}

// What ReceiptsFor may say.
const (
	ForHolder = "holder"
	ForSigner = "signer"
)

// Defaults are the settings of who has set nothing.
func Defaults() Config {
	return Config{TermsDays: 30, Bands: []int{30, 60, 90}, SmallWaiver: 1, Confirm: true, ReceiptsFor: ForHolder}
}

// maxBands is how many bands fit into a table that is read on a phone.
const maxBands = 6

// Problem is the first setting that cannot be: its key, and what is wrong, for
// people. Both are empty when all is well.
func (c Config) Problem() (key, problem string) {
	switch {
	case c.TermsDays < 0:
		return "terms_days", "terms_days 不能是负数"
	case len(c.Bands) == 0 || len(c.Bands) > maxBands:
		return "bands", fmt.Sprintf("bands 写 1 到 %d 个天数，例如 [30, 60, 90]", maxBands)
	case c.SmallWaiver < 0:
		return "small_waiver", "small_waiver 不能是负数；0 就不许抹零"
	case c.ReceiptsFor != ForHolder && c.ReceiptsFor != ForSigner:
		return "receipts_for", fmt.Sprintf("receipts_for 写 holder 或 signer，不能是 %q", c.ReceiptsFor)
	}
	last := 0
	for i, end := range c.Bands {
		if end <= last {
			return fmt.Sprintf("bands[%d]", i), "bands 里的天数要从小到大，至少是 1"
		}
		last = end
	}
	return "", ""
}

// small is the most that is let go by 抹零, in 分.
func (c Config) small() int64 { return c.SmallWaiver * 100 }

// smallWords is that in words.
func (c Config) smallWords() string { return words.Money(c.small()) }
