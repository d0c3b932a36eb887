package customer

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
)

// How many marks (<) the parts of an Excel may hold. Sheets are read row by row;
// all else is read as a whole, and a mark takes hundreds of bytes then.
const (
	maxSheetMarks = 20_000_000
	maxOtherMarks = 2_000_000
	maxParts      = 2000
)

var errHeavy = &BookError{Text: "这个 Excel 解开以后太大，不读。请只留要导入的表，另存为 .xlsx 再试"}

// weigh refuses an Excel that is small and unpacks to more than can be read. It
// unpacks in passing and keeps nothing. What is no Excel at all the reader says.
func weigh(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil
	}
	if len(z.File) > maxParts {
		return errHeavy
	}
	room := int64(maxBookUnzip)
	for _, part := range z.File {
		most := maxOtherMarks
		if strings.HasPrefix(strings.TrimPrefix(part.Name, "/"), "xl/worksheets/sheet") {
			most = maxSheetMarks
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
