package salesforce

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"duplex/emulators/harness/contract"
)

func keys(v any) []string {
	m, _ := v.(map[string]any)
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func TestChangeEvents(t *testing.T) {
	r := newRig(t, Options{})
	in, decoded := newInbox(t, nil), newInbox(t, nil)
	r.control("webhook_target", `{"url":"`+in.URL+`","secret":"s3cret"}`)
	r.control("relay", `{"url":"`+decoded.URL+`","secret":"s3cret","form":"pubsub"}`)
	id := r.quiet("sync", "Case", `{"Subject":"x"}`)
	r.must(204, "ada", "PATCH", "/sobjects/Case/"+id, `{"Status":"Working"}`, "Sforce-Auto-Assign", "FALSE", "Sforce-Call-Options", "client=duplex")
	r.quiet("ada", "CaseComment", `{"ParentId":"`+id+`","CommentBody":"hi"}`)
	r.must(204, "ada", "DELETE", "/sobjects/Case/"+id, "")
	r.control("gap", `{"id":"`+id+`"}`)
	bodies, heads := in.wait(t, 8)
	var got []string
	for i, body := range bodies {
		if Sign("s3cret", heads[i].Get("X-Duplex-Timestamp"), body) != heads[i].Get("X-Duplex-Signature") {
			t.Errorf("call %d is signed wrongly", i)
		}
		var ev struct {
			Payload struct {
				ChangeEventHeader struct {
					EntityName, ChangeType, CommitUser, ChangeOrigin string
					RecordIDs, ChangedFields                         []string
				}
			}
		}
		_ = json.Unmarshal(body, &ev)
		h := ev.Payload.ChangeEventHeader
		got = append(got, h.EntityName+" "+h.ChangeType+" "+strings.Join(h.ChangedFields, ","))
		if i == 1 && (h.ChangeOrigin != "com/salesforce/api/rest/67.0;client=duplex" || h.CommitUser != UserAda || h.RecordIDs[0] != id) {
			t.Errorf("header: %s", body)
		}
	}
	want := "Case CREATE , Case UPDATE LastModifiedById,Status, CaseComment CREATE , FeedItem CREATE , Case DELETE , CaseComment DELETE , FeedItem DELETE , Case GAP_UPDATE "
	if strings.Join(got, ", ") != want {
		t.Errorf("events are\n%s, want\n%s", strings.Join(got, ", "), want)
	}
	dir := filepath.Join(contract.VendorDir(t, "salesforce"), "webhooks")
	other, _ := decoded.wait(t, 2)
	for name, body := range map[string][]byte{"cdc.CaseChangeEvent.update.cometd.json": bodies[1], "cdc.CaseChangeEvent.update.pubsub-decoded.json": other[1]} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		var sample, sent map[string]any
		_ = json.Unmarshal(raw, &sample)
		_ = json.Unmarshal(body, &sent)
		head := func(m map[string]any) any {
			if p, ok := m["payload"].(map[string]any); ok {
				return p["ChangeEventHeader"]
			}
			return m["ChangeEventHeader"]
		}
		if !slices.Equal(keys(head(sample)), keys(head(sent))) {
			t.Errorf("%s: the header has %v, the sample %v", name, keys(head(sent)), keys(head(sample)))
		}
	}
}

func TestOneEventForManyRecords(t *testing.T) {
	r := newRig(t, Options{})
	in := newInbox(t, nil)
	a, b := r.quiet("sync", "Case", `{"Subject":"a"}`), r.quiet("sync", "Case", `{"Subject":"b"}`)
	r.control("webhook_target", `{"url":"`+in.URL+`","secret":"s"}`)
	r.pass(time.Second)
	r.must(200, "ada", "PATCH", "/composite/sobjects", fmt.Sprintf(`{"records":[{"attributes":{"type":"Case"},"Id":%q,"Status":"Working"},{"attributes":{"type":"Case"},"Id":%q,"Status":"Working"}]}`, a, b))
	bodies, _ := in.wait(t, 1)
	if !strings.Contains(string(bodies[0]), `"recordIds":["`+a+`","`+b+`"]`) {
		t.Errorf("records that were changed alike share an event: %s", bodies[0])
	}
}

func TestOutboundMessages(t *testing.T) {
	r := newRig(t, Options{WebhookRetryWait: time.Millisecond})
	ack, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "salesforce"), "webhooks", "outbound-message.ack.xml"))
	if err != nil {
		t.Fatal(err)
	}
	id := r.quiet("ada", "Case", `{"Subject":"first & last"}`)
	in := newInbox(t, func(n int) (int, string) {
		switch n {
		case 1:
			return 200, "thanks" // no Ack
		case 2:
			return 200, strings.Replace(string(ack), "true", "false", 1)
		case 3:
			return 503, string(ack)
		}
		return 200, string(ack)
	})
	r.control("outbound_message", `{"url":"`+in.URL+`","object":"Case","fields":["Subject","LastModifiedById","LastModifiedDate","IsClosed","Reason"],"except":"`+UserSync+`"}`)
	r.must(204, "sync", "PATCH", "/sobjects/Case/"+id, `{"Subject":"own"}`)
	r.must(204, "ada", "PATCH", "/sobjects/Case/"+id, `{"Subject":"first & last"}`)
	bodies, heads := in.wait(t, 4)
	type call struct {
		OrganizationId string `xml:"Body>notifications>OrganizationId"`
		Notification   []struct {
			Id      string
			SObject struct {
				Id, Subject, LastModifiedById, LastModifiedDate, IsClosed string
				Reason                                                    *string
			} `xml:"sObject"`
		} `xml:"Body>notifications>Notification"`
	}
	var first, last call
	for i, to := range []*call{&first, &last} {
		if err := xml.Unmarshal(bodies[i*3], to); err != nil {
			t.Fatal(err)
		}
	}
	n := last.Notification[0]
	if n.SObject.Id != id || n.SObject.Subject != "first & last" || n.SObject.LastModifiedById != UserAda || n.SObject.LastModifiedDate != "2026-03-01T12:00:30.000Z" ||
		n.SObject.Reason != nil || n.SObject.IsClosed != "false" || last.OrganizationId != OrgID {
		t.Errorf("message: %s", bodies[3])
	}
	if first.Notification[0].Id != n.Id {
		t.Error("a retry carries the same notification id")
	}
	if heads[0].Get("Soapaction") != `""` || !strings.HasPrefix(heads[0].Get("Content-Type"), "text/xml") {
		t.Errorf("headers: %v", heads[0])
	}
}

func TestARetriedMessageCarriesTheNewestData(t *testing.T) {
	r := newRig(t, Options{WebhookRetryWait: time.Millisecond})
	id := r.quiet("ada", "Case", `{"Subject":"old"}`)
	changed := make(chan struct{})
	in := newInbox(t, func(n int) (int, string) {
		if n == 1 {
			<-changed
			return 500, ""
		}
		return 200, `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></Body></Envelope>`
	})
	r.control("outbound_message", `{"url":"`+in.URL+`","object":"Case","fields":["Subject"]}`)
	r.must(204, "ada", "PATCH", "/sobjects/Case/"+id, `{"Subject":"older"}`)
	in.wait(t, 1)
	r.must(204, "ada", "PATCH", "/sobjects/Case/"+id, `{"Subject":"newest"}`)
	close(changed)
	bodies, _ := in.wait(t, 3)
	for _, body := range bodies[1:] {
		if !strings.Contains(string(body), "<sf:Subject>newest</sf:Subject>") {
			t.Errorf("message: %s", body)
		}
	}
}

func TestFlowsChangeFieldsUnderTheWriter(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("sync", "Case", `{"Subject":"x"}`)
	r.control("flow", `{"object":"Case","when":{"Status":"Escalated"},"set":{"Priority":"High"}}`)
	r.must(204, "sync", "PATCH", "/sobjects/Case/"+id, `{"Status":"Escalated"}`, "Sforce-Auto-Assign", "FALSE")
	if a := r.must(200, "sync", "GET", "/sobjects/Case/"+id, ""); a.text("Priority") != "High" || a.text("LastModifiedById") != UserSync {
		t.Errorf("after the flow: %s", a.raw)
	}
}
