package azuredevops

import (
	"net/http"
	"strings"
)

// The names of the organization (Services) and the collection (Server).
const (
	organization = "acme"
	collection   = "DefaultCollection"
	domain       = "ACME"
)

// The personal access tokens. TokenSyncReadOnly is the integration account's with the scope vso.work only.
const (
	TokenSync         = "ado-token-sync"
	TokenSyncReadOnly = "ado-token-sync-read"
	TokenAda          = "ado-token-ada"
	TokenGrace        = "ado-token-grace"
	TokenLinus        = "ado-token-linus"
	TokenTriage       = "ado-token-triage"
)

// The application that is the integration account on Services, and where its bearer tokens come from.
const (
	Tenant       = "tenant-acme"
	ClientID     = "ado-client"
	ClientSecret = "ado-client-secret"
	EntraScope   = "499b84ac-1321-427f-aa17-267ca6975798/.default"
)

// Password is what the account with that short name (sync, ada, …) signs in with where Options.IISBasic is set.
func Password(name string) string { return "ado-password-" + name }

type account struct {
	short, mail, name, id string
	admin, reader         bool
}

var accounts = []account{
	{short: "sync", mail: "sync@acme.example", name: "duplex sync", id: "11111111-0000-4000-8000-000000000001"},
	{short: "ada", mail: "ada@acme.example", name: "Ada Lovelace", id: "11111111-0000-4000-8000-000000000002", admin: true},
	{short: "grace", mail: "grace@acme.example", name: "Grace Hopper", id: "11111111-0000-4000-8000-000000000003"},
	{short: "linus", mail: "linus@acme.example", name: "Linus Pauling", id: "11111111-0000-4000-8000-000000000004", reader: true},
	{short: "triage", mail: "triage@acme.example", name: "Triage Desk", id: "11111111-0000-4000-8000-000000000005"},
}

func accountBy(mail string) *account {
	for i := range accounts {
		if strings.EqualFold(accounts[i].mail, mail) {
			return &accounts[i]
		}
	}
	return nil
}

// unique is the name an identity signs in with: the address on Services, DOMAIN\user on Server.
func (e *Emulator) unique(a *account) string {
	if e.onPremises() {
		return domain + `\` + a.short
	}
	return a.mail
}

// findIdentity reads what a client may write into an identity field: a unique name, "Name <unique name>", an object, or a
// descriptor. On Server the address alone is no name.
func (e *Emulator) findIdentity(v any) *account {
	var want []string
	switch v := v.(type) {
	case string:
		want = append(want, v)
		if _, rest, ok := strings.Cut(v, "<"); ok {
			want = append(want, strings.TrimSuffix(rest, ">"))
		}
	case map[string]any:
		for _, key := range []string{"descriptor", "id", "uniqueName"} {
			if s, _ := v[key].(string); s != "" {
				want = append(want, s)
			}
		}
	}
	for i := range accounts {
		a := &accounts[i]
		for _, w := range want {
			w = strings.TrimSpace(w)
			if strings.EqualFold(w, e.unique(a)) || w == a.id || w == e.descriptor(a) || strings.EqualFold(w, a.name) {
				return a
			}
		}
	}
	return nil
}

func (e *Emulator) descriptor(a *account) string {
	if e.onPremises() {
		return "win." + strings.ToUpper(a.short)
	}
	return "aad." + strings.ToUpper(a.short)
}

// combined is an identity as a string: "Name <unique name>".
func (e *Emulator) combined(mail string) string {
	a := accountBy(mail)
	return a.name + " <" + e.unique(a) + ">"
}

// identityRef is an identity as an object.
func (e *Emulator) identityRef(mail string) object {
	a := accountBy(mail)
	if a == nil {
		return nil
	}
	avatar := e.api("_apis", "GraphProfile", "MemberAvatars", e.descriptor(a))
	return object{"displayName": a.name, "url": e.api("_apis", "Identities", a.id), "_links": object{"avatar": object{"href": avatar}},
		"id": a.id, "uniqueName": e.unique(a), "imageUrl": avatar, "descriptor": e.descriptor(a)}
}

// identity is the longer shape of the identities and connectionData resources.
func (e *Emulator) identity(a *account) object {
	text := func(s string) object { return object{"$type": "System.String", "$value": s} }
	return object{"id": a.id, "descriptor": "Microsoft.IdentityModel.Claims.ClaimsIdentity;" + a.mail, "subjectDescriptor": e.descriptor(a),
		"providerDisplayName": a.name, "isActive": true, "isContainer": false, "resourceVersion": 2, "metaTypeId": 0,
		"properties": object{"Account": text(e.unique(a)), "Mail": text(a.mail)}}
}

// getConnection tells who the caller is.
func (c *call) getConnection() error {
	me := c.e.identity(c.user)
	kind := "hosted"
	if c.e.onPremises() {
		kind = "onPremises"
	}
	return c.answer(object{"authenticatedUser": me, "authorizedUser": me, "instanceId": guid("instance", 1),
		"deploymentId": guid("deployment", 1), "deploymentType": kind})
}

// getIdentities searches identities by address or name, or reads them by id or descriptor. An address that nobody has is
// an empty list (vendor page "Identities - Read Identities").
func (c *call) getIdentities() error {
	filter, value := strings.ToLower(c.query("searchFilter")), c.query("filterValue")
	ids, descriptors := strings.Split(c.query("identityIds"), ","), strings.Split(c.query("subjectDescriptors"), ",")
	if value == "" && c.query("identityIds") == "" && c.query("subjectDescriptors") == "" {
		return refuse(http.StatusBadRequest, "ArgumentNullException", "Value cannot be null. Parameter name: filterValue")
	}
	found := []any{}
	for i := range accounts {
		a := &accounts[i]
		var hit bool
		switch filter {
		case "mailaddress":
			hit = strings.EqualFold(a.mail, value)
		case "accountname":
			hit = strings.EqualFold(c.e.unique(a), value)
		case "displayname":
			hit = strings.EqualFold(a.name, value)
		case "general": // what begins alike is found too
			hit = begins(a.mail, value) || begins(a.name, value) || strings.EqualFold(c.e.unique(a), value)
		case "":
			hit = contains(ids, a.id) || contains(descriptors, c.e.descriptor(a))
		default:
			return refuse(http.StatusBadRequest, "NotSupportedException", "The search filter "+filter+" is not supported.")
		}
		if hit {
			found = append(found, c.e.identity(a))
		}
	}
	return c.list(found)
}

func begins(s, with string) bool { return strings.HasPrefix(strings.ToLower(s), strings.ToLower(with)) }

func contains(list []string, s string) bool {
	for _, v := range list {
		if s != "" && strings.EqualFold(strings.TrimSpace(v), s) {
			return true
		}
	}
	return false
}
