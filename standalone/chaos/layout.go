package chaos

import (
	"fmt"

	"duplex/standalone/kinds"
	"duplex/standalone/rig"
)

// layout says which two systems a site has and how they are connected.
type layout struct {
	ends        [2]end
	connections map[string]string // sources by name
	env         []string          // that the files' references need
	secret      string            // of the webhooks
	spare       string            // whose calls faults never hit; "": they hit the sync's account only
	sites       []*kinds.Site     // the systems, where they run in this process; none: they are a process of their own
}

// end is one system.
type end struct {
	kind, system string
	source       string // its file
	control      rig.Control
	files        map[string]string // that its file names
	silent       bool              // it sends no webhooks
}

// classic is the site of the long runs: a help desk and a tracker, with two connections in opposite directions.
func classic(o Options, controls [2]rig.Control) layout {
	l := layout{ends: [2]end{
		{kind: "zendesk", system: zendeskSystem, source: zendeskFile, control: controls[support]},
		{kind: "jira", system: jiraSystem, source: jiraFile, control: controls[engineering]}},
		connections: map[string]string{}, secret: webhookSecret, env: []string{"CHAOS_ZENDESK_URL=" + string(controls[support]), "CHAOS_ZENDESK_TOKEN=zd-token-sync",
			"CHAOS_JIRA_URL=" + string(controls[engineering]), "CHAOS_JIRA_TOKEN=sync-api-token", "CHAOS_WEBHOOK_SECRET=" + webhookSecret}}
	for _, origin := range []side{support, engineering} {
		l.connections[connectionNames[origin]] = connectionSource(origin, o)
	}
	return l
}

// emulators are the arguments of the process that plays a classic site's systems, which send their webhooks to the door.
func (l layout) emulators(o Options, door string) []string {
	args := []string{emulatorsCommand}
	for _, e := range l.ends {
		args = append(args, "-"+e.kind, string(e.control)[len("http://"):], "-"+e.kind+"-webhook", "http://"+door+"/webhooks/"+e.system)
	}
	return append(args, "-seed", fmt.Sprint(o.Seed), "-webhook-secret", l.secret, "-limits", "none", "-retry-wait", "500ms", "-export-delay", "-1s")
}
