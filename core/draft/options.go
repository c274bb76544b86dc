package draft

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"duplex/core"
)

// options fills the value table of a rule between two fields of options.
func (w *work) options(r *Rule, fields [2]Field, ways [2]way) {
	for _, s := range core.Sides {
		if fields[s].Options == nil {
			r.Doubt = fmt.Sprintf("the options of %s of %s are not known: write a table, or remove the # where the names are the same", fields[s].Name, w.draft.Sides[s].Name)
			return
		}
	}
	names := [2][]string{optionNames(fields[0]), optionNames(fields[1])}
	same := slices.Equal(names[0], names[1])
	var to [2]map[string]string // to[s]: an option of the other side => one of s
	how := map[string]bool{}
	for _, s := range core.Sides {
		to[s] = match(names[s.Other()], names[s], how)
	}
	if len(to[0])+len(to[1]) == 0 && len(names[0]) == len(names[1]) && len(names[0]) > 0 {
		for _, s := range core.Sides {
			for i, n := range names[s.Other()] {
				to[s][n] = names[s][i]
			}
		}
		r.Doubt = "no option means the same by its name; this is by their order alone"
	}
	var missing [2][]string // options of the other side that have nothing on s
	for _, s := range core.Sides {
		for _, n := range names[s.Other()] {
			if _, ok := to[s][n]; !ok {
				missing[s] = append(missing[s], n)
			}
		}
	}
	if len(to[0])+len(to[1]) == 0 {
		r.Doubt = "no option of one means the same as one of the other: write a table"
		return
	}
	if same && r.Doubt == "" && !unlike(fields) {
		r.Reasons = append(r.Reasons, "the options are the same")
		return
	}
	w.tables(r, names, to, ways)
	if len(how) > 0 {
		r.Reasons = append(r.Reasons, "options matched by "+strings.Join(slices.Sorted(maps.Keys(how)), " and "))
	}
	w.rest(r, fields, names, missing, ways)
}

// tables writes one table where it says both ways, else one per written side.
func (w *work) tables(r *Rule, names [2][]string, to [2]map[string]string, ways [2]way) {
	var rows [2][]Row
	for _, s := range core.Sides {
		for _, n := range names[s.Other()] {
			if t, ok := to[s][n]; ok {
				rows[s] = append(rows[s], Row{n, t})
			}
		}
	}
	one := ordered(rows[core.B], to[core.A])
	inverse := map[string]string{}
	for _, row := range one {
		if _, ok := inverse[row.To]; !ok {
			inverse[row.To] = row.From
		}
	}
	single := ways[core.A] == never || len(inverse) == len(to[core.A])
	for b, a := range to[core.A] {
		single = single && (ways[core.A] == never || inverse[b] == a)
	}
	if single && len(one) > 0 {
		r.Table = one
		return
	}
	for _, s := range core.Sides {
		if ways[s] != never {
			r.Tables[s] = rows[s]
		}
	}
}

// ordered puts the row that counts on the way back before others to the same value.
func ordered(rows []Row, back map[string]string) []Row {
	var out []Row
	for i, r := range rows {
		if slices.Contains(out, r) {
			continue
		}
		for _, later := range rows[i:] {
			if later.To == r.To && back[r.To] == later.From && !slices.Contains(out, later) {
				out = append(out, later)
			}
		}
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// rest says what becomes of options that the tables do not name: they leave the other side as it is; where a new item needs
// the field, a value is chosen.
func (w *work) rest(r *Rule, fields [2]Field, names, missing [2][]string, ways [2]way) {
	for _, s := range core.Sides {
		if len(missing[s]) == 0 || ways[s] == never || isMany(fields[s.Other()]) {
			continue
		}
		told := missing[s]
		if len(told) > 6 {
			told = append(slices.Clone(told[:6]), "…")
		}
		if fields[s].Required {
			r.Default[s] = middle(names[s])
			r.Reasons = append(r.Reasons, fmt.Sprintf("nothing of %s means %s: %s is written, because a new item needs a value", w.draft.Sides[s].Name,
				strings.Join(told, ", "), r.Default[s]))
			continue
		}
		r.Alone[s] = true
		r.Reasons = append(r.Reasons, fmt.Sprintf("nothing of %s means %s: it stays as it is", w.draft.Sides[s].Name, strings.Join(told, ", ")))
	}
}

// middle is the option that says least: the middle of a ladder where they are on one, else the first.
func middle(names []string) string {
	for _, want := range []struct{ ladder, step int }{{1, 2}, {0, 2}, {0, 1}, {2, 2}} {
		for _, n := range names {
			if at, _ := step(want.ladder, n); at == want.step {
				return n
			}
		}
	}
	return names[0]
}

// match gives options what means the same: by name, then by the ladder that most of both stand on.
func match(from, to []string, how map[string]bool) map[string]string {
	out := map[string]string{}
	for _, n := range from {
		if t, ok := sameName(n, to); ok {
			out[n] = t
			how["name"] = true
		}
	}
	ladder := -1
	for i := range ladders {
		if most(i, from) && most(i, to) {
			ladder = i
			break
		}
	}
	if ladder < 0 {
		return out
	}
	for _, n := range from {
		if _, ok := out[n]; ok {
			continue
		}
		at, _ := step(ladder, n)
		if at < 0 {
			continue
		}
		for k, want := range ladders[ladder].near[at] {
			best, rank := "", 1<<30
			for _, t := range to {
				if s, usual := step(ladder, t); s == want && usual < rank {
					best, rank = t, usual
				}
			}
			if best != "" {
				out[n] = best
				how[map[bool]string{true: "meaning", false: "order"}[k == 0]] = true
				break
			}
		}
	}
	return out
}

func sameName(n string, all []string) (string, bool) {
	if slices.Contains(all, n) {
		return n, true
	}
	for _, t := range all {
		if f := fold(t); f != "" && f == fold(n) {
			return t, true
		}
	}
	return "", false
}

// most tells whether at least half of the options stand on a ladder.
func most(ladder int, names []string) bool {
	on := 0
	for _, n := range names {
		if at, _ := step(ladder, n); at >= 0 {
			on++
		}
	}
	return on > 0 && on*2 >= len(names)
}

// optionNames are the options as a file names them: by name, by id where a name is there twice, and none that neither
// tells apart.
func optionNames(f Field) []string {
	times := map[string]int{}
	for _, o := range f.Options {
		times[strings.ToLower(o.Name())]++
	}
	var out []string
	for _, o := range f.Options {
		n := o.Name()
		if n == "" || times[strings.ToLower(n)] > 1 {
			n = o.ID()
		}
		if n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// unlike tells options that are called the same and yet need a table: names that are there twice are told apart by ids, which belong
// to their own system.
func unlike(fields [2]Field) bool {
	for _, f := range fields {
		if len(optionNames(f)) != len(f.Options) {
			return true
		}
		for i, n := range optionNames(f) {
			if n != f.Options[i].Name() {
				return true
			}
		}
	}
	return false
}
