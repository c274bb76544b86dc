package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"duplex/connectors"
	"duplex/core"
)

// customStatus is the field of an account's own statuses; status is then their category.
const customStatus = "custom_status"

// ownStatus is a status that the account's administrators defined.
type ownStatus struct {
	ID       int64
	Category string `json:"status_category"`
	Label    string `json:"agent_label"`
	Active   bool
}

// ownStatuses are those of the account ("List Custom Statuses"), none where it has not switched them on.
func (c *Connector) ownStatuses(ctx context.Context) ([]ownStatus, error) {
	if s, ok := c.statuses.Get(""); ok {
		return s, nil
	}
	var answer struct {
		Statuses []ownStatus `json:"custom_statuses"`
	}
	_, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/custom_statuses", nil, &answer)
	if errors.Is(err, connectors.ErrNotFound) || errors.Is(err, connectors.ErrDenied) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: reading the custom statuses: %w", c.name, err)
	}
	c.statuses.Put("", answer.Statuses)
	return answer.Statuses, nil
}

// statusOptions are the active ones, by the name that agents see. One that another shares gets its category added.
func statusOptions(all []ownStatus) []core.Value {
	var out []core.Value
	for _, s := range all {
		if s.Active {
			out = append(out, s.option(all))
		}
	}
	return out
}

func (s ownStatus) option(all []ownStatus) core.Value {
	name := s.Label
	for _, o := range all {
		if o.ID != s.ID && o.Label == s.Label {
			name = fmt.Sprintf("%s (%s)", s.Label, s.Category)
		}
	}
	return core.Option(strconv.FormatInt(s.ID, 10), name)
}

// statusOf is a ticket's own status; absent where the account has none.
func (c *Connector) statusOf(ctx context.Context, t ticket) (core.Value, error) {
	if t.CustomStatusID == nil {
		return core.Absent(), nil
	}
	all, err := c.ownStatuses(ctx)
	if err != nil {
		return core.Absent(), err
	}
	for _, s := range all {
		if s.ID == *t.CustomStatusID {
			return s.option(all), nil
		}
	}
	return core.Option(strconv.FormatInt(*t.CustomStatusID, 10), ""), nil
}

// putStatus writes an own status into the body. It goes alone: its category follows from it.
func (c *Connector) putStatus(ctx context.Context, body map[string]any, fields map[string]core.Value) (why string, err error) {
	v := fields[customStatus]
	if v.IsEmpty() {
		return "a ticket always has a status", nil
	}
	all, err := c.ownStatuses(ctx)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "the account has no custom statuses", nil
	}
	o, why := connectors.Pick(statusOptions(all), v)
	if why != "" {
		return why, nil
	}
	i := slices.IndexFunc(all, func(s ownStatus) bool { return strconv.FormatInt(s.ID, 10) == o.ID() })
	if category, both := fields["status"]; both && !strings.EqualFold(category.String(), all[i].Category) {
		return fmt.Sprintf("it means the status %s, and status is to be %s; write one of the two", all[i].Category, category), nil
	}
	delete(body, "status")
	body["custom_status_id"] = all[i].ID
	return "", nil
}

// needed tells a status that was refused for want of other fields ("required to solve") from fields that were refused themselves:
// the status is what cannot be written then.
func needed(err error, fields map[string]core.Value) error {
	var invalid *connectors.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	status := "status"
	if _, own := fields[customStatus]; own {
		status = customStatus
	}
	_, moves := fields[status]
	_, refused := invalid.Fields[status]
	if !moves || refused {
		return err
	}
	var missing []string
	for f := range invalid.Fields {
		if _, written := fields[f]; written || f == "" {
			return err
		}
		missing = append(missing, f)
	}
	slices.Sort(missing)
	return fmt.Errorf("%w", &connectors.InvalidError{Fields: map[string]string{status: fmt.Sprintf("%s needs %s; give it beside the status, with also: {%s: {%s: …}}",
		fields[status], strings.Join(missing, ", "), connectors.ThisSide, missing[0])}})
}
