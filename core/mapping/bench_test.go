package mapping

import (
	"fmt"
	"strings"
	"testing"

	"duplex/core"
)

// thirtyRules is a mapping with rules of all kinds, each of a field of its own.
func thirtyRules() (string, Env) {
	kinds := []string{
		"{support: a%d, engineering: b%d}",
		"{support: a%d, engineering: b%d, values: {urgent: Highest, high: High, normal: Medium, low: Low}, default: {support: low, engineering: Low}}",
		"{engineering: b%d, set: 'item.a%[1]d == null ? \"\" : item.a%[1]d + \" (\" + item.a0 + \")\"'}",
		"{support: a%d, engineering: b%d, flow: to-engineering, if: 'item.a1 == \"urgent\" && twin.b0 != \"done\"'}",
		"{support: a%d, engineering: b%d, convert: {engineering: 'value.upperAscii()', support: 'value.lowerAscii()'}}",
		"{engineering: b%d, value: Support}",
	}
	var rules strings.Builder
	d := &Description{}
	for i := range 30 {
		rule := kinds[i%len(kinds)]
		if strings.Count(rule, "%") == 1 {
			fmt.Fprintf(&rules, "  - "+rule+"\n", i)
		} else if strings.Contains(rule, "%[1]d") {
			fmt.Fprintf(&rules, "  - "+rule+"\n", i)
		} else {
			fmt.Fprintf(&rules, "  - "+rule+"\n", i, i)
		}
		d.Fields = append(d.Fields, Field{Name: fmt.Sprint("a", i), Kind: core.KindString}, Field{Name: fmt.Sprint("b", i), Kind: core.KindString})
	}
	src := "connection: bench\nsides:\n  support: {system: s, type: t, start: true}\n  engineering: {system: e, type: t}\nrules:\n" + rules.String()
	return src, Env{Describe: func(string, string, map[string]string) (*Description, bool) { return d, true }}
}

// BenchmarkThirtyRules evaluates every conversion and condition of thirty rules towards one side: what one sync asks of a
// mapping. Compiling it, which happens once per version, is measured apart.
func BenchmarkThirtyRules(b *testing.B) {
	src, env := thirtyRules()
	m, ds := Compile("bench.yaml", []byte(src), env)
	if err := ds.Err(); err != nil {
		b.Fatal(err)
	}
	item := &core.Observation{Fields: map[string]core.Value{}}
	for i := range 30 {
		item.Fields[fmt.Sprint("a", i)] = core.String("urgent")
	}
	b.Run("evaluate", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for i := range m.Rules {
				r := &m.Rules[i]
				if may := r.May[core.B]; may != nil {
					if _, err := may(core.Moment{Item: item}); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := r.Convert[core.B](core.ConvertInput{Value: item.Field(r.Fields[core.A]), Item: item}); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("compile", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, ds := Compile("bench.yaml", []byte(src), env); len(ds) > 0 {
				b.Fatal(ds)
			}
		}
	})
}
