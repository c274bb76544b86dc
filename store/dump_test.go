package store

import (
	"context"
	"fmt"
	"sort"
	"strings"
)

// Dump is every value of every table as text, sealed content opened.
func (s *Store) Dump(ctx context.Context) (string, error) {
	tables, err := s.tables(ctx)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, table := range tables {
		rows, err := s.read.QueryxContext(ctx, `SELECT * FROM `+table)
		if err != nil {
			return "", err
		}
		defer rows.Close()
		for rows.Next() {
			row := map[string]any{}
			if err := rows.MapScan(row); err != nil {
				return "", err
			}
			for column, v := range row {
				b, isBytes := v.([]byte)
				if key := fmt.Sprintf("%s", row["key_id"]); isBytes && (column == "body" || column == "parked") && key != "" && row["key_id"] != nil {
					about := map[string]string{"observations": fmt.Sprintf("observation\x00%s", row["hash"]), "plans": fmt.Sprintf("plan\x00%s", row["id"]),
						"pairs": fmt.Sprintf("parked\x00%s", row["id"]), "resolutions": fmt.Sprintf("resolution\x00%s", row["id"])}[table]
					if b, err = s.seal.open(b, key, about); err != nil {
						return "", fmt.Errorf("%s.%s: %w", table, column, err)
					}
					v = b
				}
				fmt.Fprintf(&out, "%s.%s=%s\n", table, column, v)
			}
		}
		if err := rows.Err(); err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

func (s *Store) tables(ctx context.Context) (names []string, err error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if s.dialect == Postgres {
		query = `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()`
	}
	err = list(ctx, s.read, &names, query)
	sort.Strings(names)
	return names, err
}

// ContentColumns are all columns of bytes, as table.column.
func (s *Store) ContentColumns(ctx context.Context) (out []string, err error) {
	if s.dialect == Postgres {
		err = list(ctx, s.read, &out, `SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = current_schema() AND data_type = 'bytea' ORDER BY 1`)
		return out, err
	}
	err = list(ctx, s.read, &out, `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.type = 'BLOB' ORDER BY 1`)
	return out, err
}
