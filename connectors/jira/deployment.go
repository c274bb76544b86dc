package jira

import (
	"encoding/json"
	"net/url"

	"duplex/core"
	"duplex/core/richtext"
)

// deployment is which Jira it is. The zero value is Jira Cloud. They differ in the version of the API, in how rich text is
// written and in what names a person; the rest of the connector is the same for both.
type deployment int

const (
	cloud      deployment = iota
	dataCenter            // Data Center and Server, API version 2 ("Jira Software Data Center REST API Reference")
)

func (d deployment) String() string {
	if d == dataCenter {
		return "datacenter"
	}
	return "cloud"
}

// api is where the platform's operations are.
func (d deployment) api() string {
	if d == dataCenter {
		return "/rest/api/2"
	}
	return "/rest/api/3"
}

// format is how rich text is written: documents in version 3 of the API, wiki markup in version 2.
func (d deployment) format() richtext.Format {
	if d == dataCenter {
		return richtext.Wiki
	}
	return richtext.ADF
}

// person is how a request names somebody.
func (d deployment) person(id string) map[string]string {
	if d == dataCenter {
		return map[string]string{"name": id}
	}
	return map[string]string{"accountId": id}
}

// usersBy is the search for people by an e-mail address or a name ("Find users").
func (d deployment) usersBy(text, most string) url.Values {
	if d == dataCenter {
		return url.Values{"username": {text}, "maxResults": {most}}
	}
	return url.Values{"query": {text}, "maxResults": {most}}
}

// text is a rich text in normal form; one that shows nothing is empty. A plain string where Cloud has documents, which a field
// that was made before it was rich may hold, is read as text.
func (d deployment) text(raw json.RawMessage) core.Value {
	format, source := d.format(), string(raw)
	var s string
	switch {
	case source == "null":
		return core.Empty(core.KindText)
	case json.Unmarshal(raw, &s) == nil:
		source = s
		if format == richtext.ADF {
			source, _ = richtext.Convert(richtext.Plain, richtext.ADF, s)
		}
	case format != richtext.ADF:
		return core.Absent()
	}
	if richtext.IsEmpty(format, source) {
		return core.Empty(core.KindText)
	}
	return core.Text(string(format), richtext.Normal(format, source))
}

// source is a text in any format as this Jira writes it. Empty is nothing.
func (d deployment) source(v core.Value) string {
	to := d.format()
	switch format := richtext.Format(v.Format()); {
	case v.IsEmpty():
		return ""
	case v.Kind() != core.KindText:
		s, _ := richtext.Convert(richtext.Plain, to, v.String())
		return s
	case format != to:
		s, _ := richtext.Convert(format, to, v.Source())
		return s
	}
	return richtext.Normal(to, v.Source())
}

// send is what a request holds for a text: a document, or a string. Empty gives null.
func (d deployment) send(v core.Value) any {
	switch s := d.source(v); {
	case s == "":
		return nil
	case d == dataCenter:
		return s
	default:
		return json.RawMessage(s)
	}
}

// fieldOf is the id of a field that Data Center's history knows by a name only. Custom fields are known by their label.
func (d deployment) fieldOf(name string) string {
	if id, ok := map[string]string{"Component": "components", "Fix Version": "fixVersions", "Version": "versions", "Parent": "parent"}[name]; ok {
		return id
	}
	return name
}
