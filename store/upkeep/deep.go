package upkeep

import (
	"context"
	"fmt"
	"strings"

	"marketbot/store/internal/engine"
	"marketbot/store/ledger"
)

// openAll opens every sealed column and goes along the whole chain, of a backup
// that has no sum beside it. Its error is ErrDamaged.
func openAll(ctx context.Context, tx *engine.Tx) error {
	for _, c := range sealedColumns {
		if err := c.open(ctx, tx); err != nil {
			return err
		}
	}
	report, err := ledger.Of(tx).Verify(ctx, 0)
	if err != nil {
		return damaged(err)
	}
	if !report.Whole() {
		return fmt.Errorf("%w: the audit is not whole: %v", ErrDamaged, report.Counts)
	}
	return nil
}

// open opens every value of a column.
func (c sealedColumn) open(ctx context.Context, tx *engine.Tx) error {
	names := append(append([]string{}, c.row...), c.beside...)
	query := fmt.Sprintf(`SELECT %s, %s FROM %s WHERE length(%s) > 0`, strings.Join(names, ", "), c.column, c.table, c.column)
	return engine.Each(ctx, tx, "open "+c.table, query, nil, func(scan engine.Scan) error {
		words, v := make([]string, len(names)), sealedValue{}
		into := make([]any, 0, len(names)+1)
		for i := range words {
			into = append(into, &words[i])
		}
		if err := scan(append(into, &v.sealed)...); err != nil {
			return damaged(err)
		}
		for _, w := range words[:len(c.row)] {
			v.row = append(v.row, w)
		}
		v.beside = words[len(c.row):]
		_, err := tx.Keys().Open(v.sealed, c.table, v.place(), c.column)
		if err != nil {
			_, err = tx.Keys().Open(v.sealed, c.table, v.name(), c.column) // as it was before addresses were bound
		}
		if err != nil {
			return fmt.Errorf("%w: %s of %s %s: %w", ErrDamaged, c.column, c.table, v.name(), err)
		}
		return nil
	})
}
