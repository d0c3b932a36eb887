package chattest

import "runtime"

// Kept is how many bytes what hold gives keeps alive.
func Kept(hold func() any) int64 {
	before := heap()
	held := hold()
	after := heap()
	runtime.KeepAlive(held)
	return after - before
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
