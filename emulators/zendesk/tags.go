package zendesk

import "net/http"

func (c *call) getTags() error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, object{"tags": list(t.Tags)})
}

// tagWrite replaces, adds or removes tags: the update's key says which (vendor page "Tags").
// safe_update with a stale updated_stamp is a 409 here too.
func tagWrite(key string) func(*call) error {
	return func(c *call) error {
		t, err := c.ticket()
		if err != nil {
			return err
		}
		if err := c.limitUpdate(t.ID); err != nil {
			return err
		}
		body, err := c.object("")
		if err != nil {
			return err
		}
		in := map[string]any{key: body["tags"]}
		for _, name := range []string{"safe_update", "updated_stamp"} {
			if v, ok := body[name]; ok {
				in[name] = v
			}
		}
		t, _, events, err := c.e.updateTicket(c.author(), t, in)
		if err != nil {
			return err
		}
		c.dirty, c.events = true, events
		switch c.req.Method {
		case http.MethodDelete:
			return c.answer(http.StatusNoContent, nil)
		case http.MethodPost:
			return c.answer(http.StatusCreated, object{"tags": list(t.Tags)})
		}
		return c.answer(http.StatusOK, object{"tags": list(t.Tags)})
	}
}
