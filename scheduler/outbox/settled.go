package outbox

// settled remembers what was done with lately: a message may be handed over
// after it was found in the store and delivered already.
type settled struct{ young, old map[string]bool }

// settledMost bounds each half of the memory.
const settledMost = 4096

func (s *settled) add(id string) {
	if s.young == nil || len(s.young) == settledMost {
		s.young, s.old = make(map[string]bool, settledMost), s.young
	}
	s.young[id] = true
}

func (s *settled) has(id string) bool { return s.young[id] || s.old[id] }
