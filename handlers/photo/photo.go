// Package photo makes of a picture that somebody sent one that may be kept: what
// it shows, at the size of a screen, and nothing of what the camera wrote beside it
// (C13): no place, no time, no device, no second picture behind the first.
//
// What comes is foreign bytes. They are weighed before they are unpacked, and what
// would take too much memory is refused; so is what is neither JPEG nor PNG. What
// is kept is drawn anew, so that nothing of the bytes that came is left in it.
//
// It keeps nothing and knows no chat: who may send a photo, and where it rests, the
// areas and the store say.
package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

const (
	maxSide     = 2048      // pixels of the longer side of what is kept
	quality     = 85        // of the JPEG that is kept
	maxUnpacked = 100 << 20 // bytes that a picture may take in memory
)

// Unfit is why a picture cannot be kept, for people.
type Unfit string

func (u Unfit) Error() string { return string(u) }

// The reasons.
const (
	Foreign Unfit = "只收 JPEG 和 PNG 的照片。"
	HEIC    Unfit = "这张是 HEIC 格式（iPhone 的默认格式），打不开。请在「设置 → 相机 → 格式」里选「兼容性最佳」重拍，或者截屏后发截图。"
	Broken  Unfit = "这张照片是坏的，打不开。请重新拍一张或者截屏再发。"
	Vast    Unfit = "这张照片展开后太大（像素太多）。请用普通模式拍，或者截屏后发截图。"
)

// Clean is the photo to keep of a picture that came. Its error is an [Unfit].
func Clean(data []byte) ([]byte, error) {
	turned := upright
	var picture image.Image
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		head, err := readHead(data)
		if err != nil {
			return nil, err
		}
		if head.unpacked() > maxUnpacked {
			return nil, Vast
		}
		if picture, err = jpeg.Decode(bytes.NewReader(data)); err != nil {
			return nil, Broken
		}
		turned = head.turned
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		config, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return nil, Broken
		}
		if int64(config.Width)*int64(config.Height) > maxUnpacked/deepest {
			return nil, Vast
		}
		if picture, err = png.Decode(bytes.NewReader(data)); err != nil {
			return nil, Broken
		}
	case len(data) > 12 && string(data[4:8]) == "ftyp":
		return nil, HEIC
	default:
		return nil, Foreign
	}
	var kept bytes.Buffer
	if err := jpeg.Encode(&kept, turned.apply(drawn(picture)), &jpeg.Options{Quality: quality}); err != nil {
		return nil, Broken
	}
	return kept.Bytes(), nil
}

// deepest is how many bytes a pixel of a PNG takes at most.
const deepest = 8

// drawn is a picture drawn anew on white, no larger than maxSide.
func drawn(p image.Image) *image.RGBA {
	from := p.Bounds()
	w, h := from.Dx(), from.Dy()
	if longer := max(w, h); longer > maxSide {
		w, h = max(1, w*maxSide/longer), max(1, h*maxSide/longer)
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(to, to.Bounds(), p, from, draw.Over, nil)
	return to
}
