package richtext

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// harmless lists every element that may leave in HTML, with its attributes.
var harmless = map[string]string{
	"p": "", "h1": "", "h2": "", "h3": "", "h4": "", "h5": "", "h6": "", "pre": "", "code": "class", "hr": "", "blockquote": "data-panel",
	"details": "", "summary": "", "ul": "", "ol": "start", "li": "", "table": "", "tbody": "", "tr": "", "td": "colspan rowspan", "th": "colspan rowspan",
	"strong": "", "em": "", "b": "", "i": "", "u": "", "s": "", "sub": "", "sup": "", "span": "style data-status", "a": "href data-vss-mention", "br": "",
	"img": "src alt", "time": "datetime",
}

// harmlessValue is what each attribute may say.
var harmlessValue = map[string]*regexp.Regexp{
	"class":            regexp.MustCompile(`^language-[a-z0-9_+#.-]+$`),
	"data-panel":       regexp.MustCompile(`^(?:info|note|tip|success|warning|error)$`),
	"data-status":      regexp.MustCompile(`^(?:neutral|purple|blue|red|yellow|green|#[0-9a-f]{6})$`),
	"data-vss-mention": regexp.MustCompile(`^version:2\.0,[0-9a-f-]{36}$`),
	"start":            regexp.MustCompile(`^[0-9]+$`), "colspan": regexp.MustCompile(`^[0-9]+$`), "rowspan": regexp.MustCompile(`^[0-9]+$`),
	"style":    regexp.MustCompile(`^(?:background-)?color:#[0-9a-f]{6}$`),
	"datetime": regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+Z)?$`),
	"alt":      regexp.MustCompile(``),
	// An address is relative or of a scheme that neither runs nor reads files.
	"href": regexp.MustCompile(`^(?:(?:https?|mailto|tel|ftps?|sms|cid):|[^:/?#]*(?:[/?#]|$))`),
	"src":  regexp.MustCompile(`^(?:(?:https?|cid):|sfdc://069|[^:/?#]*(?:[/?#]|$))`),
}

// harm returns what in HTML is not known to be harmless, as a browser's
// tokenizer reads it, "" for nothing.
func harm(source string) string {
	for z := html.NewTokenizer(strings.NewReader(source)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.CommentToken, html.DoctypeToken:
			return "a comment: " + z.Token().String()
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			attrs, ok := harmless[t.Data]
			if !ok {
				return "element " + t.Data
			}
			for _, a := range t.Attr {
				if !slices.Contains(strings.Fields(attrs), a.Key) || !harmlessValue[a.Key].MatchString(a.Val) {
					return fmt.Sprintf("attribute %s=%q of %s", a.Key, a.Val, t.Data)
				}
				if a.Key == "src" && tracks(a.Val, "", "") {
					return "a picture that tracks: " + a.Val
				}
			}
		}
	}
}

// sanitiser is bluemonday's policy for what people write, with the little that
// is written here beyond it.
func sanitiser() *bluemonday.Policy {
	policy := bluemonday.UGCPolicy()
	policy.AllowElements("u", "s", "details", "summary", "span")
	policy.AllowAttrs("style").OnElements("span")
	policy.AllowAttrs("start").OnElements("ol")
	policy.AllowAttrs("class").OnElements("code")
	policy.AllowAttrs("alt").OnElements("img")
	policy.AllowStyles("color", "background-color").OnElements("span")
	policy.AllowURLSchemes("http", "https", "mailto", "cid", "sfdc")
	policy.AllowDataAttributes()
	policy.AllowRelativeURLs(true)
	policy.RequireNoFollowOnLinks(false)
	return policy
}

var htmlFormats = []Format{HTML, HTMLAzure, HTMLSalesforce, HTMLChatter, Journal}

// leavesSafely carries source to every format of HTML and checks what leaves.
func leavesSafely(t failer, from Format, source string) {
	t.Helper()
	for _, to := range htmlFormats {
		got, _ := Convert(from, to, source)
		if to == Journal {
			inner, isCode := strings.CutPrefix(got, codeTag)
			if !isCode {
				continue // plain text: the form escapes it
			}
			if got, isCode = strings.CutSuffix(inner, endCodeTag); !isCode || strings.Contains(got, endCodeTag) {
				t.Fatalf("the HTML of a journal ends before its end: %s", inner)
			}
		}
		if bad := harm(got); bad != "" {
			t.Fatalf("%s leaves %s as %s\nsource: %q\nHTML: %s", bad, from, to, source, got)
		}
	}
}

func TestTheOracleOfHTMLSeesHarm(t *testing.T) {
	for _, bad := range []string{"<script>", `<p onclick="x">`, `<a href="javascript:x">`, `<a href="data:text/html,x">`, `<span style="color:#ff0000;top:0">`,
		`<img src="a" srcset="b">`, `<img src="data:image/png;base64,x">`, `<img src="https://x.example/wf/open?upn=1">`, "<!-- x -->", "<iframe>", `<a href="file:///x">`,
		`<code class="x y">`, `<a href=" javascript:x">`} {
		if harm(bad) == "" {
			t.Errorf("%s passes: the tests that ask this oracle could not fail", bad)
		}
	}
	if bad := harm(`<p>a <a href="/x">b</a><img src="https://a.b/c.png" alt="d"></p>`); bad != "" {
		t.Errorf("%s is no harm", bad)
	}
}
