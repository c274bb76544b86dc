package richtext

import (
	"slices"
	"strings"
	"syscall"
	"testing"
)

// nasty returns what of hostile and of the newer notations a codec may meet.
func nasty(size int) map[string]string {
	out := hostile(size)
	for name, s := range map[string]string{
		"wiki braces": "{*}a", "wiki code": "{{a", "wiki colours": "{color:red}a", "wiki stars": "*a _b ", "wiki lists": "*#*#*#* a\n",
		"wiki deep lists": "**************************************** a\n", "wiki bars": "|a", "wiki links": "[a|", "wiki open links": "[a", "wiki pictures": "!a.b ",
		"wiki code blocks": "{code:x}", "wiki quotes": "{quote}", "wiki panels": "{panel:x}", "wiki escapes": `\`, "wiki breaks": `\\ `,
		"wiki paths": `\\a`, "wiki entities": "&#x", "wiki macros in code": "{{code}", "wiki bars and links": "|[a|b", "wiki signs": "(", "wiki tables": "|a\n",
		"html pictures": `<img src="https://a.b/c">`, "html spans": `<td colspan=1000 rowspan=1000>`, "html styles": `<b style="color:red;color:blue;`,
		"asana people": `<a data-asana-gid="1">@`, "crlf": "\r\n", "no-break spaces": "\u00a0", "colons": "http:", "tasks": "<ul><li>☐ ",
	} {
		out[name] = strings.Repeat(s, size/len(s))
	}
	return out
}

// BenchmarkNasty reads and writes 1 MB of each hostile shape in each format:
// what takes much more than a second has grown with the square of its size.
// The processor's time is reported too: it is right on a busy machine.
func BenchmarkNasty(b *testing.B) {
	shapes := nasty(1 << 20)
	names := make([]string, 0, len(shapes))
	for name := range shapes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, f := range formats {
		for _, name := range names {
			b.Run(string(f)+"/"+strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
				b.SetBytes(int64(len(shapes[name])))
				before := processorSeconds(b)
				for b.Loop() {
					Normal(f, shapes[name])
				}
				b.ReportMetric((processorSeconds(b)-before)/float64(b.N), "cpu-s/op")
			})
		}
	}
}

// processorSeconds returns what this process has used, all threads together.
func processorSeconds(b *testing.B) float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}
