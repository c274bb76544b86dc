package azuredevops

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// subscription is one service hook: one kind of event, sent to one address.
type subscription struct {
	ID, EventType, Version string
	Publisher, Consumer    map[string]string // inputs; secrets are kept as given
	Status, By             string
	Created, Modified      time.Time
	Probations             int
	ProbationUntil         time.Time
	LastNotification       int
	Notifications          []*notification
}

// notification is an entry of a subscription's log of deliveries.
type notification struct {
	ID              int
	EventID, Result string // pending, succeeded, failed
	EventType       string
	At, Done        time.Time
	Attempts        int
	Problem         string
}

var eventTypes = []struct{ id, name string }{{"workitem.created", "Work item created"}, {"workitem.updated", "Work item updated"},
	{"workitem.commented", "Work item commented on"}, {"workitem.deleted", "Work item deleted"}, {"workitem.restored", "Work item restored"}}

const masked = "********"

var secretInputs = []string{"basicAuthPassword"}

func (e *Emulator) subscriptionView(s *subscription) object {
	inputs := object{}
	for name, v := range s.Consumer {
		inputs[name] = v
		if slices.Contains(secretInputs, name) && v != "" {
			inputs[name] = masked
		}
	}
	return object{"id": s.ID, "url": e.api("_apis", "hooks", "subscriptions", s.ID), "status": s.Status, "publisherId": "tfs", "eventType": s.EventType,
		"resourceVersion": s.Version, "eventDescription": "Any work item", "consumerId": "webHooks", "consumerActionId": "httpRequest",
		"actionDescription": "To host " + hostOf(s.Consumer["url"]), "probationRetries": "", "createdBy": e.identityRef(s.By), "createdDate": stamp(s.Created),
		"modifiedBy": e.identityRef(s.By), "modifiedDate": stamp(s.Modified), "publisherInputs": s.Publisher, "consumerInputs": inputs}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// mayHook says who may edit subscriptions: administrators and the integration account, which was given the right.
func (c *call) mayHook() error {
	if c.user.admin || c.user.short == "sync" {
		return nil
	}
	return refuse(http.StatusForbidden, "AccessCheckException", "TF401027: You need the Edit subscriptions permission on this resource to perform this action.")
}

type subscriptionInput struct {
	PublisherID      string            `json:"publisherId"`
	EventType        string            `json:"eventType"`
	ResourceVersion  string            `json:"resourceVersion"`
	ConsumerID       string            `json:"consumerId"`
	ConsumerActionID string            `json:"consumerActionId"`
	PublisherInputs  map[string]string `json:"publisherInputs"`
	ConsumerInputs   map[string]string `json:"consumerInputs"`
	Status           string            `json:"status"`
}

func (e *Emulator) checkSubscription(in subscriptionInput) error {
	invalid := func(text string) error { return bad("SubscriptionInputException", text) }
	known := slices.ContainsFunc(eventTypes, func(t struct{ id, name string }) bool { return t.id == in.EventType })
	u, err := url.Parse(in.ConsumerInputs["url"])
	switch {
	case in.PublisherID != "tfs":
		return invalid("The publisher " + in.PublisherID + " does not exist.")
	case !known:
		return invalid("The event type " + in.EventType + " does not exist.")
	case in.ConsumerID != "webHooks" || in.ConsumerActionID != "httpRequest":
		return invalid("The consumer or its action does not exist.")
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return invalid("The input url is not a valid address.")
	case in.PublisherInputs["projectId"] != "" && projectBy(in.PublisherInputs["projectId"]) == nil:
		return invalid("The input projectId is not the id of a project.")
	case e.opts.PublicHooks && private(u.Hostname()):
		return invalid("The input url points at a private or special address.")
	case u.Scheme == "http" && in.ConsumerInputs["basicAuthPassword"] != "" && e.opts.PublicHooks:
		return invalid("Basic authentication needs an address that begins with https.")
	case in.ResourceVersion != "" && in.ResourceVersion != "1.0" && in.ResourceVersion != "5.1-preview.3":
		return invalid("The resource version " + in.ResourceVersion + " is not supported.")
	}
	for name, allowed := range map[string][]string{"resourceDetailsToSend": {"", "all", "minimal", "none"},
		"messagesToSend": {"", "all", "text", "html", "markdown", "none"}, "detailedMessagesToSend": {"", "all", "text", "html", "markdown", "none"}} {
		if !slices.Contains(allowed, strings.ToLower(in.ConsumerInputs[name])) {
			return invalid("The input " + name + " has a value that is not supported.")
		}
	}
	return nil
}

func private(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && (ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified())
}

func (c *call) postSubscription() error {
	var in subscriptionInput
	if err := c.decode(&in); err != nil {
		return err
	}
	if err := c.mayHook(); err != nil {
		return err
	}
	s, err := c.e.newSubscription(in, c.user.mail)
	if err != nil {
		return err
	}
	c.dirty = true
	return c.answer(c.e.subscriptionView(s))
}

func (e *Emulator) newSubscription(in subscriptionInput, by string) (*subscription, error) {
	if err := e.checkSubscription(in); err != nil {
		return nil, err
	}
	now := tick(e.skew.Now())
	s := &subscription{ID: e.newGUID("subscription"), EventType: in.EventType, Version: in.ResourceVersion, Publisher: in.PublisherInputs,
		Consumer: in.ConsumerInputs, Status: "enabled", By: by, Created: now, Modified: now}
	if s.Version == "" { // the latest released, which may change
		s.Version = "1.0"
	}
	if s.Publisher == nil {
		s.Publisher = map[string]string{}
	}
	e.st.Subscriptions[s.ID] = s
	return s, nil
}

func (c *call) subscription() (*subscription, error) {
	s := c.e.st.Subscriptions[strings.ToLower(c.params["id"])]
	if s == nil {
		return nil, refuse(http.StatusNotFound, "SubscriptionNotFoundException", "The subscription "+c.params["id"]+" does not exist.")
	}
	return s, nil
}

func (c *call) getSubscription() error {
	s, err := c.subscription()
	if err != nil {
		return err
	}
	return c.answer(c.e.subscriptionView(s))
}

func (c *call) listSubscriptions() error {
	out := []any{}
	for _, s := range c.e.subscriptions() {
		for name, v := range map[string]string{"publisherId": "tfs", "eventType": s.EventType, "consumerId": "webHooks", "consumerActionId": "httpRequest"} {
			if want := c.query(name); want != "" && want != v {
				s = nil
				break
			}
		}
		if s != nil {
			out = append(out, c.e.subscriptionView(s))
		}
	}
	return c.list(out)
}

// subscriptions are all of them by age.
func (e *Emulator) subscriptions() []*subscription {
	var out []*subscription
	for _, s := range e.st.Subscriptions {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *subscription) int {
		if n := a.Created.Compare(b.Created); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// putSubscription replaces. A masked secret leaves the one that is there.
func (c *call) putSubscription() error {
	var in subscriptionInput
	if err := c.decode(&in); err != nil {
		return err
	}
	s, err := c.subscription()
	if err != nil {
		return err
	}
	if err := c.mayHook(); err != nil {
		return err
	}
	if err := c.e.checkSubscription(in); err != nil {
		return err
	}
	for _, name := range secretInputs {
		if in.ConsumerInputs[name] == masked {
			in.ConsumerInputs[name] = s.Consumer[name]
		}
	}
	s.EventType, s.Publisher, s.Consumer, s.Modified = in.EventType, in.PublisherInputs, in.ConsumerInputs, tick(c.now)
	if s.Publisher == nil {
		s.Publisher = map[string]string{}
	}
	switch in.Status {
	case "enabled", "disabledByUser":
		s.Status, s.Probations = in.Status, 0
	case "":
	default:
		return bad("SubscriptionInputException", "The status can be set to enabled or disabledByUser only.")
	}
	c.dirty = true
	return c.answer(c.e.subscriptionView(s))
}

func (c *call) deleteSubscription() error {
	s, err := c.subscription()
	if err != nil {
		return err
	}
	if err := c.mayHook(); err != nil {
		return err
	}
	delete(c.e.st.Subscriptions, s.ID)
	c.dirty = true
	return c.answer(nil)
}

func (e *Emulator) notificationView(s *subscription, n *notification) object {
	status := "completed"
	if n.Result == "pending" {
		status = "requestInProgress"
	}
	out := object{"id": n.ID, "subscriptionId": s.ID, "subscriberId": "00000000-0000-0000-0000-000000000000", "eventId": n.EventID, "status": status,
		"result": n.Result, "createdDate": stamp(n.At), "modifiedDate": stamp(n.At)}
	if !n.Done.IsZero() {
		out["modifiedDate"] = stamp(n.Done)
		out["details"] = object{"eventType": s.EventType, "publisherId": "tfs", "consumerId": "webHooks", "consumerActionId": "httpRequest", "requestAttempts": n.Attempts,
			"completedDate": stamp(n.Done), "errorMessage": n.Problem}
	}
	return out
}

func (c *call) listNotifications() error {
	s, err := c.subscription()
	if err != nil {
		return err
	}
	limit, err := c.number("maxResults", 100)
	if err != nil {
		return err
	}
	out := []any{}
	for _, n := range slices.Backward(s.Notifications) {
		if result := c.query("result"); len(out) < limit && (result == "" || result == n.Result) {
			out = append(out, c.e.notificationView(s, n))
		}
	}
	return c.list(out)
}

func (c *call) getNotification() error {
	s, err := c.subscription()
	if err != nil {
		return err
	}
	for _, n := range s.Notifications {
		if strconv.Itoa(n.ID) == c.params["notification"] {
			return c.answer(c.e.notificationView(s, n))
		}
	}
	return refuse(http.StatusNotFound, "NotificationNotFoundException", "The notification does not exist.")
}

func (c *call) eventTypeView(i int) object {
	input := func(id string) object {
		return object{"id": id, "name": id, "inputMode": "textBox", "isConfidential": false}
	}
	return object{"publisherId": "tfs", "id": eventTypes[i].id, "name": eventTypes[i].name, "supportedResourceVersions": []any{"1.0", "5.1-preview.3"},
		"url":              c.e.api("_apis", "hooks", "publishers", "tfs", "eventTypes", eventTypes[i].id),
		"inputDescriptors": []any{input("projectId"), input("areaPath"), input("workItemType"), input("changedFields")}}
}

func (c *call) listEventTypes() error {
	if c.params["publisher"] != "tfs" {
		return refuse(http.StatusNotFound, "PublisherNotFoundException", "The publisher does not exist.")
	}
	out := []any{}
	for i := range eventTypes {
		out = append(out, c.eventTypeView(i))
	}
	return c.list(out)
}

func (c *call) getEventType() error {
	for i, t := range eventTypes {
		if t.id == c.params["event"] {
			return c.answer(c.eventTypeView(i))
		}
	}
	return refuse(http.StatusNotFound, "EventTypeNotFoundException", "The event type does not exist.")
}

// registerTarget subscribes an address to every event in all projects. The secret is the password of Basic
// authentication (user "duplex") and the value of the header X-Sync-Secret. The same address again only changes it.
func (e *Emulator) registerTarget(target, secret string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	inputs := func() map[string]string {
		return map[string]string{"url": target, "basicAuthUsername": "duplex", "basicAuthPassword": secret, "httpHeaders": "X-Sync-Secret:" + secret,
			"resourceDetailsToSend": "all", "messagesToSend": "all", "detailedMessagesToSend": "all"}
	}
	found := false
	for _, s := range e.st.Subscriptions {
		if s.Consumer["url"] == target {
			s.Consumer, found = inputs(), true
		}
	}
	for _, t := range eventTypes {
		if found {
			break
		}
		in := subscriptionInput{PublisherID: "tfs", EventType: t.id, ResourceVersion: "1.0", ConsumerID: "webHooks", ConsumerActionID: "httpRequest", ConsumerInputs: inputs()}
		if _, err := e.newSubscription(in, "ada@acme.example"); err != nil {
			return fmt.Errorf("register webhook at %s: %w", target, err)
		}
	}
	return e.save()
}
