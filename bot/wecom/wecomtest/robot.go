package wecomtest

import (
	"sync"
	"time"

	"marketbot/bot/platform/platformtest"
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
	URL           string            // by which it is served over HTTP; pictures lie there

	platformtest.Board

	now    func() time.Time
	serial platformtest.Serial
	sent   platformtest.Meter

	mu         sync.Mutex
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
	pictures   map[string][]byte // sealed, by path
}

// NewRobot makes a robot's platform. now is its clock.
func NewRobot(now func() time.Time) *Robot {
	return &Robot{
		BotID: "aib_test", Secret: "robot-secret", Alias: map[string]string{}, now: now,
		all: map[*socket]bool{}, opened: map[string]bool{}, asks: map[string]*ask{}, uploads: map[string]*transfer{}, media: map[string]transfer{}, pictures: map[string][]byte{},
	}
}

// Connected reports whether a connection gets callbacks.
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
