package pagecheck

import (
	"net/http"
	"strings"
	"testing"
)

func TestProblems(t *testing.T) {
	routes := http.NewServeMux()
	routes.HandleFunc("POST /items/{id}", http.NotFound)
	routes.HandleFunc("GET /items/{id}", http.NotFound)
	const good = `<h1>A</h1><main><form method="post" action="/items/1"><label>Name <input name="a"></label><label for="b">B</label><select id="b"></select>` +
		`<textarea aria-label="C"></textarea><input type="hidden" name="h"><button>Save</button></form><a href="/items/2">Two</a><a href="https://x.example">out</a></main>`
	for _, test := range []struct{ reason, old, new, want string }{
		{"a good page has no problems", "", "", ""},
		{"a label without words labels nothing", "Name ", "", `input "a" has no label`},
		{"a label has to be for this field", `for="b"`, `for="c"`, `has no label`},
		{"a label for nothing is a mistake", `for="b"`, `for="c"`, `for "c", which is not there`},
		{"ids are unique", `<h1>`, `<h1 id="b">`, `id "b" is there 2 times`},
		{"forms write", `method="post" `, ``, `a form goes to`},
		{"forms have a handler", `action="/items/1"`, `action="/items/1/gone"`, `/items/1/gone`},
		{"links have a page", `href="/items/2"`, `href="/elsewhere"`, `/elsewhere`},
		{"buttons have words", `Save`, ``, `button without words`},
		{"one heading", `<h1>A</h1>`, ``, `0 elements h1`},
	} {
		page := `<!DOCTYPE html><html lang="en"><title>T</title>` + strings.Replace(good, test.old, test.new, 1)
		got := strings.Join(Problems(page, routes), "; ")
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", test.reason, got, test.want)
		}
	}
}
