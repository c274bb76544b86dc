package salesforce

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"duplex/connectors"
	"duplex/internal/httpx"
)

// The vendor's two calls for replication (vendor pages "Get Updated", "Get Deleted", "Polling for Changes") tell until when what
// they know is complete: a transaction that is under way holds that time back to its own beginning.

const (
	// askEvery is how often each of the two is asked at most, as the vendor wants it.
	askEvery = 5 * time.Minute
	// longest is how long a transaction of the organization's own is waited for. One of the vendor's may hold the time back for hours.
	longest = 15 * time.Minute
	// reach is how far back the vendor tells of deletions, less an hour.
	reach = 15*24*time.Hour - time.Hour
	// kept is how long the vendor's log of deletions is safe from being shortened, less five minutes.
	kept = 2*time.Hour - 5*time.Minute
)

// settled is the time before which every change can be seen: that of Get Updated, three minutes ago at the latest and longest ago at the
// earliest. It is asked before the rows are read, so that what becomes visible in between is listed by the next pass.
func (c *Connector) settled(ctx context.Context, s *schema, at *position, now time.Time) (time.Time, error) {
	if now.Sub(at.AskedUpdated) >= askEvery {
		covered, err := c.covered(ctx, s, now)
		if err != nil {
			return time.Time{}, err
		}
		at.Covered, at.AskedUpdated = covered, now
	}
	earliest, latest := now.Add(-longest), now.Add(-overlap)
	switch {
	case at.Covered.Before(earliest):
		return earliest, nil
	case at.Covered.Before(latest):
		return at.Covered, nil
	}
	return latest, nil
}

// covered is until when Get Updated knows every change; the zero time where it cannot be asked about the object. Its list of ids is
// not needed: the query that follows has them with their revisions.
func (c *Connector) covered(ctx context.Context, s *schema, now time.Time) (time.Time, error) {
	if s.unreplicated {
		return time.Time{}, nil
	}
	var answer struct {
		Until string `json:"latestDateCovered"`
	}
	err := c.replicated(ctx, s, "updated", now.Add(-longest), now, &answer)
	switch class := connectors.Class(err); {
	case class == "invalid" || class == "unsupported" || class == "not-found" || class == "denied" && !isUnauthenticated(err):
		return time.Time{}, nil
	case err != nil:
		return time.Time{}, err
	}
	return instant(answer.Until), nil
}

// deletions adds what was deleted since the last time, and goes on from the time that the vendor says it covered. Where the log was
// shortened, what is left of it counts; where it holds too much for an answer, a part of it is asked for.
func (c *Connector) deletions(ctx context.Context, s *schema, at *position, page *connectors.Page, now time.Time) error {
	from, to := at.Deleted, now
	if oldest := now.Add(-reach); from.Before(oldest) {
		from = oldest
	}
	if s.unreplicated || now.Sub(from.Truncate(time.Minute)) < 2*time.Minute || now.Sub(at.AskedDeleted) < askEvery {
		return nil
	}
	var answer struct {
		Records []struct{ ID, DeletedDate string } `json:"deletedRecords"`
		Until   string                             `json:"latestDateCovered"`
	}
	for {
		err := c.replicated(ctx, s, "deleted", from, to, &answer)
		switch code := codeOf(err); {
		case code == "INVALID_REPLICATION_DATE" && from.Before(now.Add(-kept)):
			from = now.Add(-kept)
			continue
		case code == "EXCEEDED_ID_LIMIT" && to.Sub(from) > 4*time.Minute:
			to = from.Add(to.Sub(from) / 2)
			continue
		case err != nil:
			return err
		}
		break
	}
	at.AskedDeleted = now
	listed := map[string]bool{}
	for _, ch := range page.Items {
		listed[ch.Ref.ID] = true
	}
	for _, r := range answer.Records {
		if id := long(r.ID); isID(id) && !listed[id] {
			page.Items = append(page.Items, connectors.Change{Ref: c.ref(s.object, id, ""), UpdatedAt: instant(r.DeletedDate), Deleted: true})
		}
	}
	if until := instant(answer.Until); until.After(at.Deleted) {
		at.Deleted = until
	}
	return nil
}

// replicated asks for what happened to the object's records from one time to another, of which whole minutes count.
func (c *Connector) replicated(ctx context.Context, s *schema, what string, from, to time.Time, answer any) error {
	const layout = "2006-01-02T15:04:05+00:00"
	return c.call(ctx, "GET "+what, http.MethodGet, "/sobjects/"+s.object+"/"+what, nil, answer,
		httpx.Query(url.Values{"start": {from.UTC().Truncate(time.Minute).Format(layout)}, "end": {to.UTC().Format(layout)}}))
}
