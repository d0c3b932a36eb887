package wecomtest

import (
	"fmt"
	"sync"
	"time"
)

// RobotName is what the robot is mentioned by; it holds a blank.
const RobotName = "市场部 助手"

// Robot is the platform's side of one robot's long connection. Serve it over
// HTTP. Its fields are set before use.
type Robot struct {
	BotID, Secret string
	Limited       bool              // refuses more than 30 messages a minute or 1000 an hour in a chat
	Keeps         bool              // delivers after the next subscribe what came while nobody was connected
	Lag           time.Duration     // that a callback is under way
	Alias         map[string]string // by userid: the encrypted id it tells instead

	now func() time.Time

	mu         sync.Mutex
	serial     int
	away       bool
	subscribed int // subscriptions that succeeded
	refused    int // pushes into chats that nobody opened
	live       *socket
	all        map[*socket]bool
	opened     map[string]bool // chats in which somebody wrote to the robot
	calls      []*callback
	asks       map[string]*ask
	faults     []*robotFault
	uploads    map[string]*transfer
	media      map[string]transfer
	messages   []RobotMessage
	tasks      map[string]int // of cards, to their message
	recent     map[string][]time.Time
}

// RobotMessage is what the robot said, as people see it.
type RobotMessage struct {
	ID       string
	To       string // userid or chatid
	Type     string // markdown, template_card, file, text
	Text     string // all that can be read, buttons aside
	Buttons  []RobotButton
	File     string
	Data     []byte // of the file
	Mentions []string
	Links    []string // markup of any kind
	Locked   bool     // cannot be passed on
	Reply    bool     // an answer to what somebody wrote or to their entering
	At       time.Time
}

// RobotButton is one that can be pressed.
type RobotButton struct {
	Label string
	Key   string
}

// NewRobot makes a robot's platform. now is its clock.
func NewRobot(now func() time.Time) *Robot {
	return &Robot{
		BotID: "aib_test", Secret: "robot-secret", Alias: map[string]string{}, now: now,
		all: map[*socket]bool{}, opened: map[string]bool{}, asks: map[string]*ask{}, uploads: map[string]*transfer{}, media: map[string]transfer{},
		tasks: map[string]int{}, recent: map[string][]time.Time{},
	}
}

func (r *Robot) next(prefix string) string {
	r.serial++
	return fmt.Sprintf("%s%06d", prefix, r.serial)
}

// Seen is what stands in a person's private chat (userid) or in a group
// (chatid), oldest first.
func (r *Robot) Seen(at string) []RobotMessage {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []RobotMessage
	for _, m := range r.messages {
		if m.To == at {
			list = append(list, m)
		}
	}
	return list
}

// Connected tells whether a connection gets callbacks.
func (r *Robot) Connected() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.live != nil && r.live.state == healthy
}

// Subscribed counts the subscriptions that succeeded.
func (r *Robot) Subscribed() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.subscribed
}

// Refused counts the pushes into chats where nobody had written.
func (r *Robot) Refused() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refused
}

// Open lets the robot write into a chat, as if somebody had written there.
func (r *Robot) Open(at string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened[at] = true
}
