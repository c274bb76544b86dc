package freshservice_test

import (
	"testing"

	"duplex/connectors/freshservice"
	"duplex/emulators/harness"
	"duplex/emulators/harness/contract"
	"duplex/internal/freshworks/freshtest"

	emulator "duplex/emulators/freshservice"
)

// product is Freshservice, emulated.
var product = freshtest.Product{
	Kind: "freshservice", New: freshservice.New,
	Emulator: func(clock harness.Clock) (freshtest.Emulator, error) {
		return emulator.New(emulator.Options{Clock: clock, Limits: emulator.NoLimits()})
	},
	Auth: func(key string) map[string]string { return map[string]string{"key": key, "email": people[key]} },
}

// people are the e-mail addresses of who the keys belong to.
var people = map[string]string{emulator.TokenSync: "sync@acme.example", emulator.TokenAda: "ada@acme.example", emulator.TokenGrace: "grace@acme.example"}

type account = freshtest.Account[*freshservice.Connector]

func newAccount(t *testing.T, doc *contract.Doc) *account {
	t.Helper()
	return freshtest.New[*freshservice.Connector](t, product, doc)
}

func document(t *testing.T) *contract.Doc {
	t.Helper()
	return contract.Load(t, "freshservice")
}
