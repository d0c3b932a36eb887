//go:build office

package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/sheet"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/storetest"
)

// TestPrinted has LibreOffice calculate and print every workbook that people get
// (make office): each cell shows what the bot wrote, each page is A4 landscape and has
// the whole width of its table. Their pages stay in printed/, to be looked at.
func TestPrinted(t *testing.T) {
	out, err := filepath.Abs("../printed")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name                         string
		people, customers, contracts int
	}{{"empty", 1, 0, 0}, {"50-people", 50, 150, 600}, {"2000-lines", 50, 2000, 20_000}} {
		t.Run(c.name, func(t *testing.T) {
			p := newPrinter(t, filepath.Join(out, c.name))
			o := p.office(c.people, past{time.Date(2026, 12, 1, 9, 0, 0, 0, shanghai), c.customers, c.contracts})
			for _, line := range []string{"月会 11月", "应收", "合同 11月", "业绩 11月", "客户进度 11月", "活动 11月"} {
				o.say("王芳", line)
			}
			p.take(o, "王芳")
			p.check()
			p.agrees(o, "应收账款账龄表", "未收")
			p.agrees(o, "销售业绩目标管理表", "本月签约")
			p.agrees(o, "销售业绩目标管理表", "本月回款")
		})
	}
	t.Run("meeting-and-leaving", func(t *testing.T) {
		p := newPrinter(t, filepath.Join(out, "meeting-and-leaving"))
		o := p.office(3, past{time.Date(2026, 12, 1, 9, 0, 0, 0, shanghai), 3, 20})
		for _, l := range [][2]string{
			{"王芳", "目标 业务1 11月 20万 原因=月初定"}, {"王芳", "月会 开始 11月"}, {"王芳", "讨论 Y1 " + strings.Repeat("客户预算推迟到三月，先签框架。", 20)},
			{"王芳", "决议 Y1 一月补签 负责=业务1 期限=1-31 协办=业务2"}, {"王芳", "知悉 Y2"}, {"王芳", "知悉 Y3"}, {"王芳", "散会"}, {"王芳", "纪要"},
			{"业务2", "补交 第46周 本周：拜访 下周：拜访"}, {"业务2", "补交 第47周 本周：拜访 下周：拜访"}, {"业务2", "补交 第48周 本周：拜访 下周：拜访"},
			{"业务2", "离职 2026-12-31 家里有急事"}, {"业务2", "交接 全部 业务1"}, {"业务1", "接收 全部"}, {"王芳", "账清 业务2"}, {"王芳", "签字放行 业务2"},
		} {
			o.say(l[0], l[1])
		}
		p.take(o, "王芳")
		p.check()
	})
	t.Run("templates", func(t *testing.T) {
		p := newPrinter(t, filepath.Join(out, "templates"))
		for _, kind := range importKinds(newAreas(rules(t), defaultAreas(), nil)) {
			data, err := kind.Template()
			if err != nil {
				t.Fatal(err)
			}
			p.keep(kind.Name+".xlsx", data)
		}
		p.check()
	})
}

// printer puts workbooks into a folder and has LibreOffice read them there.
type printer struct {
	t   *testing.T
	dir string
	all []string
}

func newPrinter(t *testing.T, dir string) *printer {
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	// What was calculated elsewhere is calculated anew.
	profile := `<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">` +
		`<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>`
	for name, data := range map[string]string{"profile/user/registrymodifications.xcu": profile} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &printer{t: t, dir: dir}
}

func (p *printer) keep(name string, data []byte) {
	if err := os.WriteFile(filepath.Join(p.dir, name), data, 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.all = append(p.all, name)
}

// printed is a department whose people say things and press 确认 where they are asked.
type printed struct{ *office }

func (p *printer) office(people int, before past) printed {
	entries := []staff.Entry{{Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}}}
	for i := range people {
		entries = append(entries, staff.Entry{Name: fmt.Sprint("业务", i), Post: store.Salesperson})
	}
	o := openOffice(p.t, storetest.Options(p.t, storetest.SQLite), onPage, entries, before.now.AddDate(0, 0, -20))
	before.fill(p.t, o.bot.Load().DB)
	o.move(before.now)
	o.deliver()
	return printed{o}
}

func (o printed) say(name, line string) {
	o.screens.say(name, private, line)
	for range 3 {
		o.deliver()
		all := o.screens.messages(name)
		last := all[len(all)-1]
		i := slices.IndexFunc(last.buttons, func(b string) bool { return b == "确认" || b == "坚持" })
		if i < 0 {
			return
		}
		o.screens.press(name, last, i)
	}
}

// take takes the files that somebody was sent.
func (p *printer) take(o printed, name string) {
	for _, m := range o.screens.messages(name) {
		if strings.HasSuffix(m.file, ".xlsx") && !slices.Contains(p.all, m.file) {
			p.keep(m.file, m.data)
		}
	}
	if len(p.all) == 0 {
		p.t.Fatal("no workbook")
	}
}

func (p *printer) run(name string, args ...string) string {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), name, args...)
	cmd.Dir = p.dir
	said, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("%s: %v: %s", name, err, said)
	}
	return string(said)
}

func (p *printer) check() {
	profile := "-env:UserInstallation=file://" + filepath.Join(p.dir, "profile")
	p.run("soffice", append([]string{profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "calculated"}, p.all...)...)
	p.run("soffice", append([]string{profile, "--headless", "--convert-to", "pdf", "--outdir", "."}, p.all...)...)
	for _, name := range p.all {
		p.calculated(name)
		p.pages(strings.TrimSuffix(name, ".xlsx") + ".pdf")
	}
}

// cells are all cells of a workbook as text, numbers to the 分, tab by tab.
func (p *printer) cells(name string) (list []string) {
	data, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	f, err := sheet.Open(bytes.NewReader(data))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, tab := range f.Tabs {
		rows, err := f.Rows(tab)
		if err != nil {
			p.t.Fatal(err)
		}
		for n, r := range rows {
			for i := range r.Cells {
				c := r.At(i)
				if c.Number {
					if v, err := strconv.ParseFloat(c.Text, 64); err == nil {
						c.Text = strconv.FormatFloat(v, 'f', 4, 64)
					}
				}
				if c.Text+c.Wrong != "" {
					list = append(list, fmt.Sprintf("%s %d/%d: %s%s", tab.Name, n+1, i+1, c.Text, c.Wrong))
				}
			}
		}
	}
	return list
}

// calculated holds a workbook to what LibreOffice calculates.
func (p *printer) calculated(name string) {
	ours, theirs := p.cells(name), p.cells(filepath.Join("calculated", name))
	if len(ours) != len(theirs) {
		p.t.Errorf("%s: %d cells, calculated %d", name, len(ours), len(theirs))
	}
	for i := range min(len(ours), len(theirs)) {
		if ours[i] != theirs[i] {
			p.t.Errorf("%s: %s, calculated %s", name, ours[i], theirs[i])
			return
		}
	}
}

// agrees holds the total of a column, as LibreOffice calculates it, to the card of the
// pack.
func (p *printer) agrees(o printed, tab, head string) {
	data, err := os.ReadFile(filepath.Join(p.dir, "calculated", p.all[0]))
	if err != nil {
		p.t.Fatal(err)
	}
	f, err := sheet.Open(bytes.NewReader(data))
	if err != nil {
		p.t.Fatal(err)
	}
	var fen int64
	for _, t := range f.Tabs {
		rows, err := f.Rows(t)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, r := range rows {
			if at := slices.IndexFunc(rows[2].Cells, func(c sheet.Cell) bool { return c.Text == head }); t.Name == tab && r.At(0).Text == "合计" {
				yuan, err := strconv.ParseFloat(r.At(at).Text, 64)
				if err != nil {
					p.t.Fatal(err)
				}
				fen = int64(math.Round(yuan * 100))
			}
		}
	}
	label := strings.TrimPrefix(head, "本月")
	if want := label + "：" + chat.Yuan.Words(fen); !slices.ContainsFunc(o.screens.messages("王芳"), func(m message) bool {
		return strings.Contains(m.text, "月会资料") && strings.Contains(m.text, want)
	}) {
		p.t.Errorf("no card of the pack says %s", want)
	}
}

var size = regexp.MustCompile(`Page +(\d+) size: +([\d.]+) x ([\d.]+)`)

// pages holds a printed workbook to its paper.
func (p *printer) pages(name string) {
	info := p.run("pdfinfo", "-l", "-1", name)
	sizes := size.FindAllStringSubmatch(info, -1)
	for _, s := range sizes {
		w, err1 := strconv.ParseFloat(s[2], 64)
		h, err2 := strconv.ParseFloat(s[3], 64)
		if err1 != nil || err2 != nil || w < 840 || w > 843 || h < 594 || h > 597 {
			p.t.Errorf("%s: page %s is %s x %s, not A4 landscape", name, s[1], s[2], s[3])
		}
	}
	p.t.Logf("%s: %d pages", name, len(sizes))
	p.run("pdftoppm", "-r", "60", "-l", "8", "-png", name, strings.TrimSuffix(name, ".pdf"))
}
