package azuredevops_test

import (
	"strings"
	"testing"

	"duplex/connectors"
	"duplex/connectors/azuredevops"
	"duplex/core"
	emulator "duplex/emulators/azuredevops"
)

func TestASignInPageIsNoAnswer(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	c := a.connector(emulator.TokenSync)
	o := a.create(c, bug.Scope, title("x"))
	file, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x"))
	check(t, err)
	a.control("expire", `{"account":"sync@acme.example"}`)
	for name, call := range map[string]func() error{
		"get":     func() error { _, err := c.Get(t.Context(), o.Ref.ID, all); return err },
		"query":   func() error { _, err := c.Find(t.Context(), bug, "dx-abcdefghijklmnopqrstuvwxyz"); return err },
		"update":  func() error { _, err := write(t, c, o.Ref.ID, title("y")); return err },
		"delete":  func() error { return c.Delete(t.Context(), o.Ref.ID) },
		"comment": func() error { _, err := c.FindComment(t.Context(), o.Ref.ID, "x"); return err },
		"file": func() error {
			r, err := c.OpenAttachment(t.Context(), o.Ref.ID, file)
			if err == nil {
				r.Close()
			}
			return err
		},
		"sending": func() error {
			_, err := c.Attach(t.Context(), o.Ref.ID, core.AttachmentDraft{Name: "a.txt", Size: 1, Visibility: core.Visibility{Audience: core.Internal}}, strings.NewReader("x"))
			return err
		},
	} {
		if err := call(); connectors.Class(err) != "denied" {
			t.Errorf("%s with an expired token: %v", name, err)
		}
	}
}

func TestEntra(t *testing.T) {
	a := newAccount(t, vendor(t), emulator.Options{})
	auth := map[string]string{"method": "entra", "client_id": emulator.ClientID, "client_secret": emulator.ClientSecret, "token_url": a.url + "/" + emulator.Tenant + "/oauth2/v2.0/token"}
	c := a.build(core.System{Name: "ado", BaseURL: a.url, Auth: auth, Settings: map[string]string{"product": "services", "organization": "acme"}})
	self, err := c.Self(t.Context())
	if err != nil || self.Email() != "sync@acme.example" {
		t.Errorf("signed in as %v, %v", self, err)
	}
	auth["client_secret"] = "wrong secret"
	c = a.build(core.System{Name: "ado", BaseURL: a.url, Auth: auth, Settings: map[string]string{"product": "services", "organization": "acme"}})
	if _, err := c.Self(t.Context()); connectors.Class(err) != "denied" || strings.Contains(err.Error(), "wrong secret") {
		t.Errorf("a wrong secret: %v", err)
	}
	if _, err := azuredevops.New(connectors.Config{System: core.System{BaseURL: a.url + "/x", Auth: auth, Settings: map[string]string{"product": "server"}}}); err == nil {
		t.Error("Server takes no application")
	}
}
