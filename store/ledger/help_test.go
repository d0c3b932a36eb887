package ledger_test

import "marketbot/store/storetest"

var now = storetest.Now
