package rig

import (
	"bytes"
	"context"
	"net/url"
)

// NewTicket makes a ticket and gives its id.
func (p Person) NewTicket(ctx context.Context, ticket Object) (string, error) {
	var out Object
	err := p.Call(ctx, "POST", "/api/v2/tickets.json", Object{"ticket": ticket}, &out)
	return Text(out, "ticket", "id"), err
}

// EditTicket changes fields of a ticket, or adds a comment to it.
func (p Person) EditTicket(ctx context.Context, id string, ticket Object) error {
	return p.Call(ctx, "PUT", "/api/v2/tickets/"+id+".json", Object{"ticket": ticket}, nil)
}

// Ticket reads a ticket.
func (p Person) Ticket(ctx context.Context, id string) (Object, error) {
	var out Object
	err := p.Call(ctx, "GET", "/api/v2/tickets/"+id+".json", nil, &out)
	t, _ := out["ticket"].(Object)
	return t, err
}

// Tickets reads every ticket of the account.
func (p Person) Tickets(ctx context.Context) ([]any, error) {
	return p.Pages(ctx, "/api/v2/tickets.json", "tickets")
}

// Pages reads a list of Zendesk's to its end.
func (p Person) Pages(ctx context.Context, path, key string) (all []any, err error) {
	for after := ""; ; {
		var out Object
		if err := p.Call(ctx, "GET", path+"?page[size]=100&page[after]="+url.QueryEscape(after), nil, &out); err != nil {
			return nil, err
		}
		all = append(all, List(out[key])...)
		if after = Text(out, "meta", "after_cursor"); Text(out, "meta", "has_more") != "true" {
			return all, nil
		}
	}
}

// TicketComments reads the first hundred comments, of which the description is the first.
func (p Person) TicketComments(ctx context.Context, id string) ([]any, error) {
	var out Object
	err := p.Call(ctx, "GET", "/api/v2/tickets/"+id+"/comments.json?page[size]=100", nil, &out)
	return List(out["comments"]), err
}

// Upload gives the token by which a comment may bring the file.
func (p Person) Upload(ctx context.Context, name string, content []byte) (token string, err error) {
	var out Object
	err = p.send(ctx, "POST", "/api/v2/uploads.json?filename="+url.QueryEscape(name), bytes.NewReader(content), "text/plain", &out)
	return Text(out, "upload", "token"), err
}

// AttachToTicket adds a file with a public comment.
func (p Person) AttachToTicket(ctx context.Context, id, name string, content []byte) error {
	token, err := p.Upload(ctx, name, content)
	if err != nil {
		return err
	}
	return p.EditTicket(ctx, id, Object{"comment": Object{"body": "see the file", "public": true, "uploads": []any{token}}})
}
