// Package phototest makes pictures as people send them, good ones and others. It
// is used by tests only.
package phototest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
)

// Device is what the camera writes into its pictures beside what they show.
const Device = "Canon EOS GPS 23.1066N 113.3245E"

// Pictures are all of them, by what they are called in conversations.
func Pictures() map[string][]byte {
	return map[string][]byte{
		"jpeg": JPEG(640, 480, 1), "png": PNG(320, 240), "turned": JPEG(640, 480, 6), "heic": HEIC(),
		"large": append(JPEG(640, 480, 1), make([]byte, 5<<20)...), "vast": Vast(), "cut": JPEG(640, 480, 1)[:300], "text": []byte("GIF89a, or not at all"),
	}
}

// Scene is red above, and blue below.
func Scene(w, h int) *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 200, A: 255}
			if y >= h/2 {
				c = color.RGBA{B: 200, A: 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

// JPEG is a scene that was seen by a camera that was held in a way of EXIF, with
// what it writes beside it.
func JPEG(w, h int, orientation uint16) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, Scene(w, h), nil); err != nil {
		panic(err) // into memory
	}
	return With(b.Bytes(), orientation)
}

// With is a JPEG with what a camera writes into it.
func With(plain []byte, orientation uint16) []byte {
	tiff := binary.BigEndian.AppendUint32([]byte("MM\x00\x2a"), 8)
	entry := func(tag, kind uint16, count, value uint32) {
		tiff = binary.BigEndian.AppendUint16(tiff, tag)
		tiff = binary.BigEndian.AppendUint16(tiff, kind)
		tiff = binary.BigEndian.AppendUint32(tiff, count)
		tiff = binary.BigEndian.AppendUint32(tiff, value)
	}
	tiff = binary.BigEndian.AppendUint16(tiff, 2)
	entry(0x0110, 2, uint32(len(Device)), 8+2+2*12+4)
	entry(0x0112, 3, 1, uint32(orientation)<<16)
	tiff = append(binary.BigEndian.AppendUint32(tiff, 0), Device...)
	exif := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return bytes.Join([][]byte{plain[:2], segment, exif, plain[2:]}, nil)
}

// PNG is a scene.
func PNG(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, Scene(w, h)); err != nil {
		panic(err) // into memory
	}
	return b.Bytes()
}

// HEIC begins as the pictures of telephones do that keep them so.
func HEIC() []byte { return []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic") }

// Vast is a small PNG that says of itself that it has a thousand million pixels.
func Vast() []byte {
	data := PNG(8, 8)
	binary.BigEndian.PutUint32(data[16:], 32000)
	binary.BigEndian.PutUint32(data[20:], 32000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}
