package salesforce

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"

	"duplex/emulators/harness"
)

// message is an outbound message as an administrator defines it; every save of the object sends it.
type message struct {
	ID     string   `json:"id"`
	URL    string   `json:"url"`
	Object string   `json:"object"`
	Fields []string `json:"fields"`
	Except string   `json:"except"` // user whose changes send nothing
}

// outgoing is a call that has not been acknowledged. What it says of the records is composed when it is sent: a retry
// carries the newest values (vendor page "Outbound Messaging Notifications").
type outgoing struct {
	message *message
	notices []notice
}

type notice struct{ ID, Record string }

// mostNotices is how many notifications one call carries.
const mostNotices = 100

func (e *Emulator) queueMessages(changes []change) {
	for _, m := range e.st.Messages {
		var notices []notice
		for _, ch := range changes {
			if (ch.kind == "CREATE" || ch.kind == "UPDATE") && ch.object.name == m.Object && ch.user != m.Except {
				notices = append(notices, notice{e.noticeID(), ch.after.ID})
			}
		}
		for len(notices) > 0 {
			n := min(len(notices), mostNotices)
			e.pending[notices[0].ID] = &outgoing{m, notices[:n]}
			e.sender.Send(harness.Delivery{ID: notices[0].ID, URL: m.URL, Body: []byte(notices[0].ID), Event: "outbound." + m.Object, Item: notices[0].Record,
				Header: http.Header{"Content-Type": {"text/xml; charset=UTF-8"}, "SOAPAction": {`""`}}})
			notices = notices[n:]
		}
	}
}

func (e *Emulator) noticeID() string {
	id, _ := fullID(fmt.Sprintf("04lxx%010d", e.st.number("message")))
	return id
}

// acks sends outbound messages: it composes what a queued one says, and takes nothing but an Ack of true for success.
type acks struct {
	e    *Emulator
	base http.RoundTripper
}

func (e *Emulator) webhookClient() *http.Client {
	base := http.DefaultTransport
	client := http.Client{Timeout: e.opts.WebhookTimeout}
	if e.opts.WebhookClient != nil {
		client = *e.opts.WebhookClient
		if client.Transport != nil {
			base = client.Transport
		}
	}
	client.Transport = &acks{e, base}
	return &client
}

// RoundTrip turns 200 without an Ack into 500, so that the call is made again.
func (a *acks) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(req.Header.Get("Content-Type"), "text/xml") {
		return a.base.RoundTrip(req)
	}
	id, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	_ = req.Body.Close()
	body, known := a.e.compose(string(id))
	if !known { // forgotten by a reset
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	}
	out := req.Clone(req.Context())
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	out.GetBody = nil
	resp, err := a.base.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	if resp.StatusCode == http.StatusOK && !acknowledged(answer) {
		resp.StatusCode = http.StatusInternalServerError
	}
	if resp.StatusCode == http.StatusOK {
		a.e.mu.Lock()
		delete(a.e.pending, string(id))
		a.e.mu.Unlock()
	}
	return resp, nil
}

func acknowledged(answer []byte) bool {
	var in struct {
		Body struct {
			Response struct{ Ack string } `xml:"http://soap.sforce.com/2005/09/outbound notificationsResponse"`
		} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body"`
	}
	return xml.Unmarshal(answer, &in) == nil && strings.TrimSpace(in.Body.Response.Ack) == "true"
}

// compose writes the SOAP call with the values of now. Of a record that is gone only the id is left.
func (e *Emulator) compose(id string) ([]byte, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := e.pending[id]
	if out == nil {
		return nil, false
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">`)
	element(&b, "OrganizationId", OrgID)
	element(&b, "ActionId", out.message.ID)
	b.WriteString(`<SessionId xsi:nil="true"/>`)
	element(&b, "EnterpriseUrl", e.instance()+"/services/Soap/c/67.0/"+OrgID[:15])
	element(&b, "PartnerUrl", e.instance()+"/services/Soap/u/67.0/"+OrgID[:15])
	for _, n := range out.notices {
		b.WriteString("<Notification>")
		element(&b, "Id", n.ID)
		b.WriteString(`<sObject xsi:type="sf:` + out.message.Object + `" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">`)
		element(&b, "sf:Id", n.Record)
		if r := e.st.live(n.Record); r != nil {
			for _, name := range out.message.Fields {
				switch v := r.Values[name].(type) {
				case nil:
				case string:
					if f := e.schema[lower(r.Object)].field(name); f.kind == "datetime" {
						v = unstamp(v).Format("2006-01-02T15:04:05.000Z")
					}
					element(&b, "sf:"+name, v)
				default:
					element(&b, "sf:"+name, fmt.Sprint(v))
				}
			}
		}
		b.WriteString("</sObject></Notification>")
	}
	b.WriteString("</notifications></soapenv:Body></soapenv:Envelope>")
	return []byte(b.String()), true
}

func element(b *strings.Builder, name, text string) {
	b.WriteString("<" + name + ">")
	_ = xml.EscapeText(b, []byte(text))
	b.WriteString("</" + name + ">")
}
