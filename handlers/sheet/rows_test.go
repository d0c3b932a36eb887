package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// packed is a workbook made of its XML: tab is what stands in the first one.
func packed(t testing.TB, tab string, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	list := append([]string{
		"xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="客户" sheetId="1" r:id="a"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="b" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="c" Type="x/styles" Target="styles.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", tab,
	}, parts...)
	for i := 0; i < len(list); i += 2 {
		w, err := z.Create(list[i])
		if err == nil {
			_, err = io.WriteString(w, list[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// inline is a tab with one text a row.
func inline(texts ...string) string {
	var b strings.Builder
	b.WriteString("<worksheet><sheetData>")
	for i, s := range texts {
		fmt.Fprintf(&b, `<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>`, i+1, i+1, s)
	}
	b.WriteString("</sheetData></worksheet>")
	return b.String()
}

// told is the rows of the first tab in one line each.
func told(t testing.TB, data []byte) (list []string) {
	t.Helper()
	f, err := Open(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.Rows(f.Tabs[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		line := fmt.Sprint(r.Line)
		for _, c := range r.Cells {
			line += "|" + c.Text
			if c.Wrong != "" {
				line += "!" + c.Wrong
			}
			if c.Mark != "" {
				line += " in " + c.Mark
			}
		}
		if r.Wrong != "" {
			line += "!" + r.Wrong
		}
		list = append(list, line)
	}
	return list
}

// A row that is broken is named, and those behind it are read.
func TestBrokenRowsAreNamed(t *testing.T) {
	whole := inline("甲", "乙", "丙", "丁")
	for name, c := range map[string]struct {
		tab  string
		want []string
	}{
		"whole":             {whole, []string{"1|甲", "2|乙", "3|丙", "4|丁"}},
		"control character": {strings.Replace(whole, "乙", "乙\x01", 1), []string{"1|甲", "2!A2 ", "3|丙", "4|丁"}},
		"bare &":            {strings.Replace(whole, "乙", "A&B", 1), []string{"1|甲", "2!A2 ", "3|丙", "4|丁"}},
		"bare & twice":      {strings.NewReplacer("乙", "A & B", "丁", "C&").Replace(whole), []string{"1|甲", "2!A2 ", "3|丙", "4!A4 "}},
		"no UTF-8":          {strings.Replace(whole, "乙", "\xff", 1), []string{"1|甲", "2!A2 ", "3|丙", "4|丁"}},
		"row not closed":    {strings.Replace(whole, "</row>", "", 1), []string{"1!A1 ", "2|乙", "3|丙", "4|丁"}},
		"rows nested":       {strings.Replace(strings.Replace(whole, "</row>", "", 1), "</row><row r=\"3\"", "</row></row><row r=\"3\"", 1), []string{"1!A1 ", "2|乙", "3!文件从这里起坏了", "3|丙", "4|丁"}},
		"cut in a cell":     {whole[:strings.Index(whole, "丙")+len("丙")], []string{"1|甲", "2|乙", "3!文件到这里断了"}},
		"cut between rows":  {whole[:strings.Index(whole, `<row r="3"`)], []string{"1|甲", "2|乙", "3!文件到这里断了"}},
		"cut at the end":    {strings.TrimSuffix(whole, "</worksheet>"), []string{"1|甲", "2|乙", "3|丙", "4|丁", "5!文件到这里断了"}},
		"broken between":    {strings.Replace(whole, `<row r="3"`, `& <row r="3"`, 1), []string{"1|甲", "2|乙", "3!文件从这里起坏了", "3|丙", "4|丁"}},
		"no line number":    {strings.ReplaceAll(strings.Replace(whole, ` r="2"`, "", 1), ` r="A2"`, ""), []string{"1|甲", "2|乙", "3|丙", "4|丁"}},
		"another's cell":    {strings.Replace(whole, `r="A2"`, `r="A7"`, 1), []string{"1|甲", "2!A7 ", "3|丙", "4|丁"}},
		"a cell twice":      {strings.Replace(whole, `<row r="2">`, `<row r="2"><c r="A2"><v>1</v></c>`, 1), []string{"1|甲", "2|!在文件里写了两次", "3|丙", "4|丁"}},
		"prefixed": {`<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c><x:v>1</x:v></x:c></x:row><x:row r="2"><x:c><x:v>&</x:v></x:c></x:row>` +
			`<x:row r="3"><x:c><x:v>3</x:v></x:c></x:row></x:sheetData></x:worksheet>`, []string{"1|1", "2!A2 ", "3|3"}},
	} {
		got := told(t, packed(t, c.tab))
		if len(got) != len(c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
			continue
		}
		for i, want := range c.want {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
	}
}

// A cell that holds something never comes out empty.
func TestCells(t *testing.T) {
	styles := `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="165" formatCode="0.00&quot;d&quot;"/>` +
		`<numFmt numFmtId="166" formatCode="0.0%"/><numFmt numFmtId="167" formatCode="&quot;ZYX-&quot;000"/><numFmt numFmtId="168" formatCode="[$$-409]#,##0.00"/>` +
		`<numFmt numFmtId="169" formatCode="0.00&quot;万元&quot;"/><numFmt numFmtId="170" formatCode="0!.0,&quot;万&quot;"/><numFmt numFmtId="171" formatCode="[$¥-804]#,##0.00;[Red]-#,##0.00"/>` +
		`<numFmt numFmtId="172" formatCode="[$¥-411]#,##0"/><numFmt numFmtId="173" formatCode="h:mm"/><numFmt numFmtId="174" formatCode="000000"/></numFmts>` +
		`<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="167"/><xf numFmtId="168"/><xf numFmtId="169"/><xf numFmtId="170"/>` +
		`<xf numFmtId="171"/><xf numFmtId="172"/><xf numFmtId="173"/><xf numFmtId="174"/><xf numFmtId="9"/></cellXfs></styleSheet>`
	words := `<sst><si><t>1E5</t></si><si><r><t>晨星</t></r><r><t>机械</t></r><rPh><t>chen</t></rPh></si><si><t>坏&</t></si><si><t>后</t></si></sst>`
	for cell, want := range map[string]string{
		`<c t="s"><v>0</v></c>`:                                      "|1E5",
		`<c t="s"><v>1</v></c>`:                                      "|晨星机械",
		`<c t="s"><v>2</v></c>`:                                      "|!的文字在文件里坏了或找不到",
		`<c t="s"><v>3</v></c>`:                                      "|后",
		`<c t="s"><v>9</v></c>`:                                      "|!的文字在文件里坏了或找不到",
		`<c><v>1.3800138E10</v></c>`:                                 "|13800138000",
		`<c><v>0.30000000000000004</v></c>`:                          "|0.3",
		`<c><v>110101199001011234</v></c>`:                           "|!超过 15 位，Excel 记不全。请把这一格设成文本，重新填",
		`<c><v>很多</v></c>`:                                           "|!不是数",
		`<c><v>1e999</v></c>`:                                        "|!不是数",
		`<c s="1"><v>45356</v></c>`:                                  "|2024-03-05",
		`<c s="1"><v>45356.5</v></c>`:                                "|2024-03-05 12:00:00",
		`<c s="2"><v>45356</v></c>`:                                  "|2024-03-05",
		`<c s="3"><v>45356</v></c>`:                                  "|45356",
		`<c s="4"><v>0.3</v></c>`:                                    "|30%",
		`<c s="13"><v>0.07</v></c>`:                                  "|7%",
		`<c s="5"><v>7</v></c>`:                                      "|ZYX-007",
		`<c s="6"><v>5000</v></c>`:                                   "|5000 in $",
		`<c s="7"><v>12.5</v></c>`:                                   "|12.5 in 万元",
		`<c s="8"><v>125000</v></c>`:                                 "|125000",
		`<c s="9"><v>5000</v></c>`:                                   "|5000",
		`<c s="10"><v>5000</v></c>`:                                  "|5000 in 日元",
		`<c s="11"><v>0.6041666666666666</v></c>`:                    "|14:30",
		`<c s="12"><v>42</v></c>`:                                    "|000042",
		`<c s="12"><v>76922335678</v></c>`:                           "|76922335678",
		`<c t="inlineStr"><is><t>'晨星</t></is></c>`:                   "|晨星",
		`<c t="inlineStr"><is><t>'90 后'</t></is></c>`:                "|'90 后'",
		`<c t="inlineStr"><is><t>="0769"</t></is></c>`:               "|0769",
		`<c><f>A1</f></c>`:                                           "|!是没有存下结果的公式，请用 Excel 打开后保存一次",
		`<c><f>A1</f><v>7</v></c>`:                                   "|7",
		`<c t="str"><f>""</f><v></v></c>`:                            "",
		`<c t="e"><f>A1</f><v>#N/A</v></c>`:                          "|!是错误值 #N/A",
		`<c t="inlineStr"><is><t>#REF!</t></is></c>`:                 "|!是错误值 #REF!",
		`<c t="inlineStr"><is><t>#####</t></is></c>`:                 "|!是错误值 #####",
		`<c t="inlineStr"><is><t>#1 厂</t></is></c>`:                  "|#1 厂",
		`<c t="inlineStr"><is><t>a_x000D__x005F_x0041_</t></is></c>`: "|a_x0041_",
		`<c t="inlineStr"><is><t>_x0001_</t></is></c>`:               "|!里只有看不见的字符",
		`<c t="d"><v>2024-03-05T00:00:00</v></c>`:                    "|2024-03-05",
		`<c t="d"><v>2024-03-05T14:30:00.000Z</v></c>`:               "|2024-03-05 14:30:00",
		`<c t="d"><v>后天</v></c>`:                                     "|后天",
		`<c t="b"><v>1</v></c>`:                                      "|TRUE",
	} {
		tab := "<worksheet><sheetData><row>" + cell + "</row></sheetData></worksheet>"
		if got := strings.TrimPrefix(strings.Join(told(t, packed(t, tab, "xl/sharedStrings.xml", words, "xl/styles.xml", styles)), ";"), "1"); got != want {
			t.Errorf("%s is read as %q, want %q", cell, got, want)
		}
	}
}

func TestMergedCellsStandInEachRow(t *testing.T) {
	tab := strings.Replace(inline("甲", "", "", "乙"), "</sheetData>", `</sheetData><mergeCells><mergeCell ref="A1:A3"/><mergeCell ref="B1:C1"/></mergeCells>`, 1)
	tab = strings.ReplaceAll(tab, "<t></t></is></c>", `<t></t></is></c><c t="inlineStr"><is><t>人</t></is></c>`)
	if got := fmt.Sprint(told(t, packed(t, tab))); got != "[1|甲 2|甲|人 3|甲|人 4|乙]" {
		t.Error(got)
	}
}

func TestTablesAsText(t *testing.T) {
	gbk := func(s string) string {
		s, err := simplifiedchinese.GBK.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("名称\t电话\n晨星\t1E5\n")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"名称,电话\n晨星,1E5\n":             "[1|名称|电话 2|晨星|1E5]",
		"\ufeff名称,电话\r\n晨星,1E5":       "[1|名称|电话 2|晨星|1E5]",
		gbk("名称;电话\r\n晨星，东莞;1,5\r\n"): "[1|名称|电话 2|晨星，东莞|1,5]",
		utf16:              "[1|名称|电话 2|晨星|1E5]",
		"sep=;\n名称,a;电话\n": "[2|名称,a|电话]",
		"名称,地址\n\n晨星,\"南城\n1 号\"\n乙,\n":     "[1|名称|地址 3|晨星|南城\n1 号 4|乙]",
		"名称,电话,备注\n甲,=\"0769\",=\"007\"\n":  "[1|名称|电话|备注 2|甲|0769|007]",
		"名称,备注\n甲,\"a,=\"\"b\"\",c\"\n":     "[1|名称|备注 2|甲|a,=\"b\",c]",
		"名称,地址\n晨星,\"南\"城\n乙,丙\n":           "[1|名称|地址 2!引号没有配对，这一行没有读。单元格里的引号要写两遍 3|乙|丙]",
		"名称,地址\n\"晨\n星\",x\n丁,\"没有完\n乙,丙\n": "[1|名称|地址 2|晨\n星|x 3!引号没有配对，这一行没有读。单元格里的引号要写两遍 4|乙|丙]",
	} {
		if got := fmt.Sprint(told(t, []byte(text))); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func TestOpenRefusesInWords(t *testing.T) {
	whole := packed(t, inline("甲"))
	for name, data := range map[string][]byte{
		"binary":     {0, 1, 2, 3},
		"neither":    []byte("\x81名称"),
		"a page":     []byte(" <html><table><tr><td>名称</td></tr></table></html>"),
		"an old one": []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
		"cut":        whole[:len(whole)-40],
		"too large":  bytes.Repeat([]byte("x"), maxFile+1),
		"no tab":     packed(t, "", "xl/workbook.xml", "<workbook/>"),
		"no book":    []byte("PK\x05\x06" + strings.Repeat("\x00", 18)),
	} {
		if _, err := Open(bytes.NewReader(data)); !inWords(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, tab := range map[string]string{
		"wide":   `<worksheet><sheetData><row><c r="CW1"><v>1</v></c></row></sheetData></worksheet>`,
		"long":   "<worksheet><sheetData>" + strings.Repeat("<row><c><v>1</v></c></row>", maxRows+2) + "</sheetData></worksheet>",
		"rotten": "<worksheet><sheetData>" + strings.Repeat("<row><c><v>&</v></c></row>", maxBroken+1) + "</sheetData></worksheet>",
	} {
		f, err := Open(bytes.NewReader(packed(t, tab)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Rows(f.Tabs[0]); !inWords(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A small file that unpacks to millions of strings is refused at once, within
// little memory, whichever part they are in.
func TestOpenWeighsFirst(t *testing.T) {
	for name, piece := range map[string]string{
		"xl/sharedStrings.xml": "<si><t/></si>", "xl/styles.xml": "<xf/>", "xl/worksheets/sheet1.xml": "<c/>",
	} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		most := maxOtherMarks
		if name == "xl/worksheets/sheet1.xml" {
			most = maxTabMarks
		}
		many := strings.Repeat(piece, 10_000)
		for range most/(10_000*strings.Count(piece, "<")) + 1 {
			io.WriteString(w, many)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = Open(&b)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, errHeavy) || used > 32<<20 {
			t.Errorf("%s: %v, %d MB", name, err, used>>20)
		}
	}
}

// Whatever the bytes, a file is read or refused in words, and no row that is
// read is without something.
func FuzzOpen(f *testing.F) {
	for _, data := range foreign(f) {
		if len(data) < 20<<10 {
			f.Add(data)
		}
	}
	f.Add(packed(f, inline("甲", "乙")))
	f.Add([]byte("名称,电话\n\"甲\",1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		book, err := Open(bytes.NewReader(data))
		if err != nil {
			if !inWords(err) {
				t.Error(err)
			}
			return
		}
		for _, tab := range book.Tabs {
			rows, err := book.Rows(tab)
			if err != nil && !inWords(err) {
				t.Error(err)
			}
			for _, r := range rows {
				if r.Line < 1 || r.Wrong == "" && len(r.Cells) == 0 {
					t.Errorf("row %+v", r)
				}
			}
		}
	})
}

// The rows of a tab are as many as there are, whatever stands in them: each is
// read or named.
func FuzzRows(f *testing.F) {
	f.Add("甲", "乙", 10)
	f.Add("A&B", "\x01", 100)
	f.Add("</t></is></c></row>", "<row>", 0)
	f.Fuzz(func(t *testing.T, a, b string, cut int) {
		tab := inline("甲", a, "乙", b, "丙")
		if cut > 0 && cut < len(tab) {
			tab = tab[:len(tab)-cut]
		}
		lines := map[string]bool{}
		wrong := 0
		book, err := Open(bytes.NewReader(packed(t, tab)))
		if err != nil {
			return
		}
		rows, err := book.Rows(book.Tabs[0])
		if err != nil {
			return
		}
		for _, r := range rows {
			lines[fmt.Sprint(r.Line)] = true
			if r.Wrong != "" {
				wrong++
			}
		}
		if cut <= 0 && (!lines["1"] || !lines["3"] || !lines["5"]) && wrong == 0 {
			t.Errorf("%q, %q: %+v", a, b, rows)
		}
		if cut > 0 && cut < len(tab) && wrong == 0 {
			t.Errorf("cut by %d: %+v", cut, rows)
		}
	})
}
