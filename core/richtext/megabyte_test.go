package richtext

import (
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// nasty returns what of hostile and of the newer notations a codec may meet.
func nasty(size int) map[string]string {
	out := hostile(size)
	for name, s := range map[string]string{
		"wiki braces": "{*}a", "wiki code": "{{a", "wiki colours": "{color:red}a", "wiki stars": "*a _b ", "wiki lists": "*#*#*#* a\n",
		"wiki deep lists": "**************************************** a\n", "wiki bars": "|a", "wiki links": "[a|", "wiki open links": "[a", "wiki pictures": "!a.b ",
		"wiki code blocks": "{code:x}", "wiki quotes": "{quote}", "wiki panels": "{panel:x}", "wiki escapes": `\`, "wiki breaks": `\\ `,
		"wiki paths": `\\a`, "wiki entities": "&#x", "wiki macros in code": "{{code}", "wiki bars and links": "|[a|b", "wiki signs": "(", "wiki tables": "|a\n",
		"wiki accounts": "[~accountid:", "wiki escaped quotes": `\\{quote}{quote}`, "wiki quotes and codes": "{quote}{code}a{code}", "wiki people": "[~ann]", "wiki one line": "a *b* _c_ -d- ",
		"html pictures": `<img src="https://a.b/c">`, "html spans": `<td colspan=1000 rowspan=1000>`, "html styles": `<b style="color:red;color:blue;`,
		"html times": `<time datetime="2023-11-14">2023-11-14`, "html statuses": `<span data-status="red">[a]`, "html statuses that close": `<span data-status="red">[a]</span>`,
		"html panels": `<blockquote data-panel="tip">`, "html hidden": `<div style="display:none">a`, "html one line": `<b>a</b> <i>b</i> `, "html spaces": "a &nbsp;",
		"html details": "<details><summary>a", "html headings": "<h1>a", "html pre": "<pre>a", "html attributes of one style": `<p style="` + strings.Repeat("color:red;", 50) + `">a`,
		"github people": "@a ", "github people in a word": "@a@a", "github slashes": "@a/", "azure people": "@<0b8c1d2e-0000-4a5b-8c7d-0123456789ab>", "azure openings": "@<",
		"markdown tables": "|a|b|\n|-|-|\n|c|d|\n\n", "markdown details": "<details><summary>a</summary>\n\n", "markdown alerts": "> [!NOTE]\n> a\n\n",
		"markdown comments": "<!-- -->", "markdown html": "<b>a</b>", "markdown underlines": "a\n===\n", "markdown fences": "```\n", "markdown emphasis of words": "a*b*c_d_", "markdown quotes in lines": "> > > a\n",
		"journal tags": "[code]", "journal ends": "[/code]", "journal texts": "[code]<b>a[/code]b", "asana people": `<a data-asana-gid="1">@`, "asana pictures": `<img data-asana-gid="1">`,
		"asana lists": "<body><ul><li>a\n", "crlf": "\r\n", "no-break spaces": "\u00a0", "colons": "http:", "tasks": "<ul><li>☐ ",
	} {
		out[name] = strings.Repeat(s, max(size/len(s), 1))
	}
	out["wiki quotes and spaces"] = strings.Repeat("{quote}", size/14) + strings.Repeat(" ", size/2)
	out["wiki spaces in cells"] = strings.Repeat("|", size/2) + strings.Repeat(" ", size/2)
	many := func(head, s, tail string) string {
		return head + strings.TrimSuffix(strings.Repeat(s, max(size/len(s), 1)), ",") + tail
	}
	out["adf texts"] = many(`{"type":"doc","content":[{"type":"paragraph","content":[`, `{"type":"text","text":"a","marks":[{"type":"strong"}]},`, "]}]}")
	out["adf unequal texts"] = many(`{"type":"doc","content":[{"type":"paragraph","content":[`, `{"type":"text","text":"a "},{"type":"text","text":"b","marks":[{"type":"em"}]},`, "]}]}")
	out["adf people"] = many(`{"type":"doc","content":[{"type":"paragraph","content":[`, `{"type":"mention","attrs":{"id":"5b","text":"@a"}},`, "]}]}")
	out["adf unknown"] = many(`{"type":"doc","content":[`, `{"type":"x","content":[{"type":"y"}]},`, "]}")
	out["adf marks"] = many(`{"type":"text","text":"a","marks":[`, `{"type":"link","attrs":{"href":"https://a.b/"}},`, "]}")
	out["adf cells"] = many(`{"type":"table","content":[{"type":"tableRow","content":[`, `{"type":"tableCell","attrs":{"rowspan":1000,"colspan":1000},"content":[]},`, "]}]}")
	out["adf tasks"] = many(`{"type":"taskList","content":[`, `{"type":"taskList","content":[{"type":"taskItem","content":[{"type":"text","text":"a"}]}]},`, "]}")
	out["adf pictures"] = many(`{"type":"doc","content":[{"type":"paragraph","content":[`, `{"type":"media","attrs":{"type":"external","url":"https://a.b/c.png"}},{"type":"text","text":"a"},`, "]}]}")
	out["adf items"] = many(`{"type":"bulletList","content":[`, `{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]}]},`, "]}")
	return out
}

// homes says whose notation a shape is: it is read as that. One that names no
// notation is read as everything.
func homes(name string) []Format {
	for prefix, fs := range map[string][]Format{
		"wiki ": {Wiki}, "html ": {HTML, Journal}, "github ": {Markdown}, "azure ": {MarkdownAzure}, "markdown ": {Markdown},
		"journal ": {Journal}, "asana ": {Asana}, "adf ": {ADF},
	} {
		if strings.HasPrefix(name, prefix) {
			return fs
		}
	}
	return notations
}

// TestOneMegabyte reads a megabyte of each hostile shape and writes what it
// read, and says how long each took and how much of the processor's time both
// cost; with -v the figures are shown. What takes seconds to read has grown with
// the square of its size. Time is not asserted on: TestHostileInputIsBounded and
// TestWorkIsLinear count.
func TestOneMegabyte(t *testing.T) {
	if !testing.Verbose() || share > 1 {
		t.Skip("figures only: run it with -v, and without the race detector, whose figures they would be")
	}
	shapes := nasty(1 << 20)
	names := make([]string, 0, len(shapes))
	for name := range shapes {
		names = append(names, name)
	}
	slices.Sort(names)
	var most float64
	var longest time.Duration
	for _, name := range names {
		for _, f := range homes(name) {
			runtime.GC() // what the shape before left behind is not this one's work
			before := processorSeconds(t)
			began := time.Now()
			d := Parse(f, shapes[name])
			read := time.Since(began)
			Render(f, d)
			both := time.Since(began)
			took := processorSeconds(t) - before
			most, longest = max(most, took), max(longest, read)
			t.Logf("%6.3f s read %6.3f s written, %6.3f s of processors  %-22s %s", read.Seconds(), (both - read).Seconds(), took, f, name)
		}
	}
	t.Logf("%6.3f s to read, %6.3f s of processors at most", longest.Seconds(), most)
}

// BenchmarkNasty reads and writes 1 MB of each hostile shape in each format.
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

// processorSeconds returns what this process has used, all threads together:
// right on a busy machine too.
func processorSeconds(t testing.TB) float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}
