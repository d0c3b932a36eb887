package photo

import (
	"bytes"
	"encoding/binary"
	"image"
)

// head is what stands before the pixels of a JPEG.
type head struct {
	width, height int
	samples       float64 // a pixel has
	progressive   bool    // all of it is held before any of it is drawn
	turned        orientation
}

// unpacked is how many bytes the picture takes in memory.
func (h head) unpacked() int64 {
	perSample := 1.0
	if h.progressive {
		perSample = 5 // four more, of its coefficient
	}
	return int64(float64(h.width) * float64(h.height) * h.samples * perSample)
}

// The markers of a JPEG that matter here.
const (
	startOfScan = 0xda
	progressive = 0xc2
	exifSegment = 0xe1
)

// frame reports whether a marker begins the description of the frame.
func frame(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

// readHead reads the segments up to the pixels.
func readHead(data []byte) (h head, err error) {
	h.turned = upright
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker := data[at+1]
		if marker == 0xff { // fills
			at++
			continue
		}
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(data) {
			return h, Broken
		}
		segment := data[at+4 : end]
		switch {
		case frame(marker):
			if h.width > 0 || !h.describe(segment) {
				return h, Broken
			}
			h.progressive = marker == progressive
		case marker == exifSegment:
			if turned := orientationOf(segment); turned != upright {
				h.turned = turned
			}
		case marker == startOfScan:
			if h.width == 0 {
				return h, Broken
			}
			return h, nil
		}
		at = end
	}
	return h, Broken
}

// describe reads a frame: its size, and how many samples its pixels have.
func (h *head) describe(segment []byte) bool {
	if len(segment) < 6 || len(segment) < 6+3*int(segment[5]) {
		return false
	}
	h.height, h.width = int(binary.BigEndian.Uint16(segment[1:])), int(binary.BigEndian.Uint16(segment[3:]))
	all, across, down := 0, 0, 0
	for i := range int(segment[5]) {
		factors := segment[6+3*i+1]
		x, y := int(factors>>4), int(factors&15)
		all, across, down = all+x*y, max(across, x), max(down, y)
	}
	if all == 0 || h.width == 0 || h.height == 0 {
		return false
	}
	h.samples = float64(all) / float64(across*down)
	return true
}

// orientation is how a camera was held, as EXIF numbers it.
type orientation int

const (
	upright   orientation = 1
	mirrored5 orientation = 5 // from here on width and height change places
	last      orientation = 8
)

// exifTag is that of the orientation.
const exifTag = 0x0112

// orientationOf reads an EXIF segment; what cannot be read is upright.
func orientationOf(segment []byte) orientation {
	tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return upright
	}
	count := int64(order.Uint16(tiff[at:]))
	for i := range count {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(tiff)) {
			break
		}
		if order.Uint16(tiff[entry:]) == exifTag {
			if o := orientation(order.Uint16(tiff[entry+8:])); o >= upright && o <= last {
				return o
			}
		}
	}
	return upright
}

// apply turns a picture as it was seen.
func (o orientation) apply(p *image.RGBA) *image.RGBA {
	if o == upright {
		return p
	}
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if o >= mirrored5 {
		size = image.Rect(0, 0, h, w)
	}
	to := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			from := o.source(x, y, w, h)
			copy(to.Pix[to.PixOffset(x, y):][:4], p.Pix[p.PixOffset(from.X, from.Y):][:4])
		}
	}
	return to
}

// source is where a pixel of the turned picture stands in one of w by h.
func (o orientation) source(x, y, w, h int) image.Point {
	switch o {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(y, h-1-x)
	case 7:
		return image.Pt(w-1-y, h-1-x)
	case last:
		return image.Pt(w-1-y, x)
	}
	return image.Pt(x, y)
}
