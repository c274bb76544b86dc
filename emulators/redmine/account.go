package redmine

import "time"

// API keys of the accounts.
const (
	KeySync   = "redmine-key-sync"
	KeyAda    = "redmine-key-ada"
	KeyGrace  = "redmine-key-grace"
	KeyLinus  = "redmine-key-linus"
	KeyTriage = "redmine-key-triage"
)

// Fixed ids, for tests. The statuses, trackers and priorities are those of Redmine's default configuration.
const (
	UserSync, UserAda, UserGrace, UserLinus, UserTriage = 5, 6, 7, 8, 9

	ProjectEng, ProjectCommunity = 1, 2

	StatusNew, StatusProgress, StatusResolved, StatusFeedback, StatusClosed, StatusRejected = 1, 2, 3, 4, 5, 6

	TrackerBug, TrackerFeature, TrackerSupport = 1, 2, 3

	PriorityLow, PriorityNormal, PriorityHigh, PriorityUrgent, PriorityImmediate = 1, 2, 3, 4, 5

	FieldArea, FieldPlatforms, FieldPoints, FieldCustomer, FieldReported, FieldVIP, FieldReviewer = 1, 2, 3, 4, 5, 6, 7

	// FieldMark and FieldNote are where a tool that syncs keeps its marks.
	FieldMark, FieldNote = 8, 9
)

const (
	roleManager   = 3
	roleDeveloper = 4
	roleReporter  = 5
)

type user struct {
	id                      int
	login, first, last, key string
	roles                   map[int]int // project → role
}

func (u *user) name() string { return u.first + " " + u.last }

func (u *user) mail() string { return u.login + "@acme.example" }

var users = []user{
	{UserSync, "sync", "duplex", "sync", KeySync, map[int]int{ProjectEng: roleDeveloper, ProjectCommunity: roleDeveloper}},
	{UserAda, "ada", "Ada", "Lovelace", KeyAda, map[int]int{ProjectEng: roleManager, ProjectCommunity: roleManager}},
	{UserGrace, "grace", "Grace", "Hopper", KeyGrace, map[int]int{ProjectEng: roleDeveloper}},
	{UserLinus, "linus", "Linus", "Pauling", KeyLinus, map[int]int{ProjectEng: roleReporter}},
	{UserTriage, "triage", "Triage", "Desk", KeyTriage, map[int]int{ProjectEng: roleDeveloper, ProjectCommunity: roleDeveloper}},
}

func userBy(id int) *user {
	for i := range users {
		if users[i].id == id {
			return &users[i]
		}
	}
	return nil
}

// named is anything with an id and a name.
type named struct {
	id   int
	name string
}

func byID(list []named, id int) *named {
	for i := range list {
		if list[i].id == id {
			return &list[i]
		}
	}
	return nil
}

var (
	roles      = []named{{roleManager, "Manager"}, {roleDeveloper, "Developer"}, {roleReporter, "Reporter"}}
	statuses   = []named{{1, "New"}, {2, "In Progress"}, {3, "Resolved"}, {4, "Feedback"}, {5, "Closed"}, {6, "Rejected"}}
	trackers   = []named{{1, "Bug"}, {2, "Feature"}, {3, "Support"}}
	priorities = []named{{1, "Low"}, {2, "Normal"}, {3, "High"}, {4, "Urgent"}, {5, "Immediate"}}
	projects   = []named{{ProjectEng, "Engineering"}, {ProjectCommunity, "Community"}}
	// identifiers name projects in addresses and in project_id.
	identifiers = map[string]int{"eng": ProjectEng, "community": ProjectCommunity}
)

func closed(status int) bool { return status == StatusClosed || status == StatusRejected }

func public(project int) bool { return project == ProjectCommunity }

// workflow is from which status a role leads to which, for every tracker. A manager may go everywhere.
var workflow = map[int]map[int][]int{
	roleDeveloper: {1: {2, 3, 4, 5}, 2: {3, 4, 5}, 3: {2, 4, 5}, 4: {2, 3, 5}},
	roleReporter:  {1: {5}, 2: {5}, 3: {4, 5}, 4: {5}},
}

type field struct {
	id             int
	name, format   string
	multiple       bool
	possible       []string
	max            int
	filter, search bool
}

var fields = []field{
	{id: FieldArea, name: "Area", format: "list", possible: []string{"Web", "Mobile", "API"}, filter: true},
	{id: FieldPlatforms, name: "Platforms", format: "list", multiple: true, possible: []string{"iOS", "Android"}, filter: true},
	{id: FieldPoints, name: "Points", format: "float"},
	{id: FieldCustomer, name: "Customer", format: "string", max: 60, filter: true, search: true},
	{id: FieldReported, name: "Reported", format: "date"},
	{id: FieldVIP, name: "VIP", format: "bool", possible: []string{"1", "0"}},
	{id: FieldReviewer, name: "Reviewer", format: "user"},
	{id: FieldMark, name: "Duplex mark", format: "string", filter: true},
	{id: FieldNote, name: "Duplex note", format: "string", filter: true},
}

func fieldBy(id int) *field {
	for i := range fields {
		if fields[i].id == id {
			return &fields[i]
		}
	}
	return nil
}

var born = time.Date(2020, 1, 1, 9, 0, 0, 0, time.UTC)

func newState() *state {
	return &state{Issues: map[int]*issue{}, Journals: map[int]*journal{}, Files: map[int]*file{}, Relations: map[int]*relation{}, SyncIsAdmin: true}
}
