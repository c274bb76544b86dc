package mapping

import (
	"strings"
	"testing"

	"duplex/core"
)

func TestWrongEntryPolicies(t *testing.T) {
	for _, c := range []change{
		{"a table of groups needs systems that know groups", "comments:    {flow: both,", "comments:    {flow: both, restricted: {groups: {Developers: tier-2}},",
			`support.yaml:20:48: comments.restricted.groups: support cannot keep a comment to a role or group, so no group of the other side has a counterpart there; what more people may read there is named in publish, as {engineering: {restricted: internal}}`},
		{"restricted comments stay or go to a group", "comments:    {flow: both,", "comments:    {flow: both, restricted: keep,",
			`support.yaml:20:39: comments.restricted: "keep" is not one of: stop`},
		{"what is widened is said in words that are known", "comments:    {flow: both,", "comments:    {flow: both, publish: {engineering: {restricted: all}},",
			`support.yaml:20:63: comments.publish.engineering.restricted: "all" is not one of: internal, public`},
		{"nothing but what is private can be published", "comments:    {flow: both,", "comments:    {flow: both, publish: {engineering: {public: internal}},",
			`support.yaml:20:51: comments.publish.engineering.public: there is no such key here; there are: internal, restricted`},
		{"a side that is published has a name", "comments:    {flow: both,", "comments:    {flow: both, publish: {engineerin: {restricted: internal}},",
			`support.yaml:20:37: comments.publish.engineerin: there is no side "engineerin"; the sides are support and engineering (did you mean "engineering"?)`},
		{"what does not flow is not published", "comments:    {flow: both,", "comments:    {flow: to-support, publish: {support: {internal: public}},",
			`support.yaml:20:52: comments.publish.support: nothing flows from support here, so nothing of it can be published`},
		{"files for part of the team are not published", "attachments: {flow: both,", "attachments: {flow: both, publish: {engineering: {restricted: public}},",
			`support.yaml:21:63: attachments.publish.engineering.restricted: a file for part of the team stays where it is; internal files may become public: {engineering: {internal: public}}`},
		{"nobody can be impersonated in Jira", "comments:    {flow: both,", "comments:    {flow: to-engineering, as: author,",
			`support.yaml:20:41: comments.as: no side that comments flow to can write a comment as somebody else; leave as out, and the header names the author`},
		{"a way to find people that nobody knows", "sweep: 15m", "mentions: {users: [phone]}",
			`support.yaml:23:20: mentions.users[0]: "phone" is not one of: email, name`},
		{"a name is no mention", "sweep: 15m", "mentions: {users: [email, name]}",
			`support.yaml:23:19: mentions.users: a name names nobody for sure, and a mention must not tell the wrong person; find people by email or a table`},
		{"what becomes of unknown people", "sweep: 15m", "mentions: {unknown: id}",
			`support.yaml:23:21: mentions.unknown: "id" is not one of: name`},
		{"a glob that does not parse", "attachments: {flow: both,", "attachments: {flow: both, names: ['[a'],",
			`support.yaml:21:35: attachments.names[0]: "[a" is no pattern of file names; write one like *.log, or !*.tmp for those that stay`},
		{"a file has no folder", "attachments: {flow: both,", "attachments: {flow: both, names: ['logs/*'],",
			`support.yaml:21:35: attachments.names[0]: "logs/*" can match no file: the name of an attachment has no folder`},
		{"sizes between which nothing lies", "max_size: 25MB}", "max_size: 25MB, min_size: 1GB}",
			`support.yaml:21:53: attachments.min_size: is more than max_size, so no file would ever travel`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			_, ds := Compile("support.yaml", []byte(c.of(t, example)), testEnv())
			if got := ds.Error(); got != c.want {
				t.Errorf("says:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// TestEntryPolicies reads what the blocks say.
func TestEntryPolicies(t *testing.T) {
	source := strings.Replace(strings.Replace(example, "comments:    {flow: both,", "comments:    {publish: {engineering: {restricted: internal, internal: public}},", 1),
		"attachments: {flow: both,", "attachments: {names: ['*.log', '!x*'], min_size: 5KB, edits: false, deletes: true,", 1)
	m := mustCompileMapping(t, source, testEnv())
	c, a := m.Connection.Comments, m.Connection.Attachments
	if c.Publish != [2]bool{false, true} || c.Open != [2]core.Audience{0, core.Internal} || len(c.Groups) != 0 {
		t.Errorf("comments %+v", c)
	}
	if len(a.Names) != 2 || a.MinSize != 5<<10 || a.MaxSize != 25<<20 || a.Edits || !a.Deletes {
		t.Errorf("attachments %+v", a)
	}
	env := testEnv()
	env.Traits = func(string) (Traits, bool) { return Traits{Restricts: true}, true }
	m = mustCompileMapping(t, strings.Replace(example, "comments:    {flow: both,", "comments:    {restricted: {groups: {Developers: 'group:tier-2', Leads: 'group:tier-2'}},", 1), env)
	c = m.Connection.Comments
	if to, back := c.Group(core.B, "Leads"), c.Group(core.A, "group:tier-2"); to != "group:tier-2" || back != "Developers" || c.Group(core.B, "Others") != "" {
		t.Errorf("Leads goes to %q, group:tier-2 back to %q", to, back)
	}
}
