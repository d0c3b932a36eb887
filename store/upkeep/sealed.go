package upkeep

// sealedColumn is a column whose values rest under secret_key, each bound to
// its place: table, row and column.
type sealedColumn struct {
	table  string
	row    []string // columns that name the row, in a place joined by "/"
	column string
}

// sealedColumns are all of them. What rests under a customer's data key is not
// among them: only that key's wrap is.
var sealedColumns = []sealedColumn{
	{"inbox", []string{"platform", "id"}, "body"},
	{"outbox", []string{"id"}, "content"},
	{"outbox", []string{"id"}, "payload"},
	{"dialog", []string{"person"}, "line"},
	{"confirmation", []string{"code"}, "line"},
	{"leave", []string{"id"}, "reason"},
	{"trip", []string{"id"}, "place"},
	{"trip", []string{"id"}, "reason"},
	{"check_in", []string{"id"}, "place"},
	{"check_in", []string{"id"}, "progress"},
	{"report", []string{"id"}, "review"},
	{"report", []string{"id"}, "done"},
	{"report", []string{"id"}, "plan"},
	{"report", []string{"id"}, "payment"},
	{"report", []string{"id"}, "problem"},
	{"consolidated", []string{"week"}, "opinion"},
	{"report_comment", []string{"id"}, "words"},
	{"audit", []string{"id"}, "why"},
	{"customer", []string{"id"}, "data_key"},
	{"chain_state", []string{"name"}, "value"},
	{"request", []string{"code"}, "words"},
	{"request", []string{"code"}, "why"},
	{"request", []string{"code"}, "reason"},
	{"access_grant", []string{"id"}, "proof"},
	{"delegation", []string{"id"}, "proof"},
	{"person_change", []string{"code"}, "proof"},
	{"lead", []string{"code"}, "words"},
	{"lead", []string{"code"}, "body"},
	{"lead", []string{"code"}, "source"},
	{"lead", []string{"code"}, "reason"},
}
