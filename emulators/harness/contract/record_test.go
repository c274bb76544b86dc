package contract

import (
	"strings"
	"testing"
)

func TestSectionsStayInTheirPlace(t *testing.T) {
	text := withSection("", "zendesk", "1 operations\n")
	text = withSection(text, "asana", "2 operations\n\n- `GET /a`\n")
	again := withSection(text, "zendesk", "3 operations\n")
	for _, c := range []struct{ text, want, reason string }{
		{text, "## asana\n\n2 operations\n\n- `GET /a`\n\n## zendesk\n\n1 operations\n", "sorted by name"},
		{again, "- `GET /a`\n\n## zendesk\n\n3 operations\n", "one section is replaced, the other kept"},
	} {
		if c.text != recordHead+"\n"+c.want && !strings.HasSuffix(c.text, c.want) {
			t.Errorf("%s:\n%s", c.reason, c.text)
		}
	}
	if withSection(again, "zendesk", "3 operations\n") != again {
		t.Error("writing the same section again changes the file")
	}
}

func TestWhatIsOutsideHasAReason(t *testing.T) {
	d := Load(t, "zendesk").Except(Exception{Contains: "no such operation", Reason: "only a test"})
	exchange(t, d, "GET", "/api/v2/tickets/1", 200, `{"ticket":{"id":1,"requester_id":2}}`)
	exchange(t, d, "GET", "/api/v2/nowhere", 200, `{}`)
	want := "1 operations of the vendor's document:\n\n- `GET /api/v2/tickets/{ticket_id}`\n\n1 beside it:\n\n- `GET /api/v2/nowhere`: only a test\n"
	if got := d.section(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
