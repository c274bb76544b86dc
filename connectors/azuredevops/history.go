package azuredevops

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// History reads the updates of an item (vendor page "Updates - List"). The time of an update is its ChangedDate: what the vendor calls the
// date of the revision is when the next one came, and the year 9999 for the last.
func (c *Connector) History(ctx context.Context, id string) (changed map[string]time.Time, ours []string, err error) {
	n, err := number(id)
	if err != nil {
		return nil, nil, err
	}
	s, err := c.schema(ctx)
	if err != nil {
		return nil, nil, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return nil, nil, err
	}
	changed, last := map[string]time.Time{}, map[string]bool{}
	const top = 200
	for skip := 0; ; skip += top {
		var answer struct {
			Value []struct {
				Rev       int64
				RevisedBy identity `json:"revisedBy"`
				Fields    map[string]struct {
					New json.RawMessage `json:"newValue"`
				}
			}
		}
		q := url.Values{"$top": {strconv.Itoa(top)}, "$skip": {strconv.Itoa(skip)}}
		path := "/_apis/wit/workItems/" + strconv.FormatInt(n, 10) + "/updates"
		if err := c.call(ctx, request{method: http.MethodGet, path: path, op: "GET updates", query: q}, &answer); err != nil {
			return nil, nil, fmt.Errorf("%s: reading the history of #%d: %w", c.name, n, err)
		}
		for _, u := range answer.Value {
			at := instant(scalar(u.Fields[refChangedDate].New))
			if u.Rev <= 1 || at.IsZero() { // the creation, or links only
				continue
			}
			for ref := range u.Fields {
				if f := s.byRef[ref]; f != nil {
					changed[f.name], last[f.name] = at, sameID(u.RevisedBy.ID, self.ID())
				}
			}
		}
		if len(answer.Value) < top {
			break
		}
	}
	for name, own := range last {
		if own {
			ours = append(ours, name)
		}
	}
	return changed, ours, nil
}
