package servicenow

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Accounts, for tests. User names are not e-mail addresses.
const (
	UserSync   = "duplex.sync"
	UserAda    = "ada.lovelace"
	UserGrace  = "grace.hopper"
	UserLinus  = "linus.pauling"
	UserTriage = "triage.desk"
	UserCarla  = "carla.customer"

	PasswordSync   = "sn-password-sync"
	PasswordAda    = "sn-password-ada"
	PasswordGrace  = "sn-password-grace"
	PasswordLinus  = "sn-password-linus"
	PasswordTriage = "sn-password-triage"
	PasswordCarla  = "sn-password-carla"

	// ClientID and ClientSecret are the OAuth client of the integration account, KeySync its API key.
	ClientID     = "duplex-client"
	ClientSecret = "sn-client-secret"
	KeySync      = "sn-key-sync"
)

type account struct {
	user, name, email, zone, dateFormat, company string
	roles                                        []string
}

var accounts = []account{
	{UserSync, "duplex sync", "sync@acme.example", "GMT", "", "Acme", []string{"itil", "audit_viewer", "duplex"}},
	{UserAda, "Ada Lovelace", "ada@acme.example", "Europe/Berlin", "dd-MM-yyyy", "Acme", []string{"admin"}},
	{UserGrace, "Grace Hopper", "grace@acme.example", "America/Los_Angeles", "", "Acme", []string{"itil"}},
	{UserLinus, "Linus Pauling", "linus@acme.example", "GMT", "", "Acme", []string{"itil", "itil_admin"}},
	{UserTriage, "Triage Desk", "triage@acme.example", "GMT", "", "Acme", []string{"itil"}},
	{UserCarla, "Carla Customer", "customer1@globex.example", "GMT", "", "Globex", nil},
}

// passwords are kept apart from the rows: no call reads them.
func password(user string) string {
	switch user {
	case UserSync:
		return PasswordSync
	case UserAda:
		return PasswordAda
	case UserGrace:
		return PasswordGrace
	case UserLinus:
		return PasswordLinus
	case UserTriage:
		return PasswordTriage
	case UserCarla:
		return PasswordCarla
	}
	return ""
}

func newState(now time.Time) *state {
	s := &state{Numbers: map[string]int{}, Rows: map[string]map[string]record{}, Roles: map[string][]string{},
		Access: map[string]accessToken{}, Refresh: map[string]string{}, Props: map[string]string{
			"glide.invalid_query.returns_no_rows": "false", "glide.rest.choice.allow_non_existing_value": "false",
			"com.glide.attachment.max_size": "1024", "glide.attachment.extensions": ""}}
	seed := func(class, name string, r record) {
		r["sys_id"], r["sys_class_name"] = ID(class, name), class
		r["sys_created_on"], r["sys_updated_on"] = stamp(now), stamp(now)
		r["sys_created_by"], r["sys_updated_by"], r["sys_mod_count"] = "admin", "admin", "0"
		s.put(class, r)
	}
	s.seedPeople(seed)
	for _, t := range tables {
		r := record{"name": t.name, "label": t.label, "super_class": ""}
		if t.super != "" {
			r["super_class"] = ID("sys_db_object", t.super)
		}
		seed("sys_db_object", t.name, r)
		seed("sys_dictionary", t.name, record{"name": t.name, "element": "", "internal_type": "collection", "active": "true", "column_label": t.label})
		seed("sys_documentation", t.name, record{"name": t.name, "element": "", "label": t.label, "language": "en"})
		columns := t.columns
		if t.super == "" {
			columns += systemColumns
		}
		for _, line := range strings.Split(strings.TrimSpace(columns), "\n") {
			d := dictionaryRow(t.name, strings.TrimSpace(line))
			seed("sys_dictionary", t.name+"."+d["element"], d)
			seed("sys_documentation", t.name+"."+d["element"], record{"name": t.name, "element": d["element"], "label": d["column_label"], "language": "en"})
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(choiceLists), "\n") {
		parts := strings.SplitN(strings.TrimSpace(line), "|", 4) // table, element, language, values
		for i, entry := range strings.Split(parts[3], ",") {
			value, label, _ := strings.Cut(entry, "=")
			label, dependent, _ := strings.Cut(label, "@")
			label, gone := strings.CutSuffix(label, "!")
			seed("sys_choice", strings.Join(parts[:3], ".")+"."+value+"."+dependent, record{"name": parts[0], "element": parts[1],
				"language": parts[2], "value": value, "label": label, "dependent_value": dependent,
				"inactive": fmt.Sprint(gone), "sequence": fmt.Sprint(i + 1)})
		}
	}
	return s
}

func (s *state) seedPeople(seed func(class, name string, r record)) {
	for _, name := range []string{"Acme", "Globex"} {
		seed("core_company", name, record{"name": name, "city": map[string]string{"Acme": "Berlin", "Globex": "Springfield"}[name], "u_contract": "gold"})
	}
	for _, a := range accounts {
		first, last, _ := strings.Cut(a.name, " ")
		seed("sys_user", a.user, record{"user_name": a.user, "name": a.name, "first_name": first, "last_name": last, "email": a.email,
			"active": "true", "time_zone": a.zone, "date_format": a.dateFormat, "time_format": "", "title": "", "phone": "+49 30 1000",
			"company": ID("core_company", a.company)})
		s.Roles[a.user] = slices.Clone(a.roles)
	}
	groups := map[string][]string{"Service Desk": {UserSync, UserGrace, UserTriage}, "Network": {UserLinus}, "Legal": {UserLinus}}
	for name, members := range groups {
		seed("sys_user_group", name, record{"name": name, "active": "true", "manager": ID("sys_user", UserAda), "email": ""})
		for _, m := range members {
			seed("sys_user_grmember", name+"/"+m, record{"group": ID("sys_user_group", name), "user": ID("sys_user", m)})
		}
	}
}

// dictionaryRow reads "element kind Label_of_it options…".
func dictionaryRow(table, line string) record {
	words := strings.Fields(line)
	d := record{"name": table, "element": words[0], "internal_type": words[1], "column_label": strings.ReplaceAll(words[2], "_", " "),
		"reference": "", "mandatory": "false", "read_only": "false", "choice": "0", "active": "true", "default_value": "", "dependent_on_field": "",
		"max_length": map[string]string{"string": "100", "html": "65000", "url": "1024", "email": "100", "journal_input": "4000", "choice": "40"}[words[1]]}
	if d["max_length"] == "" {
		d["max_length"] = "40"
	}
	for _, option := range words[3:] {
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "ro":
			d["read_only"] = "true"
		case "must":
			d["mandatory"] = "true"
		default:
			d[map[string]string{"ref": "reference", "max": "max_length", "list": "choice", "on": "dependent_on_field", "is": "default_value"}[name]] = strings.ReplaceAll(value, "~", " ")
		}
	}
	return d
}
