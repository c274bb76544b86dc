package salesforce

import "time"

// Sessions that never end, one per account.
const (
	TokenSync   = "00Dxx0000000001!session.sync"
	TokenAda    = "00Dxx0000000001!session.ada"
	TokenGrace  = "00Dxx0000000001!session.grace"
	TokenLinus  = "00Dxx0000000001!session.linus"
	TokenTriage = "00Dxx0000000001!session.triage"
)

// The app that integrations sign in with.
const (
	ClientID     = "3MVG9.duplex.consumer.key"
	ClientSecret = "sf-client-secret"
)

// Fixed ids of a fresh organization.
const (
	OrgID             = "00Dxx0000000001EAA"
	UserSync          = "005xx0000000001AAA"
	UserAda           = "005xx0000000002AAA"
	UserGrace         = "005xx0000000003AAA"
	UserLinus         = "005xx0000000004AAA"
	UserTriage        = "005xx0000000005AAA"
	UserFormer        = "005xx0000000006AAA" // inactive
	QueueTriage       = "00Gxx0000000001EAA" // where assignment rules put cases
	AccountGlobex     = "001xx0000000001AAA"
	ContactCarla      = "003xx0000000001AAA"
	RecordTypeSupport = "012xx0000000001AAA" // the default
	RecordTypeProduct = "012xx0000000002AAA"
)

// tokens are the sessions that never end, by user.
func tokens() map[string]string {
	return map[string]string{TokenSync: UserSync, TokenAda: UserAda, TokenGrace: UserGrace, TokenLinus: UserLinus, TokenTriage: UserTriage}
}

func (e *Emulator) newState() *state {
	born := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) // long before any clock that a test puts back
	e.st = &state{Numbers: map[string]int64{}, Records: map[string]*record{}, Order: map[string][]string{}, Sessions: map[string]*session{},
		Hidden: map[string]bool{}, Schema: born, Cert: e.opts.Certificate}
	add := func(object string, values map[string]any) {
		o := e.schema[lower(object)]
		r := &record{ID: e.st.newID(o.prefix), Object: o.name, Values: map[string]any{}}
		for name, v := range values {
			r.set(name, v)
		}
		for _, name := range []string{"CreatedDate", "LastModifiedDate", "SystemModstamp"} {
			r.set(name, stamp(born))
		}
		r.set("CreatedById", UserAda)
		r.set("LastModifiedById", UserAda)
		r.set("IsDeleted", false)
		r.set("Id", r.ID)
		e.st.put(r)
	}
	add("Organization", map[string]any{"Name": "Acme", "IsSandbox": false})
	for _, u := range [][4]string{{"duplex sync", "sync@acme.example", "sync@acme.example.crm", "sync"}, {"Ada Lovelace", "ada@acme.example", "ada@acme.example.crm", "ada"},
		{"Grace Hopper", "grace@acme.example", "grace@acme.example.crm", "grace"}, {"Linus Pauling", "linus@acme.example", "linus@acme.example.crm", "linus"},
		{"Triage Desk", "triage@acme.example", "triage@acme.example.crm", "triage"}, {"Former Colleague", "former@acme.example", "former@acme.example.crm", ""},
		{"Grace Hopper (old)", "grace@acme.example", "grace.old@acme.example.crm", ""}} {
		add("User", map[string]any{"Name": u[0], "Email": u[1], "Username": u[2], "Alias": u[3], "IsActive": u[3] != "", "UserType": "Standard"})
	}
	add("Group", map[string]any{"Name": "Triage", "DeveloperName": "Triage", "Type": "Queue", "Email": "queue@acme.example"})
	add("Account", map[string]any{"Name": "Globex", "OwnerId": UserAda, "Phone": "+49 30 5550100", "Website": "https://globex.example"})
	add("Contact", map[string]any{"Name": "Carla Customer", "FirstName": "Carla", "LastName": "Customer", "Email": "customer1@globex.example", "Phone": "+49 30 5550101", "AccountId": AccountGlobex, "OwnerId": UserAda, "Ext_Key__c": "crm-1001"})
	add("Contact", map[string]any{"Name": "Carla C.", "FirstName": "Carla", "LastName": "C.", "Email": "customer1@globex.example", "OwnerId": UserAda})
	add("RecordType", map[string]any{"Name": "Support", "DeveloperName": "Support", "SobjectType": "Case", "IsActive": true})
	add("RecordType", map[string]any{"Name": "Product", "DeveloperName": "Product", "SobjectType": "Case", "IsActive": true})
	for i, s := range statuses() {
		add("CaseStatus", map[string]any{"ApiName": s, "MasterLabel": s, "IsClosed": s == "Closed", "IsDefault": s == "New", "SortOrder": float64(i + 1)})
	}
	return e.st
}

// statuses are the values of Case.Status in their order; which of them are closed is CaseStatus's to say.
func statuses() []string {
	return []string{"New", "Working", "Escalated", "Waiting on Customer", "Closed"}
}
