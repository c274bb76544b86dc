package jira

import (
	"net/http"
	"strings"
)

// allPermissions answers every permission: Data Center knows no choice among them.
func (c *call) allPermissions() (reply, error) {
	c.query.Set("permissions", strings.Join(permissionNames, ","))
	return c.myPermissions()
}

func (c *call) serverInfoDataCenter() (reply, error) {
	return ok(object{"baseUrl": c.base, "version": "10.3.24", "versionNumbers": []int{10, 3, 24}, "deploymentType": "Server", "buildNumber": 10030024,
		"buildDate": "2026-08-01T00:00:00.000+0000", "serverTime": formatTime(c.now, nil), "scmInfo": "emulator", "serverTitle": "Jira"})
}

func (c *call) listProjects() (reply, error) {
	out := []object{}
	for _, p := range projects {
		out = append(out, c.view().project(p))
	}
	return ok(out)
}

func (c *call) listResolutions() (reply, error) {
	return ok(c.view().each(ids(resolutions), c.view().resolution))
}

// filedContent answers an attachment's bytes, whole or a range, to whoever signed in.
func (c *call) filedContent() (reply, error) {
	_, a, err := c.oneAttachment()
	if err != nil {
		return reply{}, err
	}
	if a.Filename != c.vars["name"] {
		return reply{}, fail(http.StatusNotFound, "The attachment with id '%s' does not exist", a.ID)
	}
	c.query.Set("redirect", "false")
	return c.content()
}
