package upkeep

// SealedColumns are the columns under secret_key with their tables.
func SealedColumns() map[string][]string {
	list := map[string][]string{}
	for _, c := range sealedColumns {
		list[c.table] = append(list[c.table], c.column)
	}
	return list
}
