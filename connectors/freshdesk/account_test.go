package freshdesk_test

import (
	"testing"

	"duplex/connectors/freshdesk"
	"duplex/emulators/harness"
	"duplex/emulators/harness/contract"
	"duplex/internal/freshworks/freshtest"

	emulator "duplex/emulators/freshdesk"
)

// product is Freshdesk, emulated.
var product = freshtest.Product{
	Kind: "freshdesk", New: freshdesk.New,
	Emulator: func(clock harness.Clock) (freshtest.Emulator, error) {
		return emulator.New(emulator.Options{Clock: clock, Limits: emulator.NoLimits()})
	},
	Auth: func(key string) map[string]string { return map[string]string{"key": key} },
}

type account = freshtest.Account[*freshdesk.Connector]

func newAccount(t *testing.T, doc *contract.Doc) *account {
	t.Helper()
	return freshtest.New[*freshdesk.Connector](t, product, doc)
}

func document(t *testing.T) *contract.Doc {
	t.Helper()
	return contract.Load(t, "freshdesk")
}
