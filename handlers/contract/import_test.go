package contract

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/intake"
	"marketbot/store"
)

// imported runs rows through the import and gives its report.
func imported(t *testing.T, o *handlerstest.Office, h Handler, apply bool, rows ...[]any) (string, *intake.Report) {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var data bytes.Buffer
	if err := f.Write(&data); err != nil {
		t.Fatal(err)
	}
	kind := h.Imports()[0]
	book, err := kind.Open(&data)
	if err != nil {
		t.Fatal(err)
	}
	report, err := intake.Import{DB: o.DB, By: o.People["李娜"], File: "合同.xlsx", Apply: apply, Now: o.Now}.Run(t.Context(), book.Rows)
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	if err := report.Print(&said, kind.Unit); err != nil {
		t.Fatal(err)
	}
	return said.String(), report
}

func newOffice(t *testing.T, at string) (*handlerstest.Office, Handler) {
	t.Helper()
	h := Handler{Rules: handlerstest.Rules(t), Config: Defaults()}
	o := handlerstest.New(t, h, at)
	o.Policy.SalespeopleSeeAll, o.Policy.SupervisorIsSteward = true, true
	return o, h
}

var importHeads = []any{"合同编号", "领用日", "持有人", "客户", "项目", "签前汇报日", "签订日", "金额", "归档日", "存放位置", "去向", "业绩"}

// What was kept before comes in with its holder and dates, marked 期初; it is
// entered once, and the next number is the one behind it.
func TestImportedContracts(t *testing.T) {
	o, h := newOffice(t, "2026-11-26 09:30")
	o.Customer("南湖酒店", "张伟")
	rows := [][]any{
		importHeads,
		{"ZYX-202611-007", "2026-11-02", "张伟", "南湖酒店", "年会", "2026-11-03", "2026-11-10", 125000.5, "2026-11-12", "2 号柜", "", "张伟60%,李娜40%"},
		{"zyx－202611－００５", "2026/11/1", "老马", "南湖酒店", "展台", "", "", "", "", "", "", ""},
		{"OLD-1", "2024-03-05", "张伟", "南湖酒店", "旧合同", "", "2024-03-06", "3万", "", "", "已签", ""},
		{"ZYX-202611-007", "2026-11-02", "张伟", "南湖酒店"},
		{"ZYX-202611-008", "2026-11-02", "张伟", "没有这家"},
		{"ZYX-202611-009", "2026-12-02", "张伟", "南湖酒店"},
		{"ZYX-202611-010", "2026-11-02", "张伟", "南湖酒店", "", "", "2026-11-05"},
		{"ZYX-202611-011", "2026-11-02", "张伟", "南湖酒店", "", "", "", "", "", "", "丢给别人了"},
		{"合同", "2026-11-02", "张伟", "南湖酒店"},
		{"k2024001", "2026-11-02", "张伟", "南湖酒店"}, // nobody could type it: K2024001 is a customer
		{"", "2026-11-02", "张伟", "南湖酒店"},
	}
	trial, _ := imported(t, o, h, false, rows...)
	said, report := imported(t, o, h, true, rows...)
	for _, want := range []string{
		"持有人「老马」不在册，先记在客户负责人名下", "第 5 行\t有错\tZYX-202611-007\t和第 2 行是同一个编号", "没有客户「没有这家」的档案", "领用日在将来",
		"签了的合同要有金额", "去向「丢给别人了」看不懂", "里只能有字母、数字和短横线", "3 份合同",
		"和客户编号分不开，请写成 K-2024001",
	} {
		if !strings.Contains(trial, want) || !strings.Contains(said, want) {
			t.Errorf("lacks %q:\n%s\n%s", want, trial, said)
		}
	}
	if report.Count(intake.Done) != 3 || report.Count(intake.Wrong) != 8 || strings.Contains(said, "编号「」") {
		t.Errorf("%d done, %d wrong", report.Count(intake.Done), report.Count(intake.Wrong))
	}
	again, report := imported(t, o, h, true, rows[0], rows[1], rows[2], rows[3])
	if report.Count(intake.Known) != 3 || !strings.Contains(again, "编号已经有了") {
		t.Error(again)
	}
	if said := o.Say("张伟", "合同 ZYX-202611-007"); !strings.Contains(said, "期初") || !strings.Contains(said, "125,000.50 元") || !strings.Contains(said, "2 号柜") || !strings.Contains(said, "张伟 60%、李娜 40%") {
		t.Error(said)
	}
	if said := o.Say("张伟", "领合同 南湖酒店 新的"); !strings.Contains(said, "ZYX-202611-008") {
		t.Error(said)
	}
	said = o.Say("李娜", "缺号 11月")
	for _, want := range []string{"8 个，缺号 5 个", "ZYX-202611-001 缺号：发出过，没有记录", "ZYX-202611-006 缺号", "ZYX-202611-007 已归档"} {
		if !strings.Contains(said, want) {
			t.Errorf("lacks %q: %s", want, said)
		}
	}
	o.Answer("李娜", "缺号 ZYX-202611-001 旧本子上撕掉的")
	if said := o.Say("李娜", "缺号 11月"); !strings.Contains(said, "缺号 4 个") || !strings.Contains(said, "ZYX-202611-001 烧号（已说明）") {
		t.Error(said)
	}
}

// What stands beside a contract is kept, and what contradicts itself is not
// entered: nobody can be asked here.
func TestImportedContractsKeepWhatIsWritten(t *testing.T) {
	o, h := newOffice(t, "2026-11-26 09:30")
	o.Customer("南湖酒店", "张伟")
	heads := []any{"合同编号", "领用日", "领用人", "客户", "签前汇报日", "签订日", "金额", "归档日", "去向", "类型", "备注"}
	rows := [][]any{
		heads,
		{"ZYX-202611-001", "2026-11-02", "张　伟", "南湖酒店", "", "2026-11-03", 1000, "", "", "电子合同", "客户催得急"},
		{"ZYX-202611-002", "2026-11-02", "张伟", "南湖酒店", "", "2026-11-03", 1000, "", "", "", "不是电子合同"},
		{"ZYX-202611-003", "2026-11-02", "张伟", "南湖酒店", "", "2026-11-03", 1000, "", "", "", "电子；现持有人 李娜；期初"},
		{"ZYX-202611-004", "2026-11-02", "张伟、李娜", "南湖酒店"},
		{"ZYX-202611-005", "2026-11-02", "张伟", "南湖酒店", "", "", "", "", "", "框架"},
		{"ZYX-202611-006", "2026-11-02", "张伟", "南湖酒店", "", "2026-11-03", 1000, "", "已退回"},
		{"ZYX-202611-007", "2026-11-02", "张伟", "南湖酒店", "", "2026-11-05", 1000, "2026-11-03"},
		{"ZYX-202611-008", "2026-11-02", "张伟", "南湖酒店", "", "2026-11-03", 1000, "2026-11-05", "已签"},
		{"ZYX-202611-009", "2026-11-02", "张伟", "南湖酒店", "2026-12-30"},
		{"ZYX-202611-010", "2026-11-08", "张伟", "南湖酒店", "", "2026-11-03", 1000},
		{"ZYX-202611-011", "2026-11-02", "张伟", "南湖酒店", "", "2026-11-03", 1000, "", "", "", "现持有人 Tom Lee；期初"},
	}
	wants := []string{
		"第 11 行\t已导入\tZYX-202611-010\t签订日在领用日之前", "领用人：写了不止一位", "类型看不懂", "有签订日，去向不能是已退回", "归档日在签订日之前", "有归档日，去向不能是已签",
		"签前汇报日在将来", "持有人「Tom Lee」不在册", "已导入 5 份合同，跳过 0 份合同，有错 6 行",
	}
	said, _ := imported(t, o, h, true, rows...)
	handlerstest.Wants(t, said, wants...)
	handlerstest.Wants(t, o.Say("张伟", "合同 ZYX-202611-001"), "电子", "备注：客户催得急", "张伟")
	handlerstest.Wants(t, o.Say("张伟", "合同 ZYX-202611-002"), "纸质", "备注：不是电子合同")
	handlerstest.Wants(t, o.Say("李娜", "合同 ZYX-202611-003"), "电子", "李娜")
	rows[1][6] = 999
	said, _ = imported(t, o, h, true, heads, rows[1], rows[2])
	handlerstest.Wants(t, said, "编号已经有了，但金额和这里的不一样，没有改", "跳过 2 份合同")
	rows[2][3] = "没有这家" // nobody knows whether that is another customer
	said, _ = imported(t, o, h, true, heads, rows[2])
	handlerstest.Wants(t, said, "编号已经有了", "跳过 1 份合同")
	handlerstest.Lacks(t, said, "不一样")
}

// The template is read back, and its example is not entered.
func TestImportTemplate(t *testing.T) {
	_, h := newOffice(t, "2026-11-26 09:30")
	kind := h.Imports()[0]
	data, err := kind.Template()
	if err != nil {
		t.Fatal(err)
	}
	book, err := kind.Open(bytes.NewReader(data))
	if err != nil || len(book.Rows) > 0 {
		t.Errorf("%d rows, %v", len(book.Rows), err)
	}
}

// Of a contract that ended is owed what the table says is due of it.
func TestImportedContractsThatEnded(t *testing.T) {
	o, h := newOffice(t, "2026-11-26 09:30")
	o.Customer("南湖酒店", "张伟")
	heads := []any{"合同编号", "领用日", "领用人", "客户", "签订日", "金额", "应得", "终止日", "去向"}
	said, report := imported(t, o, h, true, heads,
		[]any{"ZYX-202610-001", "2026-10-01", "张伟", "南湖酒店", "2026-10-02", 100000, 30000, "2026-11-05", "终止"},
		[]any{"ZYX-202610-002", "2026-10-01", "张伟", "南湖酒店", "2026-10-02", 100000, 0, "2026-11-05", ""},
		[]any{"ZYX-202610-003", "2026-10-01", "张伟", "南湖酒店", "2026-10-02", 100000, "", "", "终止"},
		[]any{"ZYX-202610-004", "2026-10-01", "张伟", "南湖酒店", "2026-10-02", 100000, 100001, "", "终止"},
		[]any{"ZYX-202610-005", "2026-10-01", "张伟", "南湖酒店", "2026-10-02", 100000, 1, "2026-10-01", "终止"},
		[]any{"ZYX-202610-006", "2026-10-01", "张伟", "南湖酒店", "2026-10-02", 100000, 1, "", "已签"},
	)
	for _, want := range []string{"ZYX-202610-003\t没有写应得", "应得比金额多", "终止日在签订日之前", "有应得或终止日，去向不是终止"} {
		if !strings.Contains(said, want) {
			t.Errorf("lacks %q: %s", want, said)
		}
	}
	if report.Count(intake.Done) != 3 || report.Count(intake.Wrong) != 3 {
		t.Errorf("%d done, %d wrong", report.Count(intake.Done), report.Count(intake.Wrong))
	}
	if said := o.Say("张伟", "合同 ZYX-202610-001"); !strings.Contains(said, "终止（11月5日 周四）") || !strings.Contains(said, "应得=30,000.00 元") {
		t.Error(said)
	}
}

// The register that the bot makes says what it means: whoever may not see amounts
// gets none, and the rest is there.
func TestRegister(t *testing.T) {
	o, h := newOffice(t, "2026-11-23 09:30")
	o.Register("老周", store.OtherEmployee, store.Archivist)
	o.Customer("南湖酒店", "张伟")
	o.Answer("张伟", "领合同 南湖酒店 年会")
	o.Answer("张伟", "签前汇报 ZYX-202611-001 谈好了 活动日期=12-04 准备=5天 金额=12万")
	o.Answer("张伟", "签合同 ZYX-202611-001 金额=12.5万")
	o.Answer("张伟", "领合同 南湖酒店 展台 电子")
	for who, wants := range map[string][2]string{"李娜": {"125000", ""}, "老周": {"年会", "合计"}} {
		a := o.Answer(who, "合同 本月")
		if len(a.Files) != 1 || a.Files[0].Name != "合同领用登记表-2026-11.xlsx" {
			t.Fatalf("%+v", a.Files)
		}
		_, arg, _ := strings.Cut(a.Files[0].Recipe, ":")
		var data []byte
		o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
			data, err = h.Files()[recipe](ctx, tx, arg)
			return err
		})
		cells := flat(t, data)
		for _, want := range []string{"ZYX-202611-001", "ZYX-202611-002", "南湖酒店", "张伟", "已签", "电子", "截至 11月23日 周一 09:30", "查看人 " + who, "追踪码", wants[0]} {
			if !strings.Contains(cells, want) {
				t.Errorf("%s lacks %q: %s", who, want, cells)
			}
		}
		if wants[1] != "" && strings.Contains(cells, wants[1]) {
			t.Errorf("%s reads %q", who, wants[1])
		}
	}
	if said := o.Say("张伟", "合同 10月"); !strings.Contains(said, "2026年10月没有领用合同") {
		t.Error(said)
	}
}

// The register that was made here is read back as it stands, to its last column.
func TestRegisterIsReadBack(t *testing.T) {
	o, h := newOffice(t, "2026-11-23 09:30")
	o.Customer("南湖酒店", "张伟")
	o.Answer("张伟", "领合同 南湖酒店 年会")
	o.Answer("张伟", "签前汇报 ZYX-202611-001 谈好了 活动日期=12-04 准备=5天 金额=12万")
	o.Answer("张伟", "签合同 ZYX-202611-001 金额=12.5万")
	o.Answer("张伟", "领合同 南湖酒店 展台 电子")
	o.Answer("李娜", "转合同 ZYX-202611-002 李娜")
	_, arg, _ := strings.Cut(o.Answer("李娜", "合同 本月").Files[0].Recipe, ":")
	var data []byte
	o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		data, err = h.Files()[recipe](ctx, tx, arg)
		return err
	})
	fresh, h := newOffice(t, "2026-11-23 09:30")
	fresh.Customer("南湖酒店", "张伟")
	book, err := h.Imports()[0].Open(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	report, err := intake.Import{DB: fresh.DB, By: fresh.People["李娜"], File: "登记表.xlsx", Apply: true, Now: fresh.Now}.Run(t.Context(), book.Rows)
	if err != nil || report.Count(intake.Done) != 2 || report.Count(intake.Wrong) > 0 {
		t.Errorf("%+v, %v; %q", report, err, book.Notes)
	}
	for _, number := range []string{"ZYX-202611-001", "ZYX-202611-002"} {
		var was, is store.Contract
		for from, into := range map[*handlerstest.Office]*store.Contract{o: &was, fresh: &is} {
			from.Update(func(ctx context.Context, tx *store.Tx) (err error) {
				*into, _, err = tx.Contracts().Get(ctx, command.FoldedContract(number))
				return err
			})
		}
		names := map[string]string{}
		for name, p := range fresh.People {
			names[o.People[name].ID] = p.ID
		}
		if is.State != was.State || is.Amount != was.Amount || is.Claimed != was.Claimed || is.Signed != was.Signed || is.Electronic != was.Electronic ||
			is.Holder != names[was.Holder] || is.Claimant != names[was.Claimant] || is.Event != was.Event || is.Prepare != was.Prepare {
			t.Errorf("%+v was %+v", is, was)
		}
	}
}

// flat are all cells of a workbook as one text.
func flat(t *testing.T, data []byte) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows(f.GetSheetList()[0], excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range rows {
		all = append(all, strings.Join(r, "|"))
	}
	return strings.Join(all, "\n")
}
