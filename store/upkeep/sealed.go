package upkeep

// sealedColumn is a column whose values rest under secret_key, each bound to
// its place: table, row and column.
type sealedColumn struct {
	table  string
	row    []string // columns that name the row, in a place joined by "/"
	column string
	beside []string // columns that the value is bound to beside the row
}

// addressed are the columns that say to whom a message goes.
var addressed = []string{"platform", "grp", "address", "person"}

// deed are the columns that say who did what to a contract, and when.
var deed = []string{"contract", "at", "by_person", "act", "version"}

// occasion are the columns that say who did what to an activity, and when.
var occasion = []string{"activity", "at", "by_person", "act", "version"}

// step are the columns that say who did what to a departure, and when.
var step = []string{"departure", "at", "by_person", "act", "version"}

// deedOf are the columns that say who did what to something of a meeting, and when.
var deedOf = []string{"thing", "at", "by_person", "act", "version"}

// sealedColumns are all of them. What rests under a customer's data key is not
// among them: only that key's wrap is.
var sealedColumns = []sealedColumn{
	{"inbox", []string{"platform", "id"}, "body", nil},
	{"outbox", []string{"id"}, "content", addressed},
	{"outbox", []string{"id"}, "payload", addressed},
	{"dialog", []string{"person"}, "line", nil},
	{"confirmation", []string{"code"}, "line", nil},
	{"leave", []string{"id"}, "reason", nil},
	{"trip", []string{"id"}, "place", nil},
	{"trip", []string{"id"}, "reason", nil},
	{"check_in", []string{"id"}, "place", nil},
	{"check_in", []string{"id"}, "progress", nil},
	{"report", []string{"id"}, "review", nil},
	{"report", []string{"id"}, "done", nil},
	{"report", []string{"id"}, "plan", nil},
	{"report", []string{"id"}, "payment", nil},
	{"report", []string{"id"}, "problem", nil},
	{"consolidated", []string{"week"}, "opinion", nil},
	{"report_comment", []string{"id"}, "words", nil},
	{"audit", []string{"id"}, "why", nil},
	{"customer", []string{"id"}, "data_key", nil},
	{"chain_state", []string{"name"}, "value", nil},
	{"request", []string{"code"}, "words", nil},
	{"request", []string{"code"}, "why", nil},
	{"request", []string{"code"}, "reason", nil},
	{"request", []string{"code"}, "proof", nil},
	{"access_grant", []string{"id"}, "proof", nil},
	{"delegation", []string{"id"}, "proof", nil},
	{"person_change", []string{"code"}, "proof", nil},
	{"person", []string{"id"}, "proof", nil},
	{"tenure", []string{"id"}, "proof", nil},
	{"account", []string{"platform", "id"}, "proof", nil},
	{"binding", []string{"code"}, "proof", nil},
	{"contract", []string{"number"}, "card", []string{"folded", "series", "seq", "customer", "holder", "state", "claimed", "signed", "due", "ended", "version"}},
	{"contract_act", []string{"id"}, "was", deed},
	{"contract_act", []string{"id"}, "words", deed},
	{"money", []string{"id"}, "content", []string{"code", "kind", "contract", "customer", "holder", "day", "at", "by_person", "ref", "settled"}},
	{"activity", []string{"code"}, "card", []string{"state", "first_day", "last_day", "ends", "version"}},
	{"activity_act", []string{"id"}, "was", occasion},
	{"activity_act", []string{"id"}, "words", occasion},
	{"photo", []string{"id"}, "content", []string{"activity", "person", "at"}},
	{"target", []string{"id"}, "content", []string{"person", "month", "measure", "version", "at", "by_person", "corrects"}},
	{"frozen_month", []string{"month"}, "proof", nil},
	{"kept_table", []string{"month", "name"}, "content", []string{"hash"}},
	{"stall", []string{"id"}, "words", []string{"customer", "at", "by_person", "until_day"}},
	{"promise", []string{"id"}, "words", []string{"customer", "month", "kept", "at", "by_person"}},
	{"incident", []string{"code"}, "card", []string{"state", "at", "version"}},
	{"setting", []string{"id"}, "value", []string{"name", "at"}},
	{"departure", []string{"id"}, "card", []string{"person", "kind", "state", "last_day", "ends", "version"}},
	{"departure_act", []string{"id"}, "was", step},
	{"handed", []string{"departure", "kind", "ref"}, "words", []string{"state", "taker", "by_person", "at"}},
	{"meeting", []string{"code"}, "card", []string{"kind", "month", "state", "opened", "version"}},
	{"agenda_item", []string{"code"}, "card", []string{"meeting", "state", "version"}},
	{"meeting_note", []string{"id"}, "words", []string{"meeting", "item", "kind", "person", "by_person", "at", "gone"}},
	{"meeting_act", []string{"id"}, "was", deedOf},
	{"meeting_act", []string{"id"}, "words", deedOf},
	{"decision", []string{"code"}, "card", []string{"state", "owner", "due", "version"}},
	{"minutes", []string{"id"}, "content", []string{"at"}},
	{"shown", []string{"id"}, "content", []string{"at"}},
	{"lead", []string{"code"}, "words", nil},
	{"lead", []string{"code"}, "body", nil},
	{"lead", []string{"code"}, "source", nil},
	{"lead", []string{"code"}, "reason", nil},
}
