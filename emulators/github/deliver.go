package github

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"duplex/emulators/harness"
)

// pending is an event that goes out once the change is kept. Its body shows the issue as the whole call left it.
type pending struct {
	event, action string
	repo          *repo
	issue         *issue
	extra         object
	only          *hook // for a ping
	delivery      harness.Delivery
}

// emit sends an event about an issue. For pull requests the vendor sends issue_comment, but not issues.
func (c *call) emit(event, action string, i *issue, extra object) {
	if i.Pull && event == "issues" {
		return
	}
	c.sends = append(c.sends, pending{event: event, action: action, repo: c.e.st.Repos[i.Repo], issue: i, extra: extra})
}

func (c *call) emitRepo(event, action string, r *repo, extra object) {
	c.sends = append(c.sends, pending{event: event, action: action, repo: r, extra: extra})
}

func (c *call) ping(h *hook) {
	c.sends = append(c.sends, pending{event: "ping", repo: c.e.st.Repos[h.Repo], only: h,
		extra: object{"zen": "Keep it logically awesome.", "hook_id": h.ID, "hook": c.hookView(h)}})
}

// queue makes the deliveries of every event that was brought about. All hooks of one event share its GUID.
func (c *call) queue() {
	events := c.sends
	c.sends = nil
	for _, p := range events {
		if p.delivery.ID != "" { // is ready
			c.sends = append(c.sends, p)
			continue
		}
		guid := c.guid()
		for _, h := range c.listeners(p) {
			body := c.payload(p, h)
			d := &delivery{ID: c.e.st.id(), Hook: h.ID, GUID: guid, Event: p.event, Action: p.action, At: c.now, Body: body}
			if p.repo != nil {
				d.Repo = p.repo.ID
			}
			if p.issue != nil {
				d.Item = p.repo.full() + "#" + strconv.FormatInt(p.issue.Number, 10)
			}
			c.dispatch(d, h)
		}
	}
}

// dispatch keeps a delivery and hands it to the sender.
func (c *call) dispatch(d *delivery, h *hook) {
	for _, other := range c.e.st.Deliveries {
		if other.GUID == d.GUID && other.Hook == d.Hook {
			d.Nth++
		}
	}
	c.e.st.Deliveries = append(c.e.st.Deliveries, d)
	c.e.st.Deliveries = c.e.st.Deliveries[max(0, len(c.e.st.Deliveries)-keptDeliveries):]
	c.dirty = true
	d.URL = h.URL
	c.sends = append(c.sends, pending{delivery: harness.Delivery{ID: d.GUID, URL: h.URL, Body: wire(h, d.Body), Event: d.Event, Item: d.Item,
		Header: c.hookHeader(h, d)}})
}

func (c *call) hookHeader(h *hook, d *delivery) http.Header {
	target, id := "organization", int64(UserOrg)
	switch {
	case h.ID == appHook:
		target, id = "integration", AppID
	case h.Repo != 0:
		target, id = "repository", h.Repo
	}
	body := wire(h, d.Body)
	out := http.Header{}
	out.Set("User-Agent", "GitHub-Hookshot/duplex1")
	out.Set("Content-Type", "application/json")
	if h.Type == "form" {
		out.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	out.Set("X-GitHub-Event", d.Event)
	out.Set("X-GitHub-Delivery", d.GUID)
	out.Set("X-GitHub-Hook-ID", strconv.FormatInt(h.ID, 10))
	out.Set("X-GitHub-Hook-Installation-Target-Type", target)
	out.Set("X-GitHub-Hook-Installation-Target-ID", strconv.FormatInt(id, 10))
	if h.Secret != "" {
		out.Set("X-Hub-Signature-256", "sha256="+Sign(h.Secret, body))
		old := hmac.New(sha1.New, []byte(h.Secret))
		old.Write(body)
		out.Set("X-Hub-Signature", "sha1="+hex.EncodeToString(old.Sum(nil)))
	}
	if c.e.opts.Enterprise {
		out.Set("X-GitHub-Enterprise-Host", "github.acme.example")
		out.Set("X-GitHub-Enterprise-Version", "3.20.0")
	}
	return out
}

// Sign is the hexadecimal HMAC-SHA256 of a webhook's raw body, which follows "sha256=" in X-Hub-Signature-256.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// wire is the body as it is sent: JSON, or the same in a form's field.
func wire(h *hook, body []byte) []byte {
	if h.Type == "form" {
		return []byte("payload=" + url.QueryEscape(string(body)))
	}
	return body
}

// listeners are the active hooks of an event: the repository's, the organization's and the App's.
func (c *call) listeners(p pending) []*hook {
	if p.only != nil {
		return []*hook{p.only}
	}
	var out []*hook
	for _, h := range c.e.st.Hooks {
		mine := h.Repo == p.repo.ID || h.Repo == 0 && p.repo.Owner == Org
		if mine && h.Active && (slices.Contains(h.Events, p.event) || slices.Contains(h.Events, "*")) {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b *hook) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (c *call) payload(p pending, h *hook) []byte {
	version := c.version
	c.version = oldest // hooks keep the singular assignee
	defer func() { c.version = version }()
	out := object{"sender": c.userView(c.actor.user)}
	if p.action != "" {
		out["action"] = p.action
	}
	if p.issue != nil {
		out["issue"] = c.issueView(p.issue)
	}
	if p.repo != nil {
		out["repository"] = c.repoView(p.repo)
		if p.repo.Owner == Org {
			out["organization"] = c.orgView()
		}
	}
	if h.ID == appHook {
		out["installation"] = object{"id": InstallationID, "node_id": node("INS", InstallationID)}
	}
	for k, v := range p.extra {
		out[k] = v
	}
	body, err := json.Marshal(out)
	if err != nil {
		panic(err) // made of maps, lists and scalars
	}
	return body
}

func (c *call) orgView() object {
	at := c.e.api() + "/orgs/" + Org
	return object{"login": Org, "id": UserOrg, "node_id": node("O", UserOrg), "url": at, "repos_url": at + "/repos", "events_url": at + "/events",
		"hooks_url": at + "/hooks", "issues_url": at + "/issues", "members_url": at + "/members{/member}",
		"public_members_url": at + "/public_members{/member}", "avatar_url": c.e.base + "/avatars/u/60100?v=4", "description": ""}
}

func (c *call) guid() string {
	sum := sha256.Sum256([]byte(fmt.Sprint("delivery", c.e.st.id(), c.e.opts.Seed)))
	h := hex.EncodeToString(sum[:16])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}
