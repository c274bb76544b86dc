package salesforce

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"duplex/connectors"
	"duplex/core"
)

// changeEvent is a Change Data Capture event, as Pub/Sub API gives it once decoded, or as CometD wraps it (vendor page "Change Event
// Message Structure"). Which fields changed is not looked at: every hint leads to a read, and a gap event names none.
type changeEvent struct {
	Header  *eventHeader `json:"ChangeEventHeader"`
	Parent  string       `json:"ParentId"`
	Payload *changeEvent `json:"payload"`
	Data    *changeEvent `json:"data"`
}

type eventHeader struct {
	Entity     string   `json:"entityName"`
	Records    []string `json:"recordIds"`
	Type       string   `json:"changeType"`
	Key        string   `json:"transactionKey"`
	Sequence   int64    `json:"sequenceNumber"`
	CommitTime int64    `json:"commitTimestamp"` // Unix milliseconds
	User       string   `json:"commitUser"`
}

// changeEvents reads one event or a list of them.
func (c *Connector) changeEvents(body []byte, self string) (connectors.Webhook, error) {
	var list []changeEvent
	err := json.Unmarshal(body, &list)
	if body[0] == '{' {
		list = make([]changeEvent, 1)
		err = json.Unmarshal(body, &list[0])
	}
	if err != nil {
		return connectors.Webhook{}, fmt.Errorf("the body is not the JSON of change events: %w", connectors.ErrMalformed)
	}
	var w connectors.Webhook
	var ids []string
	for _, e := range list {
		for e.Header == nil && (e.Payload != nil || e.Data != nil) {
			if e.Payload == nil {
				e.Payload = e.Data
			}
			e = *e.Payload
		}
		if e.Header == nil || e.Header.Entity == "" {
			return connectors.Webhook{}, fmt.Errorf("a change event has no ChangeEventHeader: %w", connectors.ErrMalformed)
		}
		ids = append(ids, fmt.Sprintf("%s/%d/%s", e.Header.Key, e.Header.Sequence, e.Header.Entity))
		hints, note := c.happened(e, self)
		w.Hints, w.Note = append(w.Hints, hints...), cmp.Or(w.Note, note)
	}
	if len(w.Hints) > 0 {
		w.Note = ""
	} else {
		w.Note = cmp.Or(w.Note, "there is no change event in it")
	}
	w.ID = deliveryID(ids)
	return w, nil
}

// happened is what an event says of the records it names, several at once where a transaction changed them alike.
func (c *Connector) happened(e changeEvent, self string) (hints []core.Hint, note string) {
	h := e.Header
	if strings.HasSuffix(h.Type, "OVERFLOW") {
		return nil, "too much changed at once for events: the sweep finds what"
	}
	kind := core.HintChanged
	switch strings.TrimPrefix(h.Type, "GAP_") {
	case "CREATE":
		kind = core.HintCreated
	case "DELETE":
		kind = core.HintDeleted
	}
	own := self != "" && sameID(h.User, self)
	at := time.Time{}
	if h.CommitTime > 0 {
		at = time.UnixMilli(h.CommitTime).UTC()
	}
	if h.Entity == "CaseComment" || h.Entity == "FeedItem" {
		if e.Parent == "" { // only a new one names its record
			return nil, "a comment changed, and the event does not say of which record: the sweep finds it"
		}
		one := c.talked(e.Parent)
		one.At = at
		return []core.Hint{one}, ""
	}
	for _, id := range h.Records {
		if strings.HasSuffix(id, "*") {
			note = "all records of the object changed at once: the sweep finds them"
			continue
		}
		one := c.hint(h.Entity, id, kind)
		one.Own, one.At = own, at
		hints = append(hints, one)
	}
	return hints, note
}
