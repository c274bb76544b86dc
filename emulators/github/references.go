package github

import (
	"regexp"
	"slices"
	"strconv"
)

var (
	code      = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	mention   = regexp.MustCompile(`(?:^|[^\w/` + "`" + `@.])@([A-Za-z0-9][A-Za-z0-9-]*)`)
	reference = regexp.MustCompile(`(?:^|[^\w/&#` + "`" + `])(?:([\w.-]+/[\w.-]+))?#(\d+)\b`)
	address   = regexp.MustCompile(`https?://[^\s/]+/([\w.-]+/[\w.-]+)/(?:issues|pull)/(\d+)\b`)
)

// refer does what the vendor does with a text that is saved: people who are named are notified (an event mentioned),
// and issues that are named show a cross-reference, from whatever account it came. Code and hidden comments do neither.
func (c *call) refer(i *issue, text string) {
	text = code.ReplaceAllString(hidden.ReplaceAllString(text, ""), "")
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		if u := c.e.st.userByLogin(m[1]); u != nil && u.Kind == "User" && u.ID != c.actor.user.ID && !c.mentioned(i, u.ID) {
			actor := c.actor
			c.actor.user = u // the event's actor is who was mentioned
			c.note(i, "mentioned", nil)
			c.actor = actor
		}
	}
	for _, m := range append(reference.FindAllStringSubmatch(text, -1), address.FindAllStringSubmatch(text, -1)...) {
		r := c.e.st.Repos[i.Repo]
		if m[1] != "" {
			if r = c.e.repoNamed(m[1]); r == nil {
				continue
			}
		}
		number, _ := strconv.ParseInt(m[2], 10, 64)
		target := c.e.st.issueAt(r, number)
		if target == nil || target == i || target.Deleted || c.referenced(target, i) {
			continue
		}
		c.note(target, "cross-referenced", nil).Other = i.ID
	}
}

func (c *call) mentioned(i *issue, user int64) bool {
	return slices.ContainsFunc(c.e.st.Events, func(ev *event) bool {
		return ev.Issue == i.ID && ev.Kind == "mentioned" && ev.Actor == user
	})
}

func (c *call) referenced(target, by *issue) bool {
	return slices.ContainsFunc(c.e.st.Events, func(ev *event) bool {
		return ev.Issue == target.ID && ev.Kind == "cross-referenced" && ev.Other == by.ID
	})
}
