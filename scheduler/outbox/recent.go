package outbox

// recent remembers what was done with lately: a message may be handed over
// after it was found in the store and delivered already.
type recent struct{ young, old map[string]bool }

// maxRecent bounds each half of the memory.
const maxRecent = 4096

func (r *recent) add(id string) {
	if r.young == nil || len(r.young) == maxRecent {
		r.young, r.old = make(map[string]bool, maxRecent), r.young
	}
	r.young[id] = true
}

func (r *recent) has(id string) bool { return r.young[id] || r.old[id] }
