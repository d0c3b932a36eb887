package engine

// Loan carries what package store keeps to itself to the other rooms of the
// store, and to nobody else: who lends sees to it that outside these rooms a
// Loan cannot be opened. Its fields have no way out but [Borrow] and its like,
// and only packages below store can name them.
type Loan struct {
	tx      *Tx
	db      *DB
	options Options
}

// Tx puts a transaction into the loan.
func (l *Loan) Tx(tx *Tx) { l.tx = tx }

// DB puts a database into the loan.
func (l *Loan) DB(db *DB) { l.db = db }

// Options puts how a database is opened into the loan.
func (l *Loan) Options(o Options) { l.options = o }

// A Lender is a value of package store that holds one of the engine's.
type Lender interface{ Lend(*Loan) }

// Borrow is the transaction of a store's.
func Borrow(from Lender) *Tx { return loan(from).tx }

// BorrowDB is the database of a store.
func BorrowDB(from Lender) *DB { return loan(from).db }

// BorrowOptions is how the database of a store is opened.
func BorrowOptions(from Lender) Options { return loan(from).options }

func loan(from Lender) Loan {
	var l Loan
	from.Lend(&l)
	return l
}
