package picture

import (
	"testing"

	"marketbot/handlers/chat"
)

// BenchmarkPNG is one picture of as many people as a department has, and of the
// customers of a year; what is allocated bounds what it takes in memory. Goals: 150
// ms, 40 MiB.
func BenchmarkPNG(b *testing.B) {
	for name, c := range map[string]chat.Chart{"5": people(5), "50": people(50), "firms": firms(50)} {
		b.Run(name, func(b *testing.B) {
			d := New()
			if _, err := d.PNG(c); err != nil { // which reads the font
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.PNG(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
