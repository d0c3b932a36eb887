package sheet

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/xuri/excelize/v2"
)

// inWords reports whether an error is one for people, in their language.
func inWords(err error) bool {
	var no *Unreadable
	return errors.As(err, &no) && strings.ContainsFunc(no.Text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// foreign are the workbooks of other projects, with their data.
func foreign(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/foreign/*/*")
	if err != nil || len(paths) < 100 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	files := map[string][]byte{}
	for _, p := range paths {
		if strings.HasPrefix(filepath.Base(p), "LICENSE") {
			continue
		}
		if files[p], err = os.ReadFile(p); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// Whatever other programs make is read to the last cell, as excelize reads it
// where that can, or refused in words.
func TestForeignWorkbooks(t *testing.T) {
	read, refused, cells := 0, 0, 0
	for name, data := range foreign(t) {
		f, err := Open(bytes.NewReader(data))
		if err != nil {
			if refused++; !inWords(err) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		read++
		other, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true})
		if err != nil {
			t.Logf("%s: only we read it: %v", name, err)
		}
		for _, tab := range f.Tabs {
			rows, err := f.Rows(tab)
			if err != nil {
				if !inWords(err) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			cells += len(rows)
			if other != nil {
				compare(t, name, rows, other, tab.Name)
			}
		}
	}
	t.Logf("%d read, %d rows; %d refused", read, cells, refused)
}

// compare looks for each cell that excelize finds.
func compare(t *testing.T, name string, rows []Row, f *excelize.File, tab string) {
	t.Helper()
	at := map[int]Row{}
	for _, r := range rows {
		if r.Wrong != "" {
			t.Errorf("%s %s row %d: %s", name, tab, r.Line, r.Wrong)
		}
		at[r.Line] = r
	}
	other, err := f.Rows(tab)
	if err != nil {
		t.Errorf("%s %s: %v", name, tab, err)
		return
	}
	defer other.Close()
	for line := 1; other.Next(); line++ {
		values, err := other.Columns()
		if err != nil {
			t.Errorf("%s %s: %v", name, tab, err)
			return
		}
		for i, want := range values {
			c := at[line].At(i)
			if want = strings.TrimSpace(want); !same(c, want) {
				t.Errorf("%s %s row %d column %d: %+v, want %q", name, tab, line, i+1, c, want)
			}
		}
	}
}

// same reports whether a cell is read alike, or named as one that cannot be.
func same(c Cell, want string) bool {
	truth := map[string]string{"TRUE": "1", "FALSE": "0"}
	if c.Wrong != "" || want == "" || c.Text == textCell(isoDay(want)).Text || truth[c.Text] == want {
		return true
	}
	a, err := strconv.ParseFloat(c.Text, 64)
	b, wantErr := strconv.ParseFloat(want, 64)
	return wantErr == nil && (c.Number && err == nil && math.Abs(a-b) <= 1e-14*math.Abs(b) || !c.Number && strings.Count(c.Text, "-") == 2)
}
