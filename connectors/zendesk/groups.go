package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"duplex/core"
	"duplex/internal/httpx"
)

// allGroups are the account's groups as options.
func (c *Connector) allGroups(ctx context.Context) ([]core.Value, error) {
	if gs, ok := c.groups.Get(""); ok {
		return gs, nil
	}
	type group struct {
		ID      int64
		Name    string
		Deleted bool
	}
	var all []core.Value
	err := pages(ctx, c, "/api/v2/groups", "groups", pageSize("100"), func(page []group) bool {
		for _, g := range page {
			if !g.Deleted {
				all = append(all, core.Option(strconv.FormatInt(g.ID, 10), g.Name))
			}
		}
		return false
	})
	if err != nil {
		return nil, fmt.Errorf("%s: reading the groups: %w", c.name, err)
	}
	c.groups.Put("", all)
	return all, nil
}

func (c *Connector) group(ctx context.Context, id *int64) (core.Value, error) {
	if id == nil || *id == 0 {
		return core.Empty(core.KindOption), nil
	}
	all, err := c.allGroups(ctx)
	if err != nil {
		return core.Value{}, err
	}
	text := strconv.FormatInt(*id, 10)
	for _, g := range all {
		if g.ID() == text {
			return g, nil
		}
	}
	return core.Option(text, ""), nil
}

type organization struct {
	ID   int64
	Name string
}

func (c *Connector) organization(ctx context.Context, id *int64) (core.Value, error) {
	if id == nil || *id == 0 {
		return core.Empty(core.KindOption), nil
	}
	if o, ok := c.orgs.Get(*id); ok {
		return o, nil
	}
	return c.readOrganization(ctx, *id)
}

// findOrganization is the id of the organization that v means, or why there is none.
func (c *Connector) findOrganization(ctx context.Context, v core.Value) (id int64, why string, err error) {
	if v.ID() != "" {
		if id, err := strconv.ParseInt(v.ID(), 10, 64); err == nil {
			return id, "", nil
		}
		return 0, "it takes the id or name of an organization", nil
	}
	var answer struct{ Organizations []organization }
	q := url.Values{"name": {v.Name()}}
	if _, err := c.http.JSON(ctx, http.MethodGet, "/api/v2/organizations/search", nil, &answer, httpx.Query(q)); err != nil {
		return 0, "", fmt.Errorf("%s: looking for an organization: %w", c.name, err)
	}
	for _, o := range answer.Organizations {
		if strings.EqualFold(o.Name, v.Name()) {
			return o.ID, "", nil
		}
	}
	return 0, fmt.Sprintf("there is no organization %q", v.Name()), nil
}
