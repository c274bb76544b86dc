package github

import (
	_ "embed"
	"time"
)

// Personal access tokens of the default accounts, for "Authorization: Bearer".
const (
	TokenSync   = "ghp_sync0000000000000000000000000000000"
	TokenAda    = "ghp_ada00000000000000000000000000000000"
	TokenGrace  = "ghp_grace000000000000000000000000000000"
	TokenLinus  = "ghp_linus000000000000000000000000000000"
	TokenTriage = "ghp_triage00000000000000000000000000000"
	TokenGuest  = "ghp_guest000000000000000000000000000000"
)

// The GitHub App of the default organization. Its own account is BotLogin.
const (
	AppID          = 7001
	AppSlug        = "duplex-sync"
	InstallationID = 9001
	BotLogin       = "duplex-sync[bot]"
	HookSecret     = "github-app-hook-secret" // of the App's own webhook, until it is changed
)

// AppKey is the App's private key in PEM form. It is made for this emulator and opens nothing else.
//
//go:embed app_key.pem
var AppKey string

// Names and ids of the default account.
const (
	Org        = "acme"
	RepoApp    = "acme/app"    // public; labels, milestones, types, issue fields
	RepoWeb    = "acme/web"    // private; linus and guest may not see it
	RepoLegacy = "acme/legacy" // issues are disabled
	RepoNotes  = "ada/notes"   // owned by a person: no issue types, no issue fields

	UserSync   = 60000
	UserAda    = 60001
	UserGrace  = 60002
	UserLinus  = 60003
	UserTriage = 60004
	UserGuest  = 60005
	UserBot    = 60010
	UserOrg    = 60100
	userGhost  = 10137
)

// Ids of the organization's issue types and issue fields.
const (
	TypeBug      = 501
	TypeFeature  = 502
	TypeTask     = 503
	TypeRetired  = 504
	FieldNotes   = 601
	FieldArea    = 602
	FieldTargets = 603
	FieldPoints  = 604
	FieldDue     = 605
)

var accountBorn = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) // long before any clock that a test puts back

func newState() *state {
	st := &state{NextID: 2_700_000_000, Users: map[int64]*user{}, Repos: map[int64]*repo{}, Issues: map[int64]*issue{},
		Comments: map[int64]*comment{}, Hooks: map[int64]*hook{}, Tokens: map[string]*installationToken{}}
	for _, u := range []*user{
		{ID: UserSync, Login: "acme-sync", Name: "duplex sync", Email: "sync@acme.example", Kind: "User", Token: TokenSync},
		{ID: UserAda, Login: "ada", Name: "Ada Lovelace", Email: "ada@acme.example", Public: true, Kind: "User", Token: TokenAda},
		{ID: UserGrace, Login: "grace", Name: "Grace Hopper", Email: "grace@acme.example", Kind: "User", Token: TokenGrace},
		{ID: UserLinus, Login: "linus", Name: "Linus Pauling", Email: "linus@acme.example", Public: true, Kind: "User", Token: TokenLinus},
		{ID: UserTriage, Login: "triage-desk", Name: "Triage Desk", Email: "triage@acme.example", Public: true, Kind: "User", Token: TokenTriage},
		{ID: UserGuest, Login: "guest", Name: "Passing Guest", Email: "guest@globex.example", Kind: "User", Token: TokenGuest},
		{ID: UserBot, Login: BotLogin, Kind: "Bot"},
		{ID: UserOrg, Login: Org, Name: "Acme", Kind: "Organization"},
		{ID: userGhost, Login: "ghost", Name: "Deleted user", Kind: "User"},
	} {
		st.Users[u.ID] = u
	}
	team := map[int64]int{UserSync: roleAdmin, UserAda: roleAdmin, UserGrace: roleWrite, UserLinus: roleWrite, UserTriage: roleTriage}
	inner := map[int64]int{UserSync: roleWrite, UserAda: roleAdmin, UserGrace: roleWrite, UserTriage: roleTriage}
	for _, r := range []*repo{
		{ID: 80001, Owner: Org, Name: "app", HasIssues: true, Roles: team, Milestones: []*milestone{
			{ID: 81001, Number: 1, Title: "v1.0", State: "open", Creator: UserAda, Created: accountBorn, Updated: accountBorn},
			{ID: 81002, Number: 2, Title: "v2.0", State: "open", Creator: UserAda, Created: accountBorn, Updated: accountBorn},
		}},
		{ID: 80002, Owner: Org, Name: "web", Private: true, HasIssues: true, Roles: inner},
		{ID: 80003, Owner: Org, Name: "legacy", Roles: team},
		{ID: 80004, Owner: "ada", Name: "notes", HasIssues: true, Roles: map[int64]int{UserAda: roleAdmin, UserSync: roleWrite}},
	} {
		r.Created = accountBorn
		for n, name := range []string{"bug", "documentation", "duplicate", "enhancement", "good first issue", "P1", "P2", "P3"} {
			r.Labels = append(r.Labels, &label{ID: r.ID*100 + int64(n), Name: name, Color: "d73a4a"})
		}
		st.Repos[r.ID] = r
	}
	return st
}

type issueType struct {
	id          int64
	name, color string
	off         bool
}

var issueTypes = []issueType{{TypeBug, "Bug", "red", false}, {TypeFeature, "Feature", "blue", false},
	{TypeTask, "Task", "yellow", false}, {TypeRetired, "Retired", "gray", true}}

type issueField struct {
	id         int64
	name, kind string
	options    []string
}

var issueFields = []issueField{
	{FieldNotes, "Notes", "text", nil},
	{FieldArea, "Area", "single_select", []string{"Web", "Mobile", "Billing"}},
	{FieldTargets, "Targets", "multi_select", []string{"Linux", "macOS", "Windows"}},
	{FieldPoints, "Points", "number", nil},
	{FieldDue, "Due", "date", nil},
}

func typeByID(id int64) *issueType {
	for n := range issueTypes {
		if issueTypes[n].id == id {
			return &issueTypes[n]
		}
	}
	return nil
}

func fieldByID(id int64) *issueField {
	for n := range issueFields {
		if issueFields[n].id == id {
			return &issueFields[n]
		}
	}
	return nil
}
