package rulebook

import "fmt"

// Retention is how many days what tells of people is kept, kind by kind; then it is
// wiped at night, and no more is known than that it was there (C13).
type Retention struct {
	CheckIns     int `yaml:"check_ins"`     // where somebody was on a trip, and what they wrote
	Photos       int `yaml:"photos"`        // of activities
	LeaveReasons int `yaml:"leave_reasons"` // after the leave
	Received     int `yaml:"received"`      // what people wrote to the bot, word by word
	Messages     int `yaml:"messages"`      // what came and went, and what it looked like
}

// DefaultRetention is that of who has set nothing.
func DefaultRetention() Retention {
	return Retention{CheckIns: 366, Photos: 366, LeaveReasons: 366, Received: 7, Messages: 30}
}

// What a retention is at least: the month that is summed up, and what platforms deliver
// again.
const (
	leastEvidence = 62
	leastMessages = 8
)

// Problem is the first setting that cannot be: its key, and what is wrong, for people.
// Both are empty when all is well.
func (r Retention) Problem() (key, problem string) {
	for _, evidence := range []struct {
		key  string
		days int
	}{{"check_ins", r.CheckIns}, {"photos", r.Photos}, {"leave_reasons", r.LeaveReasons}} {
		if evidence.days < leastEvidence {
			return evidence.key, fmt.Sprintf("%s 至少是 %d 天：月会还要用上个月的", evidence.key, leastEvidence)
		}
	}
	switch {
	case r.Received < 1:
		return "received", "received 至少是 1 天"
	case r.Messages < leastMessages || r.Messages < r.Received:
		return "messages", fmt.Sprintf("messages 至少是 %d 天，也不能比 received 短：平台会重发", leastMessages)
	}
	return "", ""
}

// Words says what is kept how long.
func (r Retention) Words() string {
	return fmt.Sprintf("签到地点和进展 %d 天，活动照片 %d 天，请假事由 %d 天，收到的原话 %d 天，收发记录 %d 天，到期每晚清除；"+
		"客户档案、合同、回款、周报、会议和审计长期保留，档案里的人可以应本人要求 删除联系人", r.CheckIns, r.Photos, r.LeaveReasons, r.Received, r.Messages)
}
