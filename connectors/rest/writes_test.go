package rest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/core"
)

// TestAPersonIsWrittenByWhatIsKnown: a field that is written by e-mail address is not emptied for a person of whom only the id is known.
func TestAPersonIsWrittenByWhatIsKnown(t *testing.T) {
	for users, want := range map[string]string{
		"": "", "users: {id: user.id, email: user.mail, get: {path: '/u/{id}', item: body}}\n": `{"owner":"grace@acme.example"}`,
	} {
		text := strings.Replace(small, "title: {kind: string, at: title, label: Title}", "", 1)
		text = strings.Replace(text, "state: {kind: option,", "owner: {kind: user, read: item.owner, write: owner, as: email}\n      state: {kind: option,", 1)
		text = strings.NewReplacer("PARTS\n", users, "UPDATE", `update: {path: "/t/{id}"}`).Replace(text)
		wrote := ""
		con := smallAs(t, text, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPut:
				b, _ := io.ReadAll(r.Body)
				wrote = string(b)
			case r.URL.Path == "/u/u3":
				fmt.Fprint(w, `{"id":"u3","mail":"grace@acme.example"}`)
			case wrote != "":
				fmt.Fprint(w, strings.TrimSuffix(oneItem, "}")+`,"owner":"u3"}`)
			default:
				fmt.Fprint(w, strings.TrimSuffix(oneItem, "}")+`,"owner":"u2"}`)
			}
		})
		_, err := con.Update(t.Context(), "7", core.Patch{Fields: map[string]core.Value{"owner": core.Person("u3", "", "")}}, "", connectors.Want{})
		if wrote != want || want == "" && connectors.Class(err) != "invalid" || want != "" && err != nil {
			t.Errorf("with %q: wrote %q, %v", users, wrote, err)
		}
	}
}

// TestEveryHopKnowsTheScope: the options of a status may be listed for a scope, at the second hop as at the first.
func TestEveryHopKnowsTheScope(t *testing.T) {
	text := strings.Replace(small, "options: [open, done]}", `options: {path: "/queues/{scope.queue}/states", items: body, id: option, name: option}}
      queue: {kind: string, at: queue, list: queue}`, 1)
	text = strings.Replace(text, "UPDATE", "scope: [queue]\n    update: {path: '/t/{id}'}\n    status: {field: state, hops: {open: [doing], doing: [done]}}", 1)
	state := "open"
	con := smallAs(t, text, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/queues/first/"):
			fmt.Fprint(w, `["open","doing","done"]`)
		case r.Method == http.MethodPut:
			b, _ := io.ReadAll(r.Body)
			state = strings.Split(string(b), `"`)[3]
		default:
			fmt.Fprint(w, strings.Replace(oneItem, `"open"`, `"`+state+`","queue":"first"`, 1))
		}
	})
	in := connectors.ItemType{Type: "ticket", Scope: map[string]string{"queue": "first"}}
	if _, err := con.Update(t.Context(), "7", core.Patch{Fields: map[string]core.Value{"state": core.Option("", "done")}}, "", connectors.Want{Type: in}); err != nil || state != "done" {
		t.Errorf("the state is %s, %v", state, err)
	}
}
