package upkeep_test

import "marketbot/store/storetest"

var now = storetest.Now
