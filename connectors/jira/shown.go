package jira

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"duplex/connectors"
	"duplex/core"
	"duplex/core/richtext"
	"duplex/internal/httpx"
)

// mediaPath finds the media service's id of a file in the address that its content is redirected to. The API tells it nowhere else, and
// texts name files by nothing else.
var mediaPath = regexp.MustCompile(`/file/([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})(/|$)`)

// texts are the rich texts of an observation.
func texts(o core.Observation) []string {
	var all []string
	for _, v := range o.Fields {
		if v.Kind() == core.KindText {
			all = append(all, v.Source())
		}
	}
	for _, c := range o.Comments {
		all = append(all, c.Body.Source())
	}
	return all
}

// whatTextsName adds to an observation what its texts name files by, and whom they mention.
func (c *Connector) whatTextsName(ctx context.Context, o *core.Observation) error {
	shows := false
	var people []string
	for _, source := range texts(*o) {
		if c.on == cloud && !strings.Contains(source, `"media`) && !strings.Contains(source, `"mention"`) {
			continue // the common case costs no parsing
		}
		for _, r := range richtext.References(c.on.format(), source) {
			switch {
			case r.Kind == richtext.Mention && r.ID != "" && !contains(people, r.ID):
				people = append(people, r.ID)
			case r.Kind != richtext.Mention:
				shows = true
			}
		}
	}
	for i := range o.Attachments {
		a := &o.Attachments[i]
		if shows || a.Own && strings.HasPrefix(a.MediaType, "image/") {
			if err := c.nameFile(ctx, a); err != nil {
				return err
			}
		}
	}
	var err error
	o.People, err = c.accounts(ctx, people)
	return err
}

// nameFile adds the names that texts have for a file: its media id, and the address of its content. They never change.
func (c *Connector) nameFile(ctx context.Context, a *core.Attachment) error {
	if c.on == dataCenter { // wiki markup shows files by what they are called
		a.Names = []string{a.Name}
		return nil
	}
	id, known := c.media.Get(a.ID)
	path := c.api + "/attachment/content/" + url.PathEscape(a.ID)
	if !known {
		resp, err := c.http.JSON(ctx, http.MethodGet, path, nil, nil, httpx.Accept(http.StatusSeeOther, http.StatusFound),
			httpx.Header("Accept", "*/*"), httpx.Operation("GET attachment content"))
		var busy *connectors.BusyError
		switch {
		case errors.As(err, &busy) || ctx.Err() != nil:
			return err
		case err != nil:
			return nil // a file that cannot be had is shown by nothing
		}
		if found := mediaPath.FindStringSubmatch(resp.Header.Get("Location")); found != nil {
			id = found[1]
		}
		c.media.Put(a.ID, id)
	}
	a.Names = nil
	if id != "" {
		a.Names = append(a.Names, id)
	}
	if c.site != "" {
		a.Names = append(a.Names, c.site+path)
	}
	return nil
}

// accounts are people by their account ids ("Bulk get users"). Somebody whom the account may not see is left out.
func (c *Connector) accounts(ctx context.Context, ids []string) ([]core.Value, error) {
	var unknown []string
	for _, id := range ids {
		if _, ok := c.mentioned.Get(id); !ok {
			unknown = append(unknown, id)
		}
	}
	for len(unknown) > 0 {
		part := unknown[:min(100, len(unknown))]
		unknown = unknown[len(part):]
		found, err := c.usersByID(ctx, part)
		if err != nil && !errors.Is(err, connectors.ErrNotFound) && !errors.Is(err, connectors.ErrDenied) {
			return nil, err
		}
		for _, id := range part {
			c.mentioned.Put(id, core.Absent())
		}
		for _, u := range found {
			c.mentioned.Put(u.AccountID, u.value())
		}
	}
	var people []core.Value
	for _, id := range ids {
		if p, _ := c.mentioned.Get(id); !p.IsAbsent() && !p.IsEmpty() {
			people = append(people, p)
		}
	}
	return people, nil
}

// usersByID reads up to 100 people ("Bulk get users"; one by one on Data Center, "Get user").
func (c *Connector) usersByID(ctx context.Context, ids []string) ([]user, error) {
	if c.on == cloud {
		var page struct {
			Values []user `json:"values"`
		}
		err := c.get(ctx, c.api+"/user/bulk", url.Values{"accountId": ids, "maxResults": {"100"}}, &page)
		return page.Values, err
	}
	var out []user
	for _, id := range ids {
		var u user
		err := c.get(ctx, c.api+"/user", url.Values{"username": {id}}, &u)
		if errors.Is(err, connectors.ErrNotFound) {
			continue
		}
		if err != nil {
			return out, err
		}
		out = append(out, u)
	}
	return out, nil
}
