package customer

import (
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
)

const (
	holdersExample = "张三=30%，李四=20%"
	holdersForm    = "股东请写成 姓名=比例，例如 " + holdersExample
)

// holdersRule refuses shareholders that cannot be: unreadable ones, the same
// name twice, more than all shares (档-1).
func holdersRule(value string) error {
	list, err := readHolders(value)
	if err != nil {
		return err
	}
	sum := 0
	seen := map[string]bool{}
	for _, one := range list {
		if seen[one.Name] {
			return wrongSo("每位股东只写一次："+holdersExample, "股东%s写了两次", text.Quote(one.Name))
		}
		seen[one.Name] = true
		if left := reading.WholeShare - sum; one.Parts > left {
			return wrongSo("股东="+holdersExample, "股份加起来超过 100%%：写到%s时只剩 %s", text.Quote(one.Name), words.Percent(left))
		}
		sum += one.Parts
	}
	return nil
}

// readHolders reads 张三=30%，李四=20.5%.
func readHolders(value string) ([]reading.Share, error) {
	list, ok := reading.Shares(value)
	if !ok {
		return nil, wrong("%s", holdersForm)
	}
	return list, nil
}
