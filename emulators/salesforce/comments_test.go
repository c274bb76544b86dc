package salesforce

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"testing"
	"time"
)

func TestCaseComments(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("ada", "Case", `{"Subject":"x","Comments":"by the shortcut"}`)
	before := r.Must(200, "sync", "GET", "/sobjects/Case/"+id+"?fields=SystemModstamp", "").Text("SystemModstamp")
	r.Pass(time.Minute)
	own := r.quiet("sync", "CaseComment", `{"ParentId":"`+id+`","CommentBody":"for\nall","IsPublished":true}`)
	a := r.soql("sync", "SELECT Id, CommentBody, IsPublished, CreatedBy.Email FROM CaseComment WHERE ParentId='"+id+"' ORDER BY CreatedDate")
	if a.Len("records") != 2 || a.At("records", 0, "IsPublished") != false || a.Text("records", 0, "CommentBody") != "by the shortcut" || a.Text("records", 1, "CommentBody") != "for\r\nall" {
		t.Errorf("comments: %s", a.Raw)
	}
	if now := r.Must(200, "sync", "GET", "/sobjects/Case/"+id+"?fields=SystemModstamp", "").Text("SystemModstamp"); now != before {
		t.Error("a comment does not move the case's stamp")
	}
	feed := r.soql("sync", "SELECT Type, Body, Visibility, RelatedRecordId FROM CaseFeed WHERE ParentId='"+id+"' ORDER BY CreatedDate")
	if feed.Len("records") != 2 || feed.Text("records", 1, "Type") != "CaseCommentPost" || feed.Text("records", 1, "RelatedRecordId") != own || feed.Text("records", 1, "Visibility") != "AllUsers" {
		t.Errorf("a comment is in the feed too: %s", feed.Raw)
	}
	foreign := a.Text("records", 0, "Id")
	r.refused(403, "INSUFFICIENT_ACCESS_OR_READONLY", "sync", "PATCH", "/sobjects/CaseComment/"+foreign, `{"CommentBody":"z"}`)
	r.refused(403, "INSUFFICIENT_ACCESS_OR_READONLY", "sync", "DELETE", "/sobjects/CaseComment/"+foreign, "")
	r.Must(204, "ada", "PATCH", "/sobjects/CaseComment/"+own, `{"CommentBody":"edited","IsPublished":false}`)
	r.Must(204, "sync", "DELETE", "/sobjects/CaseComment/"+own, "")
	if feed = r.soql("sync", "SELECT Id FROM CaseFeed WHERE ParentId='"+id+"'"); feed.Len("records") != 1 {
		t.Errorf("a deleted comment leaves the feed: %s", feed.Raw)
	}
	r.Pass(time.Second)
	r.Must(204, "sync", "DELETE", "/sobjects/Case/"+id, "")
	if a = r.soql("sync", "SELECT Id FROM CaseComment"); a.Len("records") != 0 {
		t.Error("comments go with their case")
	}
	r.Pass(time.Minute)
	r.Control("POST", "undelete/"+id, "{}")
	if a = r.soql("sync", "SELECT Id FROM CaseComment"); a.Len("records") != 1 {
		t.Errorf("and come back with it, but for those that went before: %s", a.Raw)
	}
}

func TestFeed(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("ada", "Case", `{"Subject":"x"}`)
	post := r.quiet("sync", "FeedItem", `{"ParentId":"`+id+`","Body":"<p><B>Hi</B> <img src=\"sfdc://069xx0000000001\"><font>there</font><a href=\"javascript:x\">!</a></p>","IsRichText":true}`)
	plain := r.quiet("sync", "FeedItem", `{"ParentId":"`+id+`","Body":"1 < 2","Visibility":"AllUsers"}`)
	reply := r.quiet("grace", "FeedComment", `{"FeedItemId":"`+post+`","CommentBody":"yes"}`)
	a := r.soql("sync", "SELECT Id, Body, IsRichText, Visibility, CommentCount, (SELECT Id, CommentBody FROM FeedComments) FROM FeedItem WHERE ParentId='"+id+"' ORDER BY Id")
	if got := a.Text("records", 0, "Body"); got != `<p><b>Hi</b> <img src="sfdc://069xx0000000001">there<a target="_blank">!</a></p>` {
		t.Errorf("rich text is cut to its subset: %s", got)
	}
	if a.Text("records", 0, "Visibility") != "InternalUsers" || a.At("records", 0, "CommentCount") != 1.0 || a.Text("records", 0, "FeedComments", "records", 0, "Id") != reply ||
		a.Text("records", 1, "Body") != "1 < 2" || a.Text("records", 1, "Visibility") != "AllUsers" {
		t.Errorf("feed: %s", a.Raw)
	}
	r.Must(204, "sync", "PATCH", "/sobjects/FeedItem/"+plain, `{"Body":"1 > 0"}`)
	if a := r.Must(200, "sync", "GET", "/sobjects/FeedItem/"+plain, ""); a.Text("LastEditById") != UserSync {
		t.Errorf("an edit is signed: %s", a.Raw)
	}
	if a := r.soql("ada", "SELECT Id FROM FeedItem"); a.Len("records") != 2 {
		t.Error("an administrator sees every feed item")
	}
	r.Must(400, "sync", "POST", "/sobjects/FeedItem", `{"ParentId":"`+id+`","Body":"x","Type":"CaseCommentPost"}`)
}

func TestFiles(t *testing.T) {
	r := newRig(t, Options{})
	id := r.quiet("ada", "Case", `{"Subject":"x"}`)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="entity_content"`}, "Content-Type": {"application/json"}})
	_, _ = io.WriteString(part, `{"PathOnClient":"logs/crash.log","FirstPublishLocationId":"`+id+`","Sync_Id__c":"dx-f1"}`)
	part, _ = form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="VersionData"; filename="crash.log"`}, "Content-Type": {"application/octet-stream"}})
	_, _ = io.WriteString(part, "stack trace")
	_ = form.Close()
	req, _ := http.NewRequest("POST", r.URL+data+"/sobjects/ContentVersion", &body)
	req.Header.Set("Authorization", "Bearer "+TokenSync)
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := http.DefaultClient.Do(req) // the document gives multipart no encodings, so the checked client cannot read it
	if err != nil || resp.StatusCode != 201 {
		t.Fatalf("upload: %v %v", resp, err)
	}
	_ = resp.Body.Close()
	a := r.soql("sync", "SELECT ContentDocumentId, Visibility, ContentDocument.LatestPublishedVersionId, ContentDocument.Title, ContentDocument.FileExtension, ContentDocument.ContentSize, ContentDocument.LatestPublishedVersion.Checksum FROM ContentDocumentLink WHERE LinkedEntityId = '"+id+"'")
	if a.Len("records") != 1 || a.Text("records", 0, "ContentDocument", "Title") != "crash" || a.Text("records", 0, "ContentDocument", "FileExtension") != "log" ||
		a.At("records", 0, "ContentDocument", "ContentSize") != 11.0 || a.Text("records", 0, "Visibility") != "AllUsers" {
		t.Fatalf("links: %s", a.Raw)
	}
	version, doc := a.Text("records", 0, "ContentDocument", "LatestPublishedVersionId"), a.Text("records", 0, "ContentDocumentId")
	if got := r.Must(200, "sync", "GET", "/sobjects/ContentVersion/"+version+"/VersionData", ""); string(got.Raw) != "stack trace" {
		t.Errorf("content: %q", got.Raw)
	}
	next := r.quiet("sync", "ContentVersion", `{"ContentDocumentId":"`+doc+`","PathOnClient":"crash.log","VersionData":"bmV3"}`)
	if a := r.soql("sync", "SELECT Id FROM ContentVersion WHERE IsLatest = true"); a.Len("records") != 1 || a.Text("records", 0, "Id") != next {
		t.Errorf("a document has one latest version: %s", a.Raw)
	}
	r.refused(400, "DUPLICATE_VALUE", "sync", "POST", "/sobjects/ContentDocumentLink", `{"ContentDocumentId":"`+doc+`","LinkedEntityId":"`+id+`"}`)
	r.refused(400, "REQUIRED_FIELD_MISSING", "sync", "POST", "/sobjects/ContentVersion", `{"PathOnClient":"a.txt"}`)
	r.Must(405, "sync", "DELETE", "/sobjects/ContentVersion/"+version, "")
	r.Must(204, "sync", "DELETE", "/sobjects/ContentDocument/"+doc, "")
	r.Must(404, "sync", "GET", "/sobjects/ContentVersion/"+version+"/VersionData", "")
	if a := r.soql("sync", "SELECT Id FROM ContentDocumentLink WHERE LinkedEntityId = '"+id+"'"); a.Len("records") != 0 {
		t.Error("links go with their document")
	}
}
