package chaos

import (
	"fmt"

	"duplex/standalone/rig"
)

// layout says which two systems a site has and how they are connected.
type layout struct {
	ends        [2]end
	connections map[string]string // sources by name
	env         []string          // that the files' references need
	secret      string            // of the webhooks
	spare       string            // whose calls faults never hit; "": they hit the sync's account only
}

// end is one system.
type end struct {
	kind, system string
	source       string // its file
	control      rig.Control
	emulator     string            // its name in the process that plays it
	files        map[string]string // that its file names
	silent       bool              // it sends no webhooks
}

// classic is the site of the long runs: a help desk and a tracker, with two connections in opposite directions.
func classic(o Options, controls [2]rig.Control) layout {
	l := layout{ends: [2]end{
		{kind: "zendesk", emulator: "zendesk", system: zendeskSystem, source: zendeskFile, control: controls[support]},
		{kind: "jira", emulator: "jira", system: jiraSystem, source: jiraFile, control: controls[engineering]}},
		connections: map[string]string{}, secret: webhookSecret, env: []string{"CHAOS_ZENDESK_URL=" + string(controls[support]), "CHAOS_ZENDESK_TOKEN=zd-token-sync",
			"CHAOS_JIRA_URL=" + string(controls[engineering]), "CHAOS_JIRA_TOKEN=sync-api-token", "CHAOS_WEBHOOK_SECRET=" + webhookSecret}}
	for _, origin := range []side{support, engineering} {
		l.connections[connectionNames[origin]] = connectionSource(origin, o)
	}
	return l
}

// emulators are the arguments of the process that plays the two systems, which send their webhooks to the door.
func (l layout) emulators(o Options, door string) []string {
	args := []string{emulatorsCommand, "-zendesk", "", "-jira", ""} // what the site has not is left out
	for _, e := range l.ends {
		args = append(args, "-"+e.emulator, string(e.control)[len("http://"):])
		if !e.silent {
			args = append(args, "-"+e.emulator+"-webhook", "http://"+door+"/webhooks/"+e.system)
		}
	}
	return append(args, "-seed", fmt.Sprint(o.Seed), "-webhook-secret", l.secret, "-limits", "none", "-retry-wait", "500ms", "-export-delay", "-1s")
}
