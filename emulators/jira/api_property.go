package jira

import (
	"maps"
	"net/http"
	"slices"
)

func renderProperties(all map[string]rawDoc) []object {
	out := []object{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		out = append(out, object{"key": key, "value": all[key]})
	}
	return out
}

// properties serves the four property operations of one entity. all is its properties, put stores one
// and tells whether it is new, drop removes one.
func (c *call) properties(all map[string]rawDoc, put func(string, rawDoc) bool, drop func(string)) (reply, error) {
	key, named := c.vars["propertyKey"]
	if !named {
		keys := []object{}
		for _, k := range slices.Sorted(maps.Keys(all)) {
			keys = append(keys, object{"key": k, "self": c.base + c.r.URL.Path + "/" + k})
		}
		return ok(object{"keys": keys})
	}
	if c.r.Method == http.MethodPut {
		if err := checkProperty(key, c.body); err != nil {
			return reply{}, err
		}
		if put(key, slices.Clone(c.body)) {
			return reply{status: http.StatusCreated, body: object{}}, nil
		}
		return ok(object{})
	}
	raw, exists := all[key]
	if !exists {
		return reply{}, fail(http.StatusNotFound, "The property with key '%s' does not exist.", key)
	}
	if c.r.Method == http.MethodDelete {
		drop(key)
		return noContent()
	}
	return ok(object{"key": key, "value": raw})
}

func (c *call) issueProperties() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	return c.properties(i.Properties,
		func(key string, raw rawDoc) bool { return c.setProperty(i, key, raw) },
		func(key string) { c.dropProperty(i, key) })
}

func (c *call) commentProperties() (reply, error) {
	i, cm := c.state.findComment(c.vars["commentId"])
	if cm == nil || !c.user.mayRead(cm) {
		return reply{}, noComment(c.vars["commentId"])
	}
	return c.properties(cm.Properties,
		func(key string, raw rawDoc) bool {
			_, existed := cm.Properties[key]
			if cm.Properties == nil {
				cm.Properties = map[string]rawDoc{}
			}
			cm.Properties[key] = raw
			c.keep(i)
			return !existed
		},
		func(key string) { delete(cm.Properties, key); c.keep(i) })
}

func (c *call) userProperties() (reply, error) {
	account := c.query.Get("accountId")
	if findUser(account) == nil {
		return reply{}, fail(http.StatusNotFound, "The user does not exist.")
	}
	all := c.state.UserData[account]
	return c.properties(all,
		func(key string, raw rawDoc) bool {
			_, existed := all[key]
			if all == nil {
				all = map[string]rawDoc{}
				c.state.UserData[account] = all
			}
			all[key] = raw
			c.changed = true
			return !existed
		},
		func(key string) { delete(all, key); c.changed = true })
}
