package platformtest

import (
	"maps"
	"sync"
)

// People are the members of a company, by what the platform calls them. The
// zero value is nobody.
type People struct {
	mu     sync.Mutex
	names  map[string]string
	hidden map[string]bool
}

// Person adds somebody to the company.
func (p *People) Person(id, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.names == nil {
		p.names = map[string]string{}
	}
	p.names[id] = name
}

// Hide makes somebody, or a group, unreachable for the app, without any event.
func (p *People) Hide(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hidden == nil {
		p.hidden = map[string]bool{}
	}
	p.hidden[id] = true
}

// Member is somebody's name; known reports whether they were added at all,
// hidden whether the app does not reach them.
func (p *People) Member(id string) (name string, known, hidden bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name, known = p.names[id]
	return name, known, p.hidden[id]
}

// Names are all names, by id.
func (p *People) Names() map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.names)
}
