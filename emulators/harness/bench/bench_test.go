package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestAMessageIsReadByPaths(t *testing.T) {
	var m Message
	if err := json.Unmarshal([]byte(`{"id":20000000001,"name":"x","list":[{"key":"a","n":1},{"key":"b","n":2}]}`), &m.Body); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason    string
		got, want any
	}{
		{"keys and positions", m.At("list", 1, "key"), "b"},
		{"a position behind the end", m.At("list", 2, "key"), nil},
		{"a key of what is no object", m.At("name", "key"), nil},
		{"a text", m.Text("name"), "x"},
		{"a number is no text", m.Text("id"), ""},
		{"a large id has no exponent", m.ID("id"), "20000000001"},
		{"a length", m.Len("list"), 2},
		{"what is no list has none", m.Len("name"), 0},
		{"an element by a value", m.Find("key", "b", "list").At("n"), 2.0},
		{"no such element", m.Find("key", "c", "list").Body, nil},
		{"a column", fmt.Sprint(m.Column("n", "list")), "[1 2]"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.reason, c.got, c.want)
		}
	}
}

func TestAnInboxKeepsTheOrderAndAnswersAsTold(t *testing.T) {
	in := NewInbox(t)
	send := func(body string) int {
		resp, err := http.Post(in.URL, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		return Read(t, resp).Status
	}
	first := send(`{"n":1}`)
	in.Answer(503)
	second := send(`{"n":2}`)
	in.Reply(func(n int) (int, string) { return 200 + n, "" })
	if third := send("no JSON"); first != 200 || second != 503 || third != 203 {
		t.Errorf("answered %d, %d and %d", first, second, third)
	}
	if a, b := in.Next(), in.Next(); a.At("n") != 1.0 || b.At("n") != 2.0 {
		t.Errorf("first %s, then %s", a.Raw, b.Raw)
	}
	if all := in.Wait(3); len(all) != 3 || all[2].Body != nil || string(all[2].Raw) != "no JSON" {
		t.Errorf("%d came, the last being %s", len(all), all[len(all)-1].Raw)
	}
}
