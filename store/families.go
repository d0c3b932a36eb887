package store

import (
	"marketbot/store/internal/engine"
	"marketbot/store/ledger"
)

// The families of tables. Each is a small value: made where it is used, and
// nothing but the way to its queries.
type (
	// Trips are the business trips that people declared.
	Trips struct{ tx *engine.Tx }
	// CheckIns are the reports of progress from the road.
	CheckIns struct{ tx *engine.Tx }
	// Reports are the weekly reports, every version of them.
	Reports struct{ tx *engine.Tx }
	// Weeks are what went up for a week, and what came of it.
	Weeks struct{ tx *engine.Tx }
	// People are those who are registered, with what they held when.
	People struct{ tx *engine.Tx }
	// Accounts are the platforms' accounts by which people write.
	Accounts struct{ tx *engine.Tx }
	// Codes are binding codes, and wrong ones.
	Codes struct{ tx *engine.Tx }
	// Seeds are the people of the config file as they were last applied.
	Seeds struct{ tx *engine.Tx }
	// Changes are what was asked of people's posts, duties and accounts, where
	// that needs somebody's word.
	Changes struct{ tx *engine.Tx }
	// Leaves are the days that people are away.
	Leaves struct{ tx *engine.Tx }
	// Requests are what somebody in a named post answers with yes or no.
	Requests struct{ tx *engine.Tx }
	// Grants are leave to read one customer's file for a time.
	Grants struct{ tx *engine.Tx }
	// Delegations let others decide requests for some days.
	Delegations struct{ tx *engine.Tx }
	// Leads are what people brought in about customers, until it is judged.
	Leads struct{ tx *engine.Tx }
	// Contracts are the numbered forms and what became of them.
	Contracts struct{ tx *engine.Tx }
	// Receivables are what is owed for contracts, and what came of it.
	Receivables struct{ tx *engine.Tx }
	// Activities are what the department plans with and for customers.
	Activities struct{ tx *engine.Tx }
	// Photos are by what participants show that they were there.
	Photos struct{ tx *engine.Tx }
	// Targets are what people and the department are to reach.
	Targets struct{ tx *engine.Tx }
	// Months are which of them are frozen, and their tables as they were then.
	Months struct{ tx *engine.Tx }
	// Stalls are why customers stand still.
	Stalls struct{ tx *engine.Tx }
	// Promises are what is promised of key customers, and whether it was kept.
	Promises struct{ tx *engine.Tx }
	// Departures are those who leave the company or their post, and what becomes of
	// what they leave behind.
	Departures struct{ tx *engine.Tx }
	// Shown is what answers showed, until the files are made that were promised with them.
	Shown struct{ tx *engine.Tx }
	// Meetings are the department's meetings, and their minutes.
	Meetings struct{ tx *engine.Tx }
	// Agenda is what is to be decided, what was said of it, and who was there.
	Agenda struct{ tx *engine.Tx }
	// Decisions are what was decided in meetings.
	Decisions struct{ tx *engine.Tx }
	// Incidents are what must not happen and was reported.
	Incidents struct{ tx *engine.Tx }
	// Settings are what the settings were from start to start.
	Settings struct{ tx *engine.Tx }
	// Dialogs are questions that wait for an answer, and previews for 确认.
	Dialogs struct{ tx *engine.Tx }
	// Writes are what people may take back for a while.
	Writes struct{ tx *engine.Tx }
	// Inbox is what came in.
	Inbox struct{ tx *engine.Tx }
	// Outbox is what the bot owes.
	Outbox struct {
		tx     *engine.Tx
		claims *replica
	}
	// Firings are the slots of jobs that fired or were missed.
	Firings struct{ tx *engine.Tx }
	// Marks are moments under a name.
	Marks struct{ tx *engine.Tx }
	// Said is what was said unasked.
	Said struct{ tx *engine.Tx }
	// Chats are what adapters learnt about chats.
	Chats struct{ tx *engine.Tx }
)

// Trips are the business trips that people declared.
func (tx *Tx) Trips() Trips { return Trips{tx.e} }

// CheckIns are the reports of progress from the road.
func (tx *Tx) CheckIns() CheckIns { return CheckIns{tx.e} }

// Reports are the weekly reports, every version of them.
func (tx *Tx) Reports() Reports { return Reports{tx.e} }

// Weeks are what went up for a week, and what came of it.
func (tx *Tx) Weeks() Weeks { return Weeks{tx.e} }

// People are those who are registered, with what they held when.
func (tx *Tx) People() People { return People{tx.e} }

// Accounts are the platforms' accounts by which people write.
func (tx *Tx) Accounts() Accounts { return Accounts{tx.e} }

// Codes are binding codes, and wrong ones.
func (tx *Tx) Codes() Codes { return Codes{tx.e} }

// Seeds are the people of the config file as they were last applied.
func (tx *Tx) Seeds() Seeds { return Seeds{tx.e} }

// Changes are what was asked of people's posts, duties and accounts, where that
// needs somebody's word.
func (tx *Tx) Changes() Changes { return Changes{tx.e} }

// Leaves are the days that people are away.
func (tx *Tx) Leaves() Leaves { return Leaves{tx.e} }

// Requests are what somebody in a named post answers with yes or no.
func (tx *Tx) Requests() Requests { return Requests{tx.e} }

// Grants are leave to read one customer's file for a time.
func (tx *Tx) Grants() Grants { return Grants{tx.e} }

// Delegations let others decide requests for some days.
func (tx *Tx) Delegations() Delegations { return Delegations{tx.e} }

// Leads are what people brought in about customers, until it is judged.
func (tx *Tx) Leads() Leads { return Leads{tx.e} }

// Contracts are the numbered forms and what became of them.
func (tx *Tx) Contracts() Contracts { return Contracts{tx.e} }

// Receivables are what is owed for contracts, and what came of it.
func (tx *Tx) Receivables() Receivables { return Receivables{tx.e} }

// Activities are what the department plans with and for customers.
func (tx *Tx) Activities() Activities { return Activities{tx.e} }

// Photos are by what participants show that they were there.
func (tx *Tx) Photos() Photos { return Photos{tx.e} }

// Targets are what people and the department are to reach.
func (tx *Tx) Targets() Targets { return Targets{tx.e} }

// Months are which of them are frozen, and their tables as they were then.
func (tx *Tx) Months() Months { return Months{tx.e} }

// Stalls are why customers stand still.
func (tx *Tx) Stalls() Stalls { return Stalls{tx.e} }

// Promises are what is promised of key customers, and whether it was kept.
func (tx *Tx) Promises() Promises { return Promises{tx.e} }

// Departures are those who leave the company or their post, and what becomes of
// what they leave behind.
func (tx *Tx) Departures() Departures { return Departures{tx.e} }

// Shown is what answers showed, until the files are made that were promised with them.
func (tx *Tx) Shown() Shown { return Shown{tx.e} }

// Meetings are the department's meetings, and their minutes.
func (tx *Tx) Meetings() Meetings { return Meetings{tx.e} }

// Agenda is what is to be decided, what was said of it, and who was there.
func (tx *Tx) Agenda() Agenda { return Agenda{tx.e} }

// Decisions are what was decided in meetings.
func (tx *Tx) Decisions() Decisions { return Decisions{tx.e} }

// Incidents are what must not happen and was reported.
func (tx *Tx) Incidents() Incidents { return Incidents{tx.e} }

// Settings are what the settings were from start to start.
func (tx *Tx) Settings() Settings { return Settings{tx.e} }

// Dialogs are questions that wait for an answer, and previews for 确认.
func (tx *Tx) Dialogs() Dialogs { return Dialogs{tx.e} }

// Writes are what people may take back for a while.
func (tx *Tx) Writes() Writes { return Writes{tx.e} }

// Inbox is what came in.
func (tx *Tx) Inbox() Inbox { return Inbox{tx.e} }

// Outbox is what the bot owes.
func (tx *Tx) Outbox() Outbox { return Outbox{tx.e, tx.claims} }

// Firings are the slots of jobs that fired or were missed.
func (tx *Tx) Firings() Firings { return Firings{tx.e} }

// Marks are moments under a name: how far the clock was followed, when the
// store was created.
func (tx *Tx) Marks() Marks { return Marks{tx.e} }

// Said is what was said unasked, so that nothing is said twice.
func (tx *Tx) Said() Said { return Said{tx.e} }

// Chats are what adapters learnt about chats.
func (tx *Tx) Chats() Chats { return Chats{tx.e} }

// Audit is who did what to what, bound into a chain.
func (tx *Tx) Audit() ledger.Ledger { return ledger.Of(tx.e) }
