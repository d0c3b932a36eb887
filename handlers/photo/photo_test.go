package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"marketbot/handlers/photo/phototest"
)

// What is kept shows what the camera saw, upright, and holds none of what it wrote.
func TestClean(t *testing.T) {
	for name, want := range map[string]image.Point{"jpeg": {X: 640, Y: 480}, "png": {X: 320, Y: 240}, "turned": {X: 480, Y: 640}} {
		t.Run(name, func(t *testing.T) {
			kept, err := Clean(phototest.Pictures()[name])
			if err != nil {
				t.Fatal(err)
			}
			p, err := jpeg.Decode(bytes.NewReader(kept))
			if err != nil || p.Bounds().Size() != want {
				t.Errorf("%v, %v, want %v", p.Bounds(), err, want)
			}
			if _, _, blue, _ := p.At(20, want.Y/2+20).RGBA(); blue < 0x8000 { // below, and at the left of what was turned to the right
				t.Error("it was turned the wrong way")
			}
			if bytes.Contains(kept, []byte("Canon")) || bytes.Contains(kept, []byte("Exif")) {
				t.Error("what the camera wrote is still there")
			}
		})
	}
}

func TestUnfit(t *testing.T) {
	all := phototest.Pictures()
	for name, want := range map[string]Unfit{"heic": HEIC, "vast": Vast, "cut": Broken, "text": Foreign} {
		if _, err := Clean(all[name]); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if _, err := Clean(nil); !errors.Is(err, Foreign) {
		t.Errorf("nothing: %v", err)
	}
}

// A JPEG is weighed by what its head says, too: 65535 by 65535 pixels are never
// unpacked, and one that is drawn at the end takes more than one that is not.
func TestAVastJPEGIsNotUnpacked(t *testing.T) {
	sized := func(w, h uint16, marker byte) []byte {
		data := phototest.JPEG(64, 48, 1)
		at := bytes.Index(data, []byte{0xff, 0xc0})
		data[at+1] = marker
		binary.BigEndian.PutUint16(data[at+5:], h)
		binary.BigEndian.PutUint16(data[at+7:], w)
		return data
	}
	for _, tt := range []struct {
		name string
		data []byte
		vast bool
	}{
		{"vast", sized(65535, 65535, 0xc0), true},
		{"of a camera", sized(5712, 4284, 0xc0), false},
		{"of a camera, drawn at the end", sized(4032, 3024, progressive), false},
		{"large, drawn at the end", sized(5712, 4284, progressive), true},
	} {
		if head, err := readHead(tt.data); err != nil || head.unpacked() > maxUnpacked != tt.vast {
			t.Errorf("%s: %d bytes, %v", tt.name, head.unpacked(), err)
		}
	}
	if _, err := Clean(sized(65535, 65535, 0xc0)); err != Vast {
		t.Error(err)
	}
}

// Red is above, however the camera was held.
func TestOrientations(t *testing.T) {
	for o := upright; o <= last; o++ {
		upright := phototest.Scene(40, 40)
		for x := range 20 { // and green at the left above
			for y := range 20 {
				upright.SetRGBA(x, y, color.RGBA{G: 200, A: 255})
			}
		}
		seen := image.NewRGBA(upright.Bounds()) // what the sensor had: the way back
		for y := range 40 {
			for x := range 40 {
				from := o.source(x, y, 40, 40)
				seen.SetRGBA(from.X, from.Y, upright.RGBAAt(x, y))
			}
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, seen, nil); err != nil {
			t.Fatal(err)
		}
		kept, err := Clean(phototest.With(b.Bytes(), uint16(o)))
		if err != nil {
			t.Fatal(err)
		}
		p, err := jpeg.Decode(bytes.NewReader(kept))
		if err != nil {
			t.Fatal(err)
		}
		brightest := func(x, y int) string {
			r, g, b, _ := p.At(x, y).RGBA()
			return fmt.Sprint(r > 0x8000, g > 0x8000, b > 0x8000)
		}
		if got := brightest(5, 5) + brightest(35, 5) + brightest(20, 35); got != "false true falsetrue false falsefalse false true" {
			t.Errorf("held %d: %s", o, got)
		}
	}
}

// A large picture is kept at the size of a screen.
func TestLargePicturesAreScaled(t *testing.T) {
	kept, err := Clean(phototest.JPEG(4032, 3024, 6))
	if err != nil {
		t.Fatal(err)
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(kept))
	if err != nil || config.Width != 1536 || config.Height != maxSide {
		t.Errorf("%dx%d, %v", config.Width, config.Height, err)
	}
}

// Whatever comes is kept as a whole picture without what cameras write, or refused.
func FuzzClean(f *testing.F) {
	for name, data := range phototest.Pictures() {
		if name != "large" {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kept, err := Clean(data)
		var unfit Unfit
		switch {
		case err != nil && !errors.As(err, &unfit):
			t.Fatal(err)
		case err != nil:
			return
		}
		if _, err := jpeg.Decode(bytes.NewReader(kept)); err != nil || bytes.Contains(kept, []byte("Exif\x00\x00")) {
			t.Errorf("kept %d bytes: %v", len(kept), err)
		}
	})
}

func BenchmarkClean(b *testing.B) {
	data := phototest.JPEG(4032, 3024, 6)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Clean(data); err != nil {
			b.Fatal(err)
		}
	}
}
