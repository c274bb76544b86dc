package mapping

import (
	"strconv"
	"strings"
	"time"

	"duplex/core"
)

// off switches a brake, or the sweeps, off.
const off = "off"

// sweep is the time between two sweeps, 0 for off.
func (c *compiler) sweep(n *node) time.Duration {
	if n == nil {
		return 15 * time.Minute
	}
	if n.text == off {
		return 0
	}
	d, err := time.ParseDuration(n.text)
	if err != nil || d > 24*time.Hour {
		c.r.at(n, "must be at most 24h: a lost webhook would go unnoticed for too long")
		c.r.code(CodeWrongValue)
	}
	return d
}

// brakes reads when the connection stops by itself; off switches the shares off and lets deletions through at once.
func (c *compiler) brakes(n *node) core.Brakes {
	b := core.DefaultBrakes
	if n == nil {
		return b
	}
	if n.text == off {
		return core.Brakes{}
	}
	if v := n.get("deleted"); v != nil {
		b.Deleted = share(v)
	}
	if v := n.get("changed"); v != nil {
		b.Changed = share(v)
	}
	if v := n.get("least"); v != nil {
		least, err := strconv.Atoi(v.text)
		if err != nil {
			c.r.at(v, "must be a whole number")
		}
		b.Least = least
	}
	if v := n.get("hold"); v != nil {
		hold, err := time.ParseDuration(v.text)
		if err != nil || hold > 24*time.Hour {
			c.r.at(v, "must be at most 24h: a deletion would look as if it were not carried")
			c.r.code(CodeWrongValue)
		}
		b.Hold = hold
	}
	return b
}

// share is a percentage as a number from 0 to 1; off is 0, which nothing reaches. The schema has seen to its form.
func share(n *node) float64 {
	percent, err := strconv.Atoi(strings.TrimSuffix(n.text, "%"))
	if err != nil {
		return 0
	}
	return float64(percent) / 100
}
