package asana

import "time"

// Fixed gids of the default account, for tests.
const (
	WorkspaceAcme   = "1201000000000001"
	WorkspaceGlobex = "1201000000000002"

	UserSync   = "1202000000000000"
	UserAda    = "1202000000000001"
	UserGrace  = "1202000000000002"
	UserLinus  = "1202000000000003"
	UserTriage = "1202000000000004"

	ProjectBugs    = "1203000000000001"
	ProjectRoadmap = "1203000000000002"
	ProjectPrivate = "1203000000000003" // Ada's
	ProjectGlobex  = "1203000000000004" // in the free workspace

	SectionNew      = "1204000000000001" // of Bugs, as the next three
	SectionProgress = "1204000000000002"
	SectionReview   = "1204000000000003"
	SectionDone     = "1204000000000004"
	SectionBacklog  = "1204000000000005" // of Roadmap, as the next
	SectionNow      = "1204000000000006"
	SectionSecret   = "1204000000000007"
	SectionGlobex   = "1204000000000008"

	TagCustomer = "1207000000000001"
	TagSecurity = "1207000000000002"
)

type user struct {
	gid, name, email string
	workspaces       []string
}

var users = []user{
	{UserSync, "duplex sync", "sync@acme.example", []string{WorkspaceAcme, WorkspaceGlobex}},
	{UserAda, "Ada Lovelace", "ada@acme.example", []string{WorkspaceAcme, WorkspaceGlobex}},
	{UserGrace, "Grace Hopper", "grace@acme.example", []string{WorkspaceAcme, WorkspaceGlobex}},
	{UserLinus, "Linus Pauling", "linus@acme.example", []string{WorkspaceAcme}},
	{UserTriage, "Triage Desk", "triage@acme.example", []string{WorkspaceAcme}},
}

type workspace struct {
	gid, name string
	paid      bool
	domain    string
}

var workspaces = []workspace{
	{WorkspaceAcme, "Acme", true, "acme.example"},
	{WorkspaceGlobex, "Globex", false, "globex.example"},
}

type project struct {
	gid, name, workspace, owner string
	fields                      []string
	members                     []string // nil is public to the workspace
}

var projects = []project{
	{ProjectBugs, "Bugs", WorkspaceAcme, UserAda, []string{FieldPriority, FieldPlatforms, FieldPoints, FieldCustomer,
		FieldReported, FieldReviewers, FieldWeight, FieldNumber}, nil},
	{ProjectRoadmap, "Roadmap", WorkspaceAcme, UserAda, []string{FieldPriority, FieldQuarter}, nil},
	{ProjectPrivate, "Acquisition", WorkspaceAcme, UserAda, []string{FieldPriority}, []string{UserAda}},
	{ProjectGlobex, "Helpers", WorkspaceGlobex, UserAda, nil, nil},
}

func userBy(gid string) *user {
	for i := range users {
		if users[i].gid == gid {
			return &users[i]
		}
	}
	return nil
}

func workspaceBy(gid string) *workspace {
	for i := range workspaces {
		if workspaces[i].gid == gid {
			return &workspaces[i]
		}
	}
	return nil
}

func projectBy(gid string) *project {
	for i := range projects {
		if projects[i].gid == gid {
			return &projects[i]
		}
	}
	return nil
}

// born is older than any clock a test puts back.
var born = time.Date(2020, 1, 1, 9, 0, 0, 0, time.UTC)

func newState() *state {
	st := &state{NextID: 1_210_000_000_000_000, Tasks: map[string]*task{}, Stories: map[string]*story{}, Attachments: map[string]*attachment{},
		Sections: map[string]*section{}, Tags: map[string]*tag{}, Options: map[string][]option{}, Webhooks: map[string]*webhook{},
		Access: map[string]*accessToken{}, Refresh: map[string]string{RefreshSync: UserSync}, Codes: map[string]time.Time{}}
	for i, s := range []section{{GID: SectionNew, Name: "New", Project: ProjectBugs}, {GID: SectionProgress, Name: "In progress", Project: ProjectBugs},
		{GID: SectionReview, Name: "Review", Project: ProjectBugs}, {GID: SectionDone, Name: "Done", Project: ProjectBugs},
		{GID: SectionBacklog, Name: "Backlog", Project: ProjectRoadmap}, {GID: SectionNow, Name: "Now", Project: ProjectRoadmap},
		{GID: SectionSecret, Name: "Untitled section", Project: ProjectPrivate}, {GID: SectionGlobex, Name: "Untitled section", Project: ProjectGlobex}} {
		s.Created, s.Order = born, int64(i)
		st.Sections[s.GID] = &s
	}
	st.Tags[TagCustomer] = &tag{GID: TagCustomer, Name: "customer", Workspace: WorkspaceAcme, Color: "light-pink", Created: born}
	st.Tags[TagSecurity] = &tag{GID: TagSecurity, Name: "security", Workspace: WorkspaceAcme, Created: born}
	for gid, list := range seedOptions() {
		st.Options[gid] = list
	}
	return st
}
