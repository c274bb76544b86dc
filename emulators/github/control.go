package github

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"duplex/emulators/harness"
)

// wish is the body of every control path of this vendor; see the package documentation.
type wish struct {
	As, Repo, To, Name string
	Number             int64
	Title, Body        string
	On                 bool
	Limits
}

// controls are what people do on the vendor's pages and what has no call in REST.
func (e *Emulator) controls() map[string]http.HandlerFunc {
	onIssue := func(run func(*call, *issue, wish) bool) http.HandlerFunc {
		return e.control(func(c *call, w wish) any {
			r := e.repoNamed(w.Repo)
			if r == nil {
				return nil
			}
			i := e.st.issueAt(r, w.Number)
			if i == nil || i.Deleted || !run(c, i, w) {
				return nil
			}
			return object{"id": i.ID, "number": i.Number, "repo": e.st.Repos[i.Repo].full()}
		})
	}
	return map[string]http.HandlerFunc{
		"POST /delete": onIssue(func(c *call, i *issue, _ wish) bool { c.remove(i); return true }),
		"POST /transfer": onIssue(func(c *call, i *issue, w wish) bool {
			to := e.repoNamed(w.To)
			if to != nil {
				c.transfer(i, to)
			}
			return to != nil
		}),
		"POST /web_edit": onIssue(func(c *call, i *issue, w wish) bool {
			body := strings.ReplaceAll(w.Body, "\n", "\r\n")
			c.rewrite(i, wanted{body: &body, hasBody: true})
			return true
		}),
		"POST /pull": e.control(func(c *call, w wish) any {
			r := e.repoNamed(w.Repo)
			if r == nil {
				return nil
			}
			i, err := c.newIssue(r, object{"title": w.Title, "body": w.Body}, true)
			if err != nil {
				return nil
			}
			return object{"id": i.ID, "number": i.Number, "repo": r.full()}
		}),
		"POST /rename": e.control(func(c *call, w wish) any {
			r := e.repoNamed(w.Repo)
			if r == nil {
				return nil
			}
			c.rename(r, w.Name)
			return object{"repo": r.full()}
		}),
		"POST /login": e.control(func(c *call, w wish) any {
			c.actor.user.Login, c.dirty = w.Name, true
			return object{"id": c.actor.user.ID, "login": w.Name}
		}),
		"POST /forget": e.control(func(c *call, _ wish) any {
			c.actor.user.Gone, c.dirty = true, true
			return object{"id": c.actor.user.ID}
		}),
		"POST /publish": e.control(func(c *call, w wish) any {
			c.actor.user.Public, c.dirty = w.On, true
			return object{"id": c.actor.user.ID, "public": w.On}
		}),
		"POST /incomplete": e.control(func(_ *call, w wish) any { e.incomplete = w.On; return object{"on": w.On} }),
		"POST /limits":     e.control(func(_ *call, w wish) any { e.limits = w.over(e.limits); return e.limits }),
	}
}

// control runs alone as a person (as: their login; ada unless it is named), keeps and sends what it brought about. An
// answer of nil is a 404.
func (e *Emulator) control(run func(*call, wish) any) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		var in wish
		if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
			harness.WriteJSON(w, http.StatusBadRequest, object{"error": err.Error()})
			return
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		c := &call{e: e, w: w, req: req, now: e.skew.Now().Truncate(time.Second), version: oldest}
		if in.As == "" {
			in.As = "ada"
		}
		if c.actor.user = e.st.userByLogin(in.As); c.actor.user == nil {
			harness.WriteJSON(w, http.StatusNotFound, object{"error": "nobody has that login"})
			return
		}
		out := run(c, in)
		if out == nil {
			harness.WriteJSON(w, http.StatusNotFound, object{"error": "nothing is there"})
			return
		}
		if err := c.finish(); err != nil {
			harness.WriteJSON(w, http.StatusInternalServerError, object{"error": err.Error()})
			return
		}
		harness.WriteJSON(w, http.StatusOK, out)
	}
}

// registerTarget makes an organization's webhook for all item events, or gives the one that calls url the secret.
func (e *Emulator) registerTarget(url, secret string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := &call{e: e, now: e.skew.Now().Truncate(time.Second), version: oldest}
	for _, h := range e.st.Hooks {
		if h.URL == url && h.Repo == 0 {
			h.Secret, h.Active = secret, true
			return e.save()
		}
	}
	h := &hook{Type: "json", Insecure: "0", Active: true, Created: c.now, Updated: c.now,
		Events: []string{"issue_comment", "issue_dependencies", "issues", "label", "milestone", "sub_issues"}}
	if err := h.fillConfig(object{"url": url, "secret": secret}); err != nil {
		return err
	}
	h.ID = e.st.id()
	e.st.Hooks[h.ID] = h
	return e.save()
}
