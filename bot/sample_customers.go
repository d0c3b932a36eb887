package main

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/customer"
	"marketbot/store"
	"marketbot/store/vault"
)

// sampleCanary is a customer that nobody needs: opening it alarms.
const sampleCanary = "东莞市白鹭礼品有限公司"

// sampleCustomer is an invented company. Whoever it has to do with is invented,
// too; the numbers are nobody's.
type sampleCustomer struct {
	name, short, owner string
	stage              int // in the settings
	facts              []sampleFact
	people             [][]sampleFact // the name first
	progress           []string       // the oldest first
}

type sampleFact struct{ field, value string }

// sampleFile are the sample department's customers, in the order of their
// codes: the twelfth is the one that help speaks of.
func sampleFile() []sampleCustomer {
	return []sampleCustomer{
		{name: "东莞市松湖印刷有限公司", short: "松湖印刷", owner: "刘洋", stage: 1,
			facts: []sampleFact{{"地址", "东莞市松山湖科技四路 6 号"}, {"行业", "印刷包装"}, {"来源", "展会名片"}}},
		{name: "佛山市千灯陶瓷有限公司", short: "千灯陶瓷", owner: "李娜", stage: 4,
			facts:    []sampleFact{{"地址", "佛山市南海区桂城街道"}, {"电话", "0757-00001122"}, {"行业", "建材"}, {"特征", "重视现场效果"}},
			progress: []string{"秋季推介会布展完成，客户满意"}},
		{name: "深圳市岭海电子有限公司", short: "岭海电子", owner: "张伟", stage: 2,
			facts:    []sampleFact{{"行业", "电子"}, {"业务状况", "新品上市在即，发布会预算已批"}},
			people:   [][]sampleFact{{{"姓名", "周敏"}, {"职务", "市场部主管"}, {"决策角色", "影响人"}, {"电话", "13000000003"}}},
			progress: []string{"送去发布会方案", "方案过了初审，等报价"}},
		{name: "广州市云山酒店管理有限公司", short: "云山酒店", owner: "李娜", stage: 3,
			facts:  []sampleFact{{"地址", "广州市白云区云城西路"}, {"电话", "020-00002233"}, {"行业", "酒店"}, {"股东", "何军=60%，何敏=40%"}},
			people: [][]sampleFact{{{"姓名", "何军"}, {"职务", "总经理"}, {"决策角色", "决策人"}, {"电话", "13000000004"}, {"爱好", "羽毛球"}}}},
		{name: "惠州市东江农产品有限公司", short: "东江农产", owner: "刘洋", stage: 0, facts: []sampleFact{{"行业", "农产品"}}},
		{name: "中山市灯都照明有限公司", short: "灯都照明", owner: "张伟", stage: 5,
			facts: []sampleFact{{"地址", "中山市古镇镇"}, {"电话", "0760-00003344"}, {"行业", "照明"}, {"特征", "每年春秋两次展会"}, {"业务状况", "老客户，续约三年"}}},
		{name: "珠海市香洲船艇有限公司", short: "香洲船艇", owner: "李娜", stage: 1, facts: []sampleFact{{"行业", "船艇"}, {"来源", "老客户介绍"}}},
		{name: sampleCanary, short: "白鹭礼品", owner: "赵强", stage: 0, facts: []sampleFact{{"行业", "礼品"}}},
		{name: "东莞市滨海新材料有限公司", short: "滨海新材料", owner: "刘洋", stage: 2,
			facts:    []sampleFact{{"地址", "东莞市长安镇滨海路"}, {"行业", "新材料"}, {"业务状况", "准备年会"}},
			people:   [][]sampleFact{{{"姓名", "吴涛"}, {"职务", "行政经理"}, {"电话", "13000000009"}, {"住址", "东莞市长安镇"}}},
			progress: []string{"电话回访，约下周走访"}},
		{name: "南方重工集团有限公司", short: "南方重工", owner: "张伟", stage: 0, facts: []sampleFact{{"行业", "重型机械"}}},
		{name: "江门市新会家具有限公司", short: "新会家具", owner: "刘洋", stage: 6, facts: []sampleFact{{"行业", "家具"}, {"业务状况", "搬厂，暂停活动"}}},
		{name: "东莞市华东机电有限公司", short: "华东机电", owner: "张伟", stage: 2,
			facts: []sampleFact{
				{"地址", "东莞市南城区鸿福路 18 号"}, {"电话", "0769-00005678"}, {"行业", "机电"}, {"特征", "决策慢，重视售后"},
				{"业务状况", "明年扩产，计划参加春季展会"}, {"股东", "郑国强=55%，郑小燕=45%"}, {"来源", "展会名片"}, {"标签", "重点"},
			},
			people: [][]sampleFact{
				{{"姓名", "李明"}, {"职务", "采购部经理"}, {"决策角色", "决策人"}, {"性别", "男"}, {"年龄", "45"}, {"电话", "13000000012"},
					{"住址", "东莞市东城区花园路"}, {"爱好", "钓鱼"}, {"家庭", "一子一女"}},
				{{"姓名", "郑小燕"}, {"职务", "财务总监"}, {"决策角色", "影响人"}, {"电话", "13000000013"}},
			},
			progress: []string{"展会上认识，交换名片", "拜访采购部，送去展位方案", "对方要求补充报价明细"}},
	}
}

// sampleCustomers enters the sample customers, as if it had been during the
// weeks before start.
func sampleCustomers(ctx context.Context, tx *store.Tx, cfg customer.Config, start time.Time) error {
	people, err := tx.People().Active(ctx)
	if err != nil {
		return err
	}
	ids := map[string]string{}
	for _, p := range people {
		ids[p.Name] = p.ID
	}
	for i, c := range sampleFile() {
		s := samples{tx: tx, author: ids[c.owner], at: start.AddDate(0, 0, -33+i)}
		if err := s.enter(ctx, c, cfg.Stages[max(0, c.stage-1)], cfg.Stages[c.stage]); err != nil {
			return fmt.Errorf("sample customer %s: %w", c.name, err)
		}
	}
	return nil
}

// samples enters one customer.
type samples struct {
	tx       *store.Tx
	customer string // code
	author   string // person id
	at       time.Time
}

// moved is how many days after it was begun a sample file comes to its stage.
const moved = 9

func (s *samples) enter(ctx context.Context, c sampleCustomer, first, stage string) (err error) {
	if s.customer, err = vault.In(s.tx).NewCode(ctx); err != nil {
		return err
	}
	if err := vault.In(s.tx).Add(ctx, store.Customer{
		ID: s.customer, Name: c.name, Owner: s.author, Stage: first, Created: s.at, Author: s.author,
	}); err != nil {
		return err
	}
	if first != stage {
		if err := vault.In(s.tx).SetStage(ctx, s.customer, stage, s.at.AddDate(0, 0, moved)); err != nil {
			return err
		}
	}
	if err := s.name(ctx, c.name, vault.FullName); err != nil {
		return err
	}
	if err := s.name(ctx, c.short, vault.ShortName); err != nil {
		return err
	}
	if err := s.facts(ctx, "", append([]sampleFact{{"简称", c.short}}, c.facts...)); err != nil {
		return err
	}
	for _, p := range c.people {
		id := s.tx.NewID(s.at)
		if err := vault.In(s.tx).AddPerson(ctx, vault.Person{
			ID: id, Customer: s.customer, Name: p[0].value, Created: s.at, Author: s.author, Checked: s.at, CheckedBy: s.author,
		}); err != nil {
			return err
		}
		if err := s.facts(ctx, id, p[1:]); err != nil {
			return err
		}
	}
	return s.progress(ctx, c.progress)
}

func (s *samples) name(ctx context.Context, name string, kind vault.Kind) error {
	return vault.Search(s.tx).AddName(ctx, vault.Name{ID: s.tx.NewID(s.at), Customer: s.customer, Name: name, Kind: kind, Since: s.at})
}

func (s *samples) facts(ctx context.Context, person string, facts []sampleFact) error {
	for _, f := range facts {
		id := s.tx.NewID(s.at)
		if err := vault.In(s.tx).PutFact(ctx, vault.Fact{
			ID: id, Customer: s.customer, Person: person, Field: f.field, Value: f.value, Source: "走访", Author: s.author, At: s.at,
			Checked: s.at, CheckedBy: s.author,
		}); err != nil {
			return err
		}
		if f.field != "电话" {
			continue
		}
		if err := vault.Search(s.tx).PutPhone(ctx, s.customer, id, f.value); err != nil {
			return err
		}
	}
	return nil
}

func (s *samples) progress(ctx context.Context, list []string) error {
	for i, words := range list {
		at := s.at.AddDate(0, 0, 7*(i+1)).Add(2 * time.Hour)
		if err := vault.In(s.tx).AddProgress(ctx, vault.Progress{ID: s.tx.NewID(at), Customer: s.customer, Author: s.author, At: at, Words: words}); err != nil {
			return err
		}
	}
	return nil
}
