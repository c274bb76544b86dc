package salesforce

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// envelope is an outbound message: up to a hundred notifications, each with the record as it is when it is sent. The session id that it may
// carry is not read.
type envelope struct {
	Organization  string         `xml:"Body>notifications>OrganizationId"`
	Notifications []notification `xml:"Body>notifications>Notification"`
}

type notification struct {
	ID     string `xml:"Id"`
	Record struct {
		Type   string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
		Fields []struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
		} `xml:",any"`
	} `xml:"sObject"`
}

// field is a sent field, "" where the admin did not choose it or it is empty.
func (n notification) field(name string) string {
	for _, f := range n.Record.Fields {
		if f.XMLName.Local == name {
			return strings.TrimSpace(f.Text)
		}
	}
	return ""
}

// acknowledgement is what ends the repetition of a message (fact sheet, Outbound messages).
const acknowledgement = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">
 <soapenv:Body>
  <notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound">
   <Ack>true</Ack>
  </notificationsResponse>
 </soapenv:Body>
</soapenv:Envelope>
`

func (c *Connector) outboundMessage(body []byte, self string) (connectors.Webhook, error) {
	var e envelope
	if err := xml.Unmarshal(body, &e); err != nil {
		return connectors.Webhook{}, fmt.Errorf("the body is neither an outbound message nor a change event: %w", connectors.ErrMalformed)
	}
	if len(e.Notifications) == 0 {
		return connectors.Webhook{}, fmt.Errorf("the message has no notification: %w", connectors.ErrMalformed)
	}
	if c.hook.organization != "" && !sameID(e.Organization, c.hook.organization) {
		return connectors.Webhook{}, fmt.Errorf("it is from another organization than webhook.organization_id: %w", connectors.ErrForged)
	}
	w := connectors.Webhook{Answer: &connectors.WebhookAnswer{ContentType: "text/xml; charset=utf-8", Body: []byte(acknowledgement)}}
	var ids []string
	for _, n := range e.Notifications {
		ids = append(ids, n.ID)
		if h, ok := c.notified(n, self); ok {
			w.Hints = append(w.Hints, h)
		}
	}
	w.ID = deliveryID(ids)
	if len(w.Hints) == 0 {
		w.Note = "the message is not about a record that duplex knows"
	}
	return w, nil
}

// notified is what one notification says. The revision is known only where the admin sends SystemModstamp.
func (c *Connector) notified(n notification, self string) (core.Hint, bool) {
	_, object, found := strings.Cut(n.Record.Type, ":")
	if !found {
		object = n.Record.Type
	}
	id, actor := n.field("Id"), cmp.Or(n.field("LastModifiedById"), n.field("CreatedById"))
	if object == "CaseComment" || object == "FeedItem" {
		parent := n.field("ParentId")
		if parent == "" {
			return core.Hint{}, false
		}
		h := c.talked(parent)
		h.At = instant(cmp.Or(n.field("LastModifiedDate"), n.field("CreatedDate")))
		return h, true
	}
	if id == "" {
		return core.Hint{}, false
	}
	h := c.hint(object, id, core.HintChanged)
	h.Ref = c.ref(object, long(id), n.field("CaseNumber"))
	if n.field("IsDeleted") == "true" {
		h.Kind = core.HintDeleted
	}
	h.Own = self != "" && sameID(actor, self)
	h.Revision = revision(n.field("SystemModstamp"))
	h.At = instant(cmp.Or(n.field("SystemModstamp"), n.field("LastModifiedDate")))
	return h, true
}
