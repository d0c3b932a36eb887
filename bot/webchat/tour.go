package webchat

// Step is one step of the guided tour: somebody does something somewhere, and
// then something is to be seen. The page plays it through the same elements
// that a visitor uses.
type Step struct {
	Caption string `json:"caption"`
	As      string `json:"as"`
	Room    string `json:"room"` // RoomGroup or RoomPrivate (of As)

	// What As does; at most one is set.
	Say    string            `json:"say,omitempty"`
	Place  string            `json:"place,omitempty"`
	Press  string            `json:"press,omitempty"`  // label of a button in the room, the newest
	Submit map[string]string `json:"submit,omitempty"` // by field name; the rest stays as prefilled
	Moment string            `json:"moment,omitempty"` // id of a weekly moment to jump to

	See See `json:"see"`
}

// See is what a step leads to.
type See struct {
	As   string `json:"as"` // whose page is shown afterwards; empty: the step's
	Room string `json:"room"`
	Text string `json:"text"` // part of a new message in that room; empty: nothing is awaited
}

// Rooms of a Step, as seen by the one who acts.
const (
	RoomGroup   = "group"
	RoomPrivate = "private"
)

// Tour is the guided tour: one working week in three minutes, from a fresh
// start on Thursday 09:30.
func Tour() []Step {
	return []Step{
		{Caption: "张伟要出差，在群里说一声：到今天起 3 天，机器人回显它读到的日期。", As: "zhangwei", Room: RoomGroup,
			Say: "出差 广州 3天 拜访华东机电", See: See{Room: RoomGroup, Text: "广州"}},
	}
}
