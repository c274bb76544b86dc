package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"duplex/core"
	"duplex/core/mapping"
	"duplex/gateway"
)

// linkFile links the pairs of a CSV file in a run. Everything that is wrong with the file is said before anything is done.
func (e *env) linkFile(cmd *cobra.Command, connection, file string, dryRun, wait bool) error {
	f, err := os.Open(file)
	if err != nil {
		return fail(ExitUsage, "the file of pairs cannot be read: %v", err)
	}
	defer f.Close()
	var c gateway.Connection
	if err := e.call(cmd.Context(), "GET", "/connections"+segment(connection), nil, &c); err != nil {
		return err
	}
	if len(c.Sides) != 2 {
		return fail(ExitRefused, "%s: the connection cannot be used: %s", connection, c.Problem)
	}
	lines, wrong := readPairs(f, file, [2]string{c.Sides[0].Name, c.Sides[1].Name})
	if len(wrong) == 0 {
		err = e.start(cmd.Context(), gateway.RunRequest{Kind: core.RunLink, Connection: connection, Params: core.RunParams{DryRun: dryRun}, Lines: lines, FileName: file}, wait)
		var told bool
		if wrong, told = diagnosed(err); !told {
			return err
		}
	}
	err = e.print(map[string]any{"diagnostics": wrong}, func(t *table) {
		for _, d := range wrong {
			t.line("%s", mapping.Diagnostic(d).Error())
		}
	})
	if err == nil {
		err = fail(ExitWrong, "%s wrong; nothing was linked", count(len(wrong), "line"))
	}
	return err
}

// readPairs reads a CSV file whose header names the two sides, in any order. Columns beside them are not looked at.
func readPairs(r io.Reader, file string, sides [2]string) (lines []gateway.RunLine, wrong []gateway.Diagnostic) {
	say := func(line int, format string, args ...any) {
		wrong = append(wrong, gateway.Diagnostic{File: file, Line: line, Text: fmt.Sprintf(format, args...)})
	}
	in := csv.NewReader(r)
	in.FieldsPerRecord, in.TrimLeadingSpace = -1, true
	header, err := in.Read()
	if err != nil {
		say(1, "a header line with the names of the two sides is wanted: %s,%s", sides[0], sides[1])
		return nil, wrong
	}
	var at [2]int
	for i, side := range sides {
		at[i] = -1
		for col, name := range header {
			if strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")) == side {
				at[i] = col
			}
		}
		if at[i] < 0 {
			say(1, "the header names no column %s; wanted are %s and %s", side, sides[0], sides[1])
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return lines, wrong
		}
		line, _ := in.FieldPos(0)
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			say(bad.Line, "this is no line of CSV: %v", bad.Err)
			continue
		}
		if err != nil {
			say(line, "the file cannot be read any further: %v", err)
			return nil, wrong
		}
		l := gateway.RunLine{Line: line, Items: map[string]string{}}
		for i, side := range sides {
			if at[i] < len(record) && strings.TrimSpace(record[at[i]]) != "" {
				l.Items[side] = strings.TrimSpace(record[at[i]])
			} else {
				say(line, "there is no item of %s", side)
			}
		}
		lines = append(lines, l)
	}
}
