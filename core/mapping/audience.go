package mapping

import (
	"fmt"

	"duplex/core"
)

// publish reads the sides whose content may be shown to more people on the other side than it was written for. Only a side named here
// widens: its internal content to the public, or, as a block, what is named to what is named.
func (c *compiler) publish(n *node, flow core.Flow, comments bool) (public [2]bool, open [2]core.Audience) {
	if n == nil {
		return public, open
	}
	if n.shape == mapped {
		for _, e := range n.entries {
			s, ok := c.sideKey(e)
			if !ok || !c.published(e.value, e.key, s, flow) {
				continue
			}
			for _, w := range e.value.entries {
				switch {
				case w.key == "internal":
					public[s] = true // the schema allows nothing but public
				case !comments:
					c.r.atf(w.value, "a file for part of the team stays where it is; internal files may become public: {%s: {internal: public}}", e.key)
				case w.value.text == "public":
					open[s] = core.Public
				default:
					open[s] = core.Internal
				}
			}
		}
		return public, open
	}
	names := []*node{n}
	if n.shape == listed {
		names = n.items
	}
	for _, name := range names {
		if s, ok := c.sideNamed(name); ok && c.published(name, name.text, s, flow) {
			public[s] = true
		}
	}
	return public, open
}

func (c *compiler) published(n *node, name string, s core.Side, flow core.Flow) bool {
	if !flow.Allows(s.Other()) {
		c.r.atf(n, "nothing flows from %s here, so nothing of it can be published", name)
		c.r.code(CodeNoMeaning)
		return false
	}
	return true
}

// restricted reads which roles and groups correspond, and checks that the systems they are written to can keep a comment to one.
func (c *compiler) restricted(n *node, p *core.CommentPolicy) {
	groups := n.get("restricted").get("groups")
	if groups == nil {
		return
	}
	if p.Private == core.PrivateStop {
		c.r.at(groups, "has no meaning beside private: stop, which leaves every comment that is not public where it is")
		c.r.code(CodeNoMeaning)
	}
	for _, e := range groups.entries {
		p.Groups = append(p.Groups, [2]string{e.key, e.value.text})
	}
	for _, s := range core.Sides {
		if t, known := c.traits(s); known && !t.Restricts {
			c.facts.at(groups, fmt.Sprintf("%s cannot keep a comment to a role or group, so no group of the other side has a counterpart there; what more people may read there is named in publish, as {%s: {restricted: internal}}",
				c.names[s], c.names[s.Other()]))
		}
	}
}

// impersonated reads as: author. Where a system cannot write as somebody else the header names the author; where none can, the key says
// what never happens.
func (c *compiler) impersonated(n *node, p *core.CommentPolicy) {
	if p.AsAuthor = textOf(n) == "author"; !p.AsAuthor {
		return
	}
	able := false
	for _, to := range core.Sides {
		t, known := c.traits(to)
		switch {
		case !p.Flow.Allows(to):
		case !known || t.Impersonates:
			able = true
		default:
			c.warnings.at(n, fmt.Sprintf("%s writes every comment as the account of duplex: there the header names the author", c.names[to]))
		}
	}
	if !able && p.Flow != "" {
		c.facts.at(n, "no side that comments flow to can write a comment as somebody else; leave as out, and the header names the author")
	}
}

// deletable warns of a policy that a system cannot follow.
func (c *compiler) deletable(n *node, p core.AttachmentPolicy) {
	for _, to := range core.Sides {
		if t, known := c.traits(to); p.Deletes && p.Flow.Allows(to) && known && !t.DeletesFiles {
			c.warnings.at(n, fmt.Sprintf("%s cannot delete files: the copies of deleted files stay there", c.names[to]))
		}
	}
}

// traits are what a side's system can do; false when it was not asked.
func (c *compiler) traits(s core.Side) (Traits, bool) {
	if c.env.Traits == nil {
		return Traits{}, false
	}
	return c.env.Traits(c.m.Connection.Sides[s].System)
}
