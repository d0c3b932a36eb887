package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// What a file may hold.
const (
	maxFile    = 32 << 20  // bytes
	maxUnpack  = 128 << 20 // of what is packed in it; a bomb holds more
	maxRows    = 20_000    // of a tab, that hold something
	maxColumns = 100
	maxBroken  = 20 // places of a tab
)

// Unreadable is why a file, or a tab of it, is none, in words for people.
type Unreadable struct {
	Text string
	Err  error // may be nil; its words are the library's
}

func (e *Unreadable) Error() string { return e.Text }
func (e *Unreadable) Unwrap() error { return e.Err }

func unreadable(format string, args ...any) error {
	return &Unreadable{Text: fmt.Sprintf(format, args...)}
}

// File is a workbook, or a table as text, that somebody else made.
type File struct {
	Tabs    []Tab
	parts   map[string]*zip.File
	words   []sharedText
	formats map[int]format // by the style of a cell
	epoch   bool           // days are counted from 1904
}

// Tab is one table of a file.
type Tab struct {
	Name   string // empty where the file is text
	Hidden bool
	part   string
	rows   []Row // of text
}

// Open takes a file apart: a workbook (.xlsx), or a table as text (.csv). Its
// error is an *Unreadable.
func Open(r io.Reader) (*File, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return nil, &Unreadable{"读不出文件", err}
	case len(data) > maxFile:
		return nil, unreadable("文件太大，最多 %d MB", maxFile>>20)
	case bytes.HasPrefix(data, []byte("PK")):
		return openBook(data)
	case bytes.HasPrefix(data, []byte("\xD0\xCF\x11\xE0")):
		return nil, unreadable("这是带密码的 Excel，或旧的 .xls，读不了。请去掉密码，另存为 .xlsx")
	}
	return openText(data)
}

func openBook(data []byte) (*File, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, &Unreadable{"这个 Excel 不完整，打不开。请重新复制一份，或另存为 .xlsx 再试", err}
	}
	if err := weigh(z); err != nil {
		return nil, err
	}
	f := &File{parts: map[string]*zip.File{}}
	for _, p := range z.File {
		f.parts[partName(p.Name)] = p
	}
	main := "xl/workbook.xml"
	if list, err := f.related(""); err == nil { // some writers leave it out
		for _, r := range list {
			if r.is("officeDocument") {
				main = r.Target
			}
		}
	}
	if f.parts[partName(main)] == nil || path.Ext(main) != ".xml" {
		return nil, unreadable("这不是能读的 Excel（只读 .xlsx 和 .csv），请另存为 .xlsx")
	}
	return f, f.readBook(main)
}

// partName is how a part is looked up: writers differ in slashes and in case.
func partName(s string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(s, `\`, "/")), "/"))
}

// readBook reads which tabs there are, and what they all refer to.
func (f *File) readBook(main string) error {
	var book struct {
		Props struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"id,attr"`
		} `xml:"sheets>sheet"`
	}
	err := f.decode(main, &book)
	list, relErr := f.related(main)
	if err := errors.Join(err, relErr); err != nil {
		return &Unreadable{"这个 Excel 的目录坏了，读不出有哪些工作表。请用 Excel 打开，另存为 .xlsx 再试", err}
	}
	f.epoch = book.Props.Date1904 == "1" || book.Props.Date1904 == "true"
	parts := map[string]string{}
	for _, r := range list {
		switch {
		case r.is("worksheet"):
			parts[r.ID] = r.Target
		case r.is("sharedStrings"):
			f.readWords(r.Target)
		case r.is("styles"):
			f.readStyles(r.Target)
		}
	}
	for _, s := range book.Sheets {
		if part, ok := parts[s.ID]; ok { // else it holds a chart
			f.Tabs = append(f.Tabs, Tab{Name: s.Name, Hidden: s.State != "" && s.State != "visible", part: part})
		}
	}
	if len(f.Tabs) == 0 {
		return unreadable("文件里没有工作表")
	}
	return nil
}

// relation is what one part of a workbook has to do with another.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

func (r relation) is(kind string) bool { return strings.HasSuffix(r.Type, "/"+kind) }

// related are the relations of a part.
func (f *File) related(part string) ([]relation, error) {
	var list struct {
		Relations []relation `xml:"Relationship"`
	}
	dir, base := path.Split(strings.ReplaceAll(part, `\`, "/"))
	if err := f.decode(path.Join(dir, "_rels", base+".rels"), &list); err != nil {
		return nil, err
	}
	for i, r := range list.Relations {
		if !strings.HasPrefix(r.Target, "/") {
			list.Relations[i].Target = path.Join(dir, r.Target)
		}
	}
	return list.Relations, nil
}

// decode reads a part that is small.
func (f *File) decode(name string, into any) error {
	data, err := f.part(name)
	if err != nil {
		return err
	}
	return decoder(bytes.NewReader(data)).Decode(into)
}

// part is what stands in a part, as UTF-8; with an error, as far as it can be
// unpacked.
func (f *File) part(name string) ([]byte, error) {
	p := f.parts[partName(name)]
	if p == nil {
		return nil, fmt.Errorf("no part %q", name)
	}
	r, err := p.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxUnpack))
	if err != nil {
		return data, err
	}
	data, _, err = transform.Bytes(unicode.BOMOverride(transform.Nop), data)
	return data, err
}

// decoder reads XML that is UTF-8 by now, whatever it calls itself.
func decoder(r io.Reader) *xml.Decoder {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return d
}
