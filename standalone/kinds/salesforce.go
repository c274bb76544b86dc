package kinds

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"sync"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/emulators/salesforce"
)

// salesforceKey is what ada's tokens are signed with, and what the organization checks them with.
var salesforceKey = sync.OnceValues(func() (private string, public []byte) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("kinds: the machine has no random numbers: " + err.Error())
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		panic("kinds: an RSA key always marshals: " + err.Error())
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
})

func init() {
	add(Profile{
		Kind: "salesforce",
		Start: func(o Options) (Emulator, error) {
			_, public := salesforceKey()
			return salesforce.New(salesforce.Options{Clock: o.Clock, Seed: o.Seed, File: o.File, WebhookRetryWait: o.RetryWait, Certificate: public, Limits: salesforce.NoLimits()})
		},
		System: func(who string) core.System {
			s := core.System{
				Auth:    map[string]string{"method": "client_credentials", "client_id": salesforce.ClientID, "client_secret": salesforce.ClientSecret},
				Webhook: map[string]string{"secret": Secret},
			}
			if who != "sync" {
				private, _ := salesforceKey()
				s.Auth = map[string]string{"method": "jwt", "client_id": salesforce.ClientID, "private_key": private, "username": who + "@acme.example.crm"}
			}
			return s
		},
		Type:        connectors.ItemType{Type: "Case"},
		Title:       "Subject",
		Description: Description{Field: "Description", Format: richtext.Plain},
		Priority:    Choice{Field: "Priority", Values: map[string]string{"low": "Low", "medium": "Medium", "high": "High"}},
		Status: Choice{Field: "Status", Values: map[string]string{"todo": "New", "doing": "Working", "done": "Closed"},
			Also: map[string]string{"Escalated": "doing", "Waiting on Customer": "doing"}},
		Assignee: Assignee{Field: "Owner", People: [2]string{"grace@acme.example", "triage@acme.example"}},
		Labels:   Labels{None: "the tags of a case are topics, which are records of their own"},
		Custom:   Custom{Field: "Tracker_Key__c", Kind: core.KindString, Values: [2]string{"R-1", "R-2"}},
	})
}
