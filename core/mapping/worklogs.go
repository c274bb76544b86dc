package mapping

import "duplex/core"

// worklogs reads how worklogs travel. Both systems have to keep them: what is written on one side is read on the other.
func (c *compiler) worklogs(n *node) core.WorklogPolicy {
	if n == nil {
		return core.WorklogPolicy{}
	}
	p := core.WorklogPolicy{
		Flow:    c.flow(n.get("flow"), core.FlowBoth, true),
		Header:  c.header(n.get("header")),
		Edits:   truth(n.get("edits"), true),
		Deletes: truth(n.get("deletes"), false),
	}
	for _, s := range core.Sides {
		if t, known := c.traits(s); p.Flow != "" && known && !t.Worklogs {
			c.facts.atf(n, "%s keeps no time spent on items, so no worklog can go from or to %s; leave worklogs out", c.m.Connection.Sides[s].System, c.names[s])
		}
	}
	return p
}
