package zendesk

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Fixed ids of the default account, for tests.
const (
	AccountID    = 22129848
	BrandID      = 8447346621310
	FormID       = 8646151517822
	GroupSupport = 30001
	GroupLiaison = 30002
	OrgGlobex    = 40001
	OrgInitech   = 40002
	UserSync     = 50000
	UserAda      = 50001
	UserGrace    = 50002
	UserLinus    = 50003
	UserTriage   = 50004
	UserCarla    = 50011
	UserIvan     = 50012
)

// Client credentials of the default OAuth client.
const (
	ClientID     = "duplex"
	ClientSecret = "zd-client-secret"
)

type group struct {
	id   int64
	name string
}

var groups = []group{{GroupSupport, "Support"}, {GroupLiaison, "Engineering liaison"}}

func groupByID(id int64) *group {
	for i := range groups {
		if groups[i].id == id {
			return &groups[i]
		}
	}
	return nil
}

func newState() *state {
	born, _ := time.Parse(time.RFC3339, accountBorn)
	st := &state{NextTicket: 0, NextID: 8_447_000_000_000, Tickets: map[int64]*ticket{}, Users: map[int64]*user{},
		Orgs: map[int64]*organization{}, Files: map[int64]*attachment{}, Uploads: map[string]*upload{},
		Webhooks: map[string]*webhook{}, Access: map[string]*accessToken{}, Refresh: map[string]*refreshToken{},
		Codes: map[string]time.Time{}, Keys: map[string]*idempotent{}}
	for _, o := range []*organization{
		{ID: OrgGlobex, Name: "Globex", Domains: []string{"globex.example"}, ExternalID: "globex-7", Details: "12 Industry Road, Cypress Creek", Notes: "Calls before eight",
			Values: map[string]any{"tier": "tier_gold", "seats": 250.0, "discount": 7.5, "contract_end": "2027-03-31"}},
		{ID: OrgInitech, Name: "Initech", Domains: []string{"initech.example"}, Values: map[string]any{"tier": "tier_silver", "seats": 12.0}},
	} {
		o.Created, o.Updated = born, born
		st.Orgs[o.ID] = o
	}
	both := []int64{GroupSupport, GroupLiaison}
	for _, u := range []*user{
		{ID: UserSync, Name: "duplex sync", Email: "sync@acme.example", Role: "admin", GroupIDs: both, Token: "zd-token-sync"},
		{ID: UserAda, Name: "Ada Lovelace", Email: "ada@acme.example", Role: "admin", GroupIDs: both, Token: "zd-token-ada"},
		{ID: UserGrace, Name: "Grace Hopper", Email: "grace@acme.example", Role: "agent", GroupIDs: both, Token: "zd-token-grace"},
		{ID: UserLinus, Name: "Linus Pauling", Email: "linus@acme.example", Role: "agent", GroupIDs: []int64{GroupSupport}, Token: "zd-token-linus"},
		{ID: UserTriage, Name: "Triage Desk", Email: "triage@acme.example", Role: "agent", GroupIDs: []int64{GroupSupport}, Token: "zd-token-triage"},
		{ID: UserCarla, Name: "Carla Customer", Email: "customer1@globex.example", Role: "end-user", OrgID: OrgGlobex, Phone: "+49 30 5550100", ExternalID: "crm-1001",
			Values: map[string]any{"account_number": "A-1001", "vip": true, "plan": "plan_enterprise", "customer_since": "2021-05-01"}},
		{ID: UserIvan, Name: "Ivan Initech", Email: "customer2@initech.example", Role: "end-user", OrgID: OrgInitech, Values: map[string]any{"account_number": "A-2002", "plan": "plan_free"}},
	} {
		u.Created, u.Updated = born, born // long before any clock that a test puts back
		st.Users[u.ID] = u
	}
	return st
}

func (s *state) userByEmail(email string) *user {
	for _, u := range s.Users {
		if strings.EqualFold(u.Email, email) {
			return u
		}
	}
	return nil
}

func (s *state) userByExternalID(id string) *user {
	for _, u := range s.Users {
		if id != "" && strings.EqualFold(u.ExternalID, id) {
			return u
		}
	}
	return nil
}

func (s *state) usersByID() []*user {
	return sortedValues(s.Users, func(u *user) int64 { return u.ID })
}

// addUser makes an end user, in the organization its e-mail domain belongs to.
func (s *state) addUser(name, email, role string, now time.Time) *user {
	u := &user{ID: s.id(), Name: name, Email: email, Role: role, Created: now, Updated: now}
	if u.Name == "" {
		u.Name, _, _ = strings.Cut(email, "@")
	}
	if u.staff() {
		u.GroupIDs = []int64{GroupSupport}
	}
	_, domain, _ := strings.Cut(email, "@")
	for _, o := range s.Orgs {
		if slices.Contains(o.Domains, strings.ToLower(domain)) {
			u.OrgID = o.ID
		}
	}
	s.Users[u.ID] = u
	return u
}

// sortedValues lists a map's values in the order of their ids.
func sortedValues[K, O cmp.Ordered, V any](m map[K]V, id func(V) O) []V {
	out := make([]V, 0, len(m))
	for _, v := range m {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b V) int { return cmp.Compare(id(a), id(b)) })
	return out
}
