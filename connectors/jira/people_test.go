package jira

import (
	"encoding/json"
	"testing"

	"duplex/core"
)

func TestOnePersonOrNobody(t *testing.T) {
	off := false
	ada := user{AccountID: "1", AccountType: "atlassian", EmailAddress: "ada@acme.example", DisplayName: "Ada"}
	cases := []struct {
		found  []user
		want   string
		reason string
	}{
		{[]user{ada}, "1", "the address is shown"},
		{[]user{{AccountID: "2", DisplayName: "Linus"}}, "2", "a hidden address matches only in full, so it is this one"},
		{[]user{ada, {AccountID: "2"}}, "1", "a shown address counts more"},
		{[]user{{AccountID: "2"}, {AccountID: "3"}}, "", "two with hidden addresses cannot be told apart"},
		{[]user{ada, {AccountID: "4", EmailAddress: "ADA@acme.example"}}, "", "two accounts with one address"},
		{[]user{{AccountID: "5", EmailAddress: "ada@acme.example.org"}}, "", "the vendor matches by prefix"},
		{[]user{{AccountID: "6", AccountType: "app", EmailAddress: "ada@acme.example"}}, "", "an app is nobody"},
		{[]user{{AccountID: "7", EmailAddress: "ada@acme.example", Active: &off}}, "", "an account that is switched off cannot be assigned"},
		{nil, "", "nobody"},
	}
	for _, tt := range cases {
		if got := match(tt.found, "ada@acme.example"); got.ID() != tt.want {
			t.Errorf("%s: %q, want %q", tt.reason, got.ID(), tt.want)
		}
	}
}

func TestWhoReadsAComment(t *testing.T) {
	yes, no := true, false
	role := &restriction{Type: "role", Value: "Developers"}
	cases := []struct {
		m      comment
		desk   bool
		want   core.Visibility
		reason string
	}{
		{comment{JSDPublic: &yes}, true, core.Visibility{Audience: core.Public}, "customers read it"},
		{comment{JSDPublic: &no}, true, core.Visibility{Audience: core.Internal}, "an internal note"},
		{comment{}, true, core.Visibility{Audience: core.Internal}, "not told: the smaller audience"},
		{comment{JSDPublic: &yes}, false, core.Visibility{Audience: core.Internal}, "the readers of a project without customers are the team"},
		{comment{JSDPublic: &yes, Visibility: role}, true, core.Visibility{Audience: core.Restricted, Group: "Developers"}, "a role"},
		{comment{Visibility: &restriction{Type: "group", Value: "ops"}}, false, core.Visibility{Audience: core.Restricted, Group: "group:ops"}, "a group"},
		{comment{Visibility: &restriction{Type: "role", Value: "Team"}}, false, core.Visibility{Audience: core.Internal}, "the role that stands for internal"},
		{comment{Visibility: &restriction{Type: "group", Value: "Team"}}, false, core.Visibility{Audience: core.Restricted, Group: "group:Team"}, "a group of the same name does not"},
	}
	c := &Connector{internalRole: "Team"}
	for _, tt := range cases {
		if got := c.visibility(tt.m, tt.desk); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.reason, got, tt.want)
		}
	}
}

func TestHowACommentIsSent(t *testing.T) {
	cases := []struct {
		v      core.Visibility
		desk   bool
		role   string
		want   string
		reason string
	}{
		{core.Visibility{Audience: core.Public}, true, "", `{"internal":false} none`, "public"},
		{core.Visibility{Audience: core.Internal}, true, "", `{"internal":true} none`, "internal in a service project"},
		{core.Visibility{Audience: core.Internal}, false, "", `{"internal":true} none`, "internal stays so if the project becomes a service project"},
		{core.Visibility{Audience: core.Internal}, false, "Team", `{"internal":true} role Team`, "internal to a role"},
		{core.Visibility{Audience: core.Internal}, true, "Team", `{"internal":true} none`, "agents of a service project need no role"},
		{core.Visibility{Audience: core.Restricted, Group: "Leads"}, false, "", `{"internal":true} role Leads`, "a role"},
		{core.Visibility{Audience: core.Restricted, Group: "group:ops"}, true, "", `{"internal":true} group ops`, "a group"},
		{core.Visibility{Audience: core.Restricted}, true, "", "", "restricted to nobody in particular"},
		{core.Visibility{}, true, "", "", "the zero visibility is restricted"},
	}
	for _, tt := range cases {
		c := &Connector{internalRole: tt.role}
		body, err := c.commentBody(core.CommentDraft{Body: core.String("x"), Visibility: tt.v}, tt.desk)
		got := ""
		if err == nil {
			p, _ := json.Marshal(body["properties"].([]property)[0].Value)
			got = string(p) + " none"
			if r, ok := body["visibility"].(restriction); ok {
				got = string(p) + " " + r.Type + " " + r.Value
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q (%v), want %q", tt.reason, got, err, tt.want)
		}
	}
}
