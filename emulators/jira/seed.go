package jira

// The site every emulator starts with: who is there, which projects, and the fixed lists of the site.
// Ids are strings of digits, as the vendor writes them.

// User is one account of the emulated site.
type User struct {
	AccountID   string
	Email       string
	Name        string
	TimeZone    string // IANA name; JQL reads dates without an offset in it
	EmailHidden bool   // others never see the address; a search finds it only by the exact address
	Admin       bool
	Roles       []string
	Groups      []string
	APIToken    string // password half of Basic authentication
}

var users = []*User{
	{AccountID: "5d0000000000000000000001", Email: "sync@acme.example", Name: "duplex sync", TimeZone: "Etc/UTC", Admin: true,
		Roles: []string{"Administrators", "Service Desk Team"}, Groups: []string{"jira-software-users", "site-admins", "tier-2"}, APIToken: "sync-api-token"},
	{AccountID: "5d0000000000000000000002", Email: "ada@acme.example", Name: "Ada Lovelace", TimeZone: "Europe/London", Admin: true,
		Roles: []string{"Administrators", "Service Desk Team"}, Groups: []string{"jira-software-users", "site-admins"}, APIToken: "ada-api-token"},
	{AccountID: "5d0000000000000000000003", Email: "grace@acme.example", Name: "Grace Hopper", TimeZone: "America/New_York",
		Roles: []string{"Developers", "Service Desk Team"}, Groups: []string{"jira-software-users", "tier-2"}, APIToken: "grace-api-token"},
	{AccountID: "5d0000000000000000000004", Email: "linus@acme.example", Name: "Linus Pauling", TimeZone: "America/Los_Angeles", EmailHidden: true,
		Roles: []string{"Developers"}, Groups: []string{"jira-software-users"}, APIToken: "linus-api-token"},
	{AccountID: "5d0000000000000000000005", Email: "triage@acme.example", Name: "Triage Desk", TimeZone: "Etc/UTC",
		Roles: []string{"Service Desk Team"}, Groups: []string{"jira-software-users"}, APIToken: "triage-api-token"},
}

type project struct {
	ID, Key, Name string
	ServiceDesk   bool // comments may be internal: jsdPublic matters
	LeadID        string
}

var projects = []*project{
	{ID: "10000", Key: "ENG", Name: "Engineering", LeadID: "5d0000000000000000000002"},
	{ID: "10001", Key: "OPS", Name: "Operations", ServiceDesk: true, LeadID: "5d0000000000000000000003"},
}

// named is an entry of one of the site's fixed lists.
type named struct {
	ID, Name, Description string
	ProjectID             string   // components and versions belong to a project
	Subtask               bool     // issue types
	Category              string   // statuses: new, indeterminate, done
	Level                 int      // issue types: place in the hierarchy
	Children              []*named // options of a cascading field
	Disabled              bool     // options: kept where it is set, not to be chosen any more
}

var issueTypes = []*named{
	{ID: "10001", Name: "Story", Description: "Stories track functionality or features expressed as user goals."},
	{ID: "10002", Name: "Task", Description: "A small, distinct piece of work."},
	{ID: "10003", Name: "Sub-task", Description: "A part of a larger piece of work.", Subtask: true, Level: -1},
	{ID: "10004", Name: "Bug", Description: "A problem or error."},
	{ID: "10005", Name: "Incident", Description: "Something is down or degraded for customers."},
	{ID: "10000", Name: "Epic", Description: "A big piece of work that holds smaller ones.", Level: 1},
}

var statuses = []*named{
	{ID: "10000", Name: "To Do", Category: "new"},
	{ID: "3", Name: "In Progress", Description: "Someone works on this issue now.", Category: "indeterminate"},
	{ID: "10001", Name: "In Review", Description: "The work waits for a second pair of eyes.", Category: "indeterminate"},
	{ID: "10002", Name: "Done", Category: "done"},
}

var priorities = []*named{
	{ID: "1", Name: "Highest", Description: "This problem blocks progress."},
	{ID: "2", Name: "High", Description: "Serious problem that could block progress."},
	{ID: "3", Name: "Medium", Description: "Has the potential to affect progress."},
	{ID: "4", Name: "Low", Description: "Minor problem or easily worked around."},
	{ID: "5", Name: "Lowest", Description: "Trivial problem with little or no impact on progress."},
}

const defaultPriority = "3"

var resolutions = []*named{
	{ID: "10000", Name: "Done", Description: "Work has been completed on this issue."},
	{ID: "10001", Name: "Won't Do", Description: "This issue won't be actioned."},
	{ID: "10002", Name: "Duplicate", Description: "The problem is a duplicate of an existing issue."},
	{ID: "10003", Name: "Cannot Reproduce", Description: "All attempts at reproducing this issue failed."},
}

var components = []*named{
	{ID: "10000", Name: "vip", Description: "Issues of customers with a named contact", ProjectID: "10000"},
	{ID: "10001", Name: "core", Description: "The engine", ProjectID: "10000"},
	{ID: "10002", Name: "ui", Description: "What people see", ProjectID: "10000"},
	{ID: "10010", Name: "network", Description: "Lines and routers", ProjectID: "10001"},
}

var versions = []*named{
	{ID: "10000", Name: "1.0", Description: "First release", ProjectID: "10000"},
	{ID: "10001", Name: "1.1", Description: "Next release", ProjectID: "10000"},
}

type linkType struct{ ID, Name, Inward, Outward string }

var linkTypes = []*linkType{
	{"10000", "Blocks", "is blocked by", "blocks"},
	{"10001", "Cloners", "is cloned by", "clones"},
	{"10002", "Duplicate", "is duplicated by", "duplicates"},
	{"10003", "Relates", "relates to", "relates to"},
}

// findNamed looks an entry up by id or, when id is empty, by name. Nil when there is none.
func findNamed(list []*named, id, name string) *named {
	for _, n := range list {
		if id != "" && n.ID == id || id == "" && name != "" && n.Name == name {
			return n
		}
	}
	return nil
}

func ofProject(list []*named, projectID string) []*named {
	out := []*named{}
	for _, n := range list {
		if n.ProjectID == projectID {
			out = append(out, n)
		}
	}
	return out
}

func findProject(idOrKey string) *project {
	for _, p := range projects {
		if p.ID == idOrKey || p.Key == idOrKey {
			return p
		}
	}
	return nil
}

func findUser(accountID string) *User {
	for _, u := range users {
		if u.AccountID == accountID {
			return u
		}
	}
	return nil
}
