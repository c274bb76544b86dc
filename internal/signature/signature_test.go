package signature

import "testing"

func TestSigned(t *testing.T) {
	sum := SHA256("old", []byte("12."), []byte("body"))
	for _, c := range []struct {
		given   []byte
		secrets []string
		parts   []string
		want    bool
		reason  string
	}{
		{sum, []string{"old"}, []string{"12.", "body"}, true, "the same secret and parts"},
		{sum, []string{"new", "old"}, []string{"12.body"}, true, "one of two secrets; how the text is cut does not matter"},
		{sum, []string{"new"}, []string{"12.", "body"}, false, "another secret"},
		{sum, []string{"old"}, []string{"12.", "Body"}, false, "another body"},
		{SHA256("", []byte("x")), []string{""}, []string{"x"}, false, "an empty secret is known to everybody"},
		{nil, []string{"old"}, []string{"x"}, false, "no signature"},
		{sum, nil, []string{"12.body"}, false, "no secret"},
	} {
		var parts [][]byte
		for _, p := range c.parts {
			parts = append(parts, []byte(p))
		}
		if got := Signed(c.given, c.secrets, parts...); got != c.want {
			t.Errorf("%s: %v", c.reason, got)
		}
	}
}

func TestShared(t *testing.T) {
	for _, c := range []struct {
		given   string
		secrets []string
		want    bool
		reason  string
	}{
		{"s", []string{"s"}, true, "the secret"},
		{"s", []string{"t", "s"}, true, "one of two"},
		{"s", []string{"s "}, false, "not letter by letter"},
		{"", []string{""}, false, "no secret was set"},
		{"s", nil, false, "there is none"},
	} {
		if got := Shared(c.given, c.secrets...); got != c.want {
			t.Errorf("%s: %v", c.reason, got)
		}
	}
}
