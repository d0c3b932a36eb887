package sheet

import (
	"archive/zip"
	"bytes"
	"io"
	"path"
	"strings"
)

// How many marks (<) the parts of a workbook may hold. Tabs are read row by row;
// all else is read as a whole, and a mark takes hundreds of bytes then.
const (
	maxTabMarks   = 20_000_000
	maxOtherMarks = 2_000_000
	maxParts      = 2000
)

var errHeavy = &Unreadable{Text: "这个 Excel 解开以后太大，不读。请只留要导入的表，另存为 .xlsx 再试"}

// weigh refuses a workbook that is small and unpacks to more than can be read.
// It unpacks in passing and keeps nothing.
func weigh(z *zip.Reader) error {
	if len(z.File) > maxParts {
		return errHeavy
	}
	room := int64(maxUnpack)
	for _, part := range z.File {
		most := maxOtherMarks
		if strings.HasPrefix(path.Base(partName(part.Name)), "sheet") {
			most = maxTabMarks
		}
		size, fits := weighPart(part, room, most)
		if room -= size; !fits || room < 0 {
			return errHeavy
		}
	}
	return nil
}

// weighPart reads a part to its end, or to what it may hold.
func weighPart(part *zip.File, room int64, most int) (size int64, fits bool) {
	r, err := part.Open()
	if err != nil {
		return 0, true
	}
	defer r.Close()
	in := io.LimitReader(r, room+1)
	buf := make([]byte, 64<<10)
	for marks := 0; ; {
		n, err := in.Read(buf)
		size += int64(n)
		if marks += bytes.Count(buf[:n], []byte("<")); marks > most {
			return size, false
		}
		if err != nil {
			return size, true
		}
	}
}
