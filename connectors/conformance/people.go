package conformance

import (
	"strings"

	"duplex/connectors"
	"duplex/core"
)

var userTests = []test{
	{"Users/AreResolvedByEMail", "UserResolver", func(t *T) {
		r := t.Connector.(connectors.UserResolver)
		got, err := r.ResolveUser(t.Context(), t.Type, core.Person("another system's id", t.Known.Email(), ""))
		if err != nil || got.ID() == "" || !core.Equal(got, t.Known) {
			t.Errorf("%q resolved to %q (%s), %v", t.Known.Email(), got, got.ID(), err)
		}
		_, err = r.ResolveUser(t.Context(), t.Type, core.Person("", "nobody@nowhere.example", "Nobody"))
		t.wantClass("somebody unknown", err, "not-found")
		_, err = r.ResolveUser(t.Context(), t.Type, core.Person("", "", "Nobody"))
		t.wantClass("somebody without an e-mail", err, "not-found")
	}},
	{"Users/AreResolvedByExactName", "NameResolver", func(t *T) {
		r := t.Connector.(connectors.NameResolver)
		got, err := r.ResolveUserByName(t.Context(), t.Type, t.Known.Name())
		if err != nil || got.ID() == "" || !core.Equal(got, t.Known) {
			t.Errorf("%q resolved to %q (%s), %v", t.Known.Name(), got, got.ID(), err)
		}
		for reason, name := range map[string]string{
			"a name that nobody has": "Nobody Nowhere", "the beginning of a name": t.Known.Name()[:3], "no name": "",
			"a name in another case": strings.ToUpper(t.Known.Name()),
		} {
			_, err := r.ResolveUserByName(t.Context(), t.Type, name)
			t.wantClass(reason, err, "not-found")
		}
	}},
	{"Users/SelfIsTheAuthorOfOwnItems", "Identifier", func(t *T) {
		self, err := t.Connector.(connectors.Identifier).Self(t.Context())
		if err != nil || self.ID() == "" {
			t.Fatalf("self is %q, %v", self, err)
		}
		if by := t.create().CreatedBy; !by.IsAbsent() && by.ID() != self.ID() {
			t.Errorf("an own item is by %q, self is %q", by.ID(), self.ID())
		}
	}},
}

var batchTests = []test{
	{"Batch/LeavesOutTheGone", "BatchGetter", func(t *T) {
		a, b, gone := t.create(), t.create(), t.unknown()
		list, err := t.Connector.(connectors.BatchGetter).GetMany(t.Context(), []string{a.Ref.ID, gone, b.Ref.ID}, connectors.Want{Type: t.Type})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]core.Observation{}
		for _, o := range list {
			got[o.Ref.ID] = o
		}
		if len(got) != 2 {
			t.Fatalf("%d items, want two", len(got))
		}
		for _, o := range []core.Observation{a, b} {
			one := got[o.Ref.ID]
			wantValue(t, t.Title, one.Field(t.Title), o.Field(t.Title))
			if one.Revision != o.Revision {
				t.Errorf("revision %s in the batch, %s alone", one.Revision, o.Revision)
			}
		}
	}},
}

var webhookTests = []test{
	{"Webhook/NamesTheItem", "WebhookParser", func(t *T) {
		call := t.SignedCall(t.WebhookBody(t.numbered("4711")))
		w, err := t.Connector.(connectors.WebhookParser).ParseWebhook(call, "")
		if err != nil || len(w.Hints) == 0 || w.Hints[0].Ref.ID != t.numbered("4711") || w.Hints[0].Ref.System == "" {
			t.Errorf("read as %+v, %v", w, err)
		}
	}},
	{"Webhook/WithABadSignatureIsForged", "WebhookParser", func(t *T) {
		p := t.Connector.(connectors.WebhookParser)
		tampered := t.SignedCall(t.WebhookBody(t.numbered("4711")))
		tampered.Body = t.WebhookBody(t.numbered("4712"))
		_, err := p.ParseWebhook(tampered, "")
		t.wantClass("another body under the same signature", err, "forged")
		unsigned := t.SignedCall(t.WebhookBody(t.numbered("4711")))
		unsigned.Header = nil
		_, err = p.ParseWebhook(unsigned, "")
		t.wantClass("no signature", err, "forged")
		garbage := t.SignedCall([]byte("not json"))
		garbage.Header = nil
		_, err = p.ParseWebhook(garbage, "")
		t.wantClass("garbage without a signature", err, "forged")
	}},
	{"Webhook/ThatCannotBeReadIsMalformed", "WebhookParser", func(t *T) {
		_, err := t.Connector.(connectors.WebhookParser).ParseWebhook(t.SignedCall([]byte("not json")), "")
		t.wantClass("garbage under a good signature", err, "malformed")
	}},
	{"Webhook/RegistersOnce", "WebhookRegistrar", func(t *T) {
		for range 2 {
			if err := t.Connector.(connectors.WebhookRegistrar).EnsureWebhook(t.Context(), "https://duplex.acme.example/hooks/x", "a secret of the admin"); err != nil {
				t.Fatal(err)
			}
		}
	}},
}

func (t *T) numbered(number string) string {
	if t.ID != nil {
		return t.ID(number)
	}
	return number
}
