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

	"duplex/emulators/harness/bench"
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
	in, decoded := bench.NewInbox(t), bench.NewInbox(t)
	r.Control("POST", "webhook_target", `{"url":"`+in.URL+`","secret":"s3cret"}`)
	r.Control("POST", "relay", `{"url":"`+decoded.URL+`","secret":"s3cret","form":"pubsub"}`)
	id := r.quiet("sync", "Case", `{"Subject":"x"}`)
	r.Must(204, "ada", "PATCH", "/sobjects/Case/"+id, `{"Status":"Working"}`, "Sforce-Auto-Assign", "FALSE", "Sforce-Call-Options", "client=duplex")
	r.quiet("ada", "CaseComment", `{"ParentId":"`+id+`","CommentBody":"hi"}`)
	r.Must(204, "ada", "DELETE", "/sobjects/Case/"+id, "")
	r.Control("POST", "gap", `{"id":"`+id+`"}`)
	calls := in.Wait(8)
	var got []string
	for i, call := range calls {
		if Sign("s3cret", call.Header.Get("X-Duplex-Timestamp"), call.Raw) != call.Header.Get("X-Duplex-Signature") {
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
		_ = json.Unmarshal(call.Raw, &ev)
		h := ev.Payload.ChangeEventHeader
		got = append(got, h.EntityName+" "+h.ChangeType+" "+strings.Join(h.ChangedFields, ","))
		if i == 1 && (h.ChangeOrigin != "com/salesforce/api/rest/67.0;client=duplex" || h.CommitUser != UserAda || h.RecordIDs[0] != id) {
			t.Errorf("header: %s", call.Raw)
		}
	}
	want := "Case CREATE , Case UPDATE LastModifiedById,Status, CaseComment CREATE , FeedItem CREATE , Case DELETE , CaseComment DELETE , FeedItem DELETE , Case GAP_UPDATE "
	if strings.Join(got, ", ") != want {
		t.Errorf("events are\n%s, want\n%s", strings.Join(got, ", "), want)
	}
	dir := filepath.Join(contract.VendorDir(t, "salesforce"), "webhooks")
	other := decoded.Wait(2)
	for name, call := range map[string]bench.Message{"cdc.CaseChangeEvent.update.cometd.json": calls[1], "cdc.CaseChangeEvent.update.pubsub-decoded.json": other[1]} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		var sample, sent map[string]any
		_ = json.Unmarshal(raw, &sample)
		_ = json.Unmarshal(call.Raw, &sent)
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
	in := bench.NewInbox(t)
	a, b := r.quiet("sync", "Case", `{"Subject":"a"}`), r.quiet("sync", "Case", `{"Subject":"b"}`)
	r.Control("POST", "webhook_target", `{"url":"`+in.URL+`","secret":"s"}`)
	r.Pass(time.Second)
	r.Must(200, "ada", "PATCH", "/composite/sobjects", fmt.Sprintf(`{"records":[{"attributes":{"type":"Case"},"Id":%q,"Status":"Working"},{"attributes":{"type":"Case"},"Id":%q,"Status":"Working"}]}`, a, b))
	if call := in.Next(); !strings.Contains(string(call.Raw), `"recordIds":["`+a+`","`+b+`"]`) {
		t.Errorf("records that were changed alike share an event: %s", call.Raw)
	}
}

func TestOutboundMessages(t *testing.T) {
	r := newRig(t, Options{WebhookRetryWait: time.Millisecond})
	ack, err := os.ReadFile(filepath.Join(contract.VendorDir(t, "salesforce"), "webhooks", "outbound-message.ack.xml"))
	if err != nil {
		t.Fatal(err)
	}
	id := r.quiet("ada", "Case", `{"Subject":"first & last"}`)
	in := bench.NewInbox(t)
	in.Reply(func(n int) (int, string) {
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
	r.Control("POST", "outbound_message", `{"url":"`+in.URL+`","object":"Case","fields":["Subject","LastModifiedById","LastModifiedDate","IsClosed","Reason"],"except":"`+UserSync+`"}`)
	r.Must(204, "sync", "PATCH", "/sobjects/Case/"+id, `{"Subject":"own"}`)
	r.Must(204, "ada", "PATCH", "/sobjects/Case/"+id, `{"Subject":"first & last"}`)
	calls := in.Wait(4)
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
		if err := xml.Unmarshal(calls[i*3].Raw, to); err != nil {
			t.Fatal(err)
		}
	}
	n := last.Notification[0]
	if n.SObject.Id != id || n.SObject.Subject != "first & last" || n.SObject.LastModifiedById != UserAda || n.SObject.LastModifiedDate != "2026-03-01T12:00:30.000Z" ||
		n.SObject.Reason != nil || n.SObject.IsClosed != "false" || last.OrganizationId != OrgID {
		t.Errorf("message: %s", calls[3].Raw)
	}
	if first.Notification[0].Id != n.Id {
		t.Error("a retry carries the same notification id")
	}
	if head := calls[0].Header; head.Get("Soapaction") != `""` || !strings.HasPrefix(head.Get("Content-Type"), "text/xml") {
		t.Errorf("headers: %v", head)
	}
}

func TestARetriedMessageCarriesTheNewestData(t *testing.T) {
	r := newRig(t, Options{WebhookRetryWait: time.Millisecond})
	id := r.quiet("ada", "Case", `{"Subject":"old"}`)
	changed := make(chan struct{})
	in := bench.NewInbox(t)
	in.Reply(func(n int) (int, string) {
		if n == 1 {
			<-changed
			return 500, ""
		}
		return 200, `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></Body></Envelope>`
	})
	r.Control("POST", "outbound_message", `{"url":"`+in.URL+`","object":"Case","fields":["Subject"]}`)
	r.Must(204, "ada", "PATCH", "/sobjects/Case/"+id, `{"Subject":"older"}`)
	in.Wait(1)
	r.Must(204, "ada", "PATCH", "/sobjects/Case/"+id, `{"Subject":"newest"}`)
	close(changed)
	for _, call := range in.Wait(3)[1:] {
		if !strings.Contains(string(call.Raw), "<sf:Subject>newest</sf:Subject>") {
			t.Errorf("message: %s", call.Raw)
		}
	}
}

func TestFlowsChangeFieldsUnderTheWriter(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("sync", "Case", `{"Subject":"x"}`)
	r.Control("POST", "flow", `{"object":"Case","when":{"Status":"Escalated"},"set":{"Priority":"High"}}`)
	r.Must(204, "sync", "PATCH", "/sobjects/Case/"+id, `{"Status":"Escalated"}`, "Sforce-Auto-Assign", "FALSE")
	if a := r.Must(200, "sync", "GET", "/sobjects/Case/"+id, ""); a.Text("Priority") != "High" || a.Text("LastModifiedById") != UserSync {
		t.Errorf("after the flow: %s", a.Raw)
	}
}
