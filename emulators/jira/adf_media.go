package jira

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A document shows a file of its issue by a media node: its id is the file's on the media host, not the
// attachment's. The id is told only by where the attachment's content redirects to.
// Vendor source: "Document structure", node media; the refusal is from public reports.

// mediaIDs are the files of the media host a document shows.
func mediaIDs(n *node) []string {
	if n == nil {
		return nil
	}
	var out []string
	if kind, _ := n.Attrs["type"].(string); n.Type == "media" && kind != "external" || n.Type == "mediaInline" {
		id, _ := n.Attrs["id"].(string)
		out = append(out, id)
	}
	for _, c := range n.Content {
		out = append(out, mediaIDs(c)...)
	}
	return out
}

// checkMedia refuses a document with a file that is not attached to the issue; what the text held
// before may stay. i is nil for an issue that is yet to be created, which has no files.
func checkMedia(doc *node, i *issue, before *node) error {
	for _, id := range mediaIDs(doc) {
		attached := i != nil && slices.ContainsFunc(i.Attachments, func(a *attachment) bool { return a.MediaID == id })
		if !attached && !slices.Contains(mediaIDs(before), id) {
			return &apiError{Status: http.StatusBadRequest, Messages: []string{"ATTACHMENT_VALIDATION_ERROR"},
				Detail: "the media node's id " + id + " is of no file attached to this issue"}
		}
	}
	return nil
}

// withFiles is a document whose media nodes name the attachments they show: the file's name as alt
// and its address as url. For reading only.
func withFiles(doc *node, s *state, address func(*issue, *attachment) string) *node {
	if len(mediaIDs(doc)) == 0 {
		return doc
	}
	out := copyNode(doc)
	var name func(*node)
	name = func(n *node) {
		if id, _ := n.Attrs["id"].(string); id != "" && (n.Type == "media" || n.Type == "mediaInline") {
			if i, a := s.findAttachment(func(a *attachment) bool { return a.MediaID == id }); a != nil {
				n.Attrs["alt"], n.Attrs["url"], n.Attrs["mime"] = a.Filename, address(i, a), a.MimeType
			}
		}
		for _, c := range n.Content {
			name(c)
		}
	}
	name(out)
	return out
}

func (v view) fileAddress(_ *issue, a *attachment) string {
	return v.self("/attachment/content/" + a.ID)
}

// wiki is a document as wiki markup, with the names of the files it shows.
func (v view) wiki(doc *node) string {
	text := wikiText(withFiles(doc, v.state, v.fileAddress))
	if !v.dc || doc == nil || doc.Wiki != "" {
		return text
	}
	for _, u := range users { // what was written on the pages
		text = strings.ReplaceAll(text, "[~accountid:"+u.AccountID+"]", "[~"+u.Login()+"]")
	}
	return text
}

// html is a document as HTML, with the addresses of the files it shows.
func (v view) html(doc *node) string { return string(htmlText(withFiles(doc, v.state, v.fileAddress))) }

// pageHTML is a document for the pages for people, which have addresses of their own for files.
func (s *session) pageHTML(doc *node) template.HTML {
	return htmlText(withFiles(doc, s.state, func(i *issue, a *attachment) string {
		return "/items/" + i.ID + "/attachments/" + url.PathEscape(a.ID)
	}))
}
