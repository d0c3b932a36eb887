package handlers_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"marketbot/handlers/chat"
)

// BenchmarkReceive is one command through the desk, durable, 32 people at once.
func BenchmarkReceive(b *testing.B) {
	wrote := 0
	d := newDesk(b, &wrote)
	var n atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			a := chat.Account{Platform: "x", ID: "张伟"}
			e := chat.Event{ID: fmt.Sprint("b", i), Kind: chat.Text, From: a, Chat: chat.Address{Platform: "x", ID: fmt.Sprint(i % 32)}, Sent: d.now, ToBot: true, Text: "登记"}
			if _, err := d.desk.Receive(b.Context(), e); err != nil {
				b.Error(err)
			}
		}
	})
}
