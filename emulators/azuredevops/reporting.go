package azuredevops

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reportFilter is what the reporting feed is asked for, by query (GET) or body (POST).
type reportFilter struct {
	Fields        []string `json:"fields"`
	Types         []string `json:"types"`
	Identities    bool     `json:"includeIdentityRef"`
	Deleted       bool     `json:"includeDeleted"`
	LatestOnly    bool     `json:"includeLatestOnly"`
	TagRefs       bool     `json:"includeTagRef"`
	DiscussedOnly bool     `json:"-"`
}

func (c *call) reportFilter() (reportFilter, error) {
	if c.req.Method == http.MethodPost {
		var f reportFilter
		return f, c.decode(&f)
	}
	return reportFilter{Fields: c.words("fields"), Types: c.words("types"), Identities: c.flag("includeIdentityRef"), Deleted: c.flag("includeDeleted"),
		LatestOnly: c.flag("includeLatestOnly"), DiscussedOnly: c.flag("includeDiscussionChangesOnly")}, nil
}

// reported is one revision in the feed.
type reported struct {
	it *item
	r  *revision
}

// report is the feed of revisions in the order they were made. Its token is a position; it stays good for ever.
func (c *call) report() error {
	f, err := c.reportFilter()
	if err != nil {
		return err
	}
	for _, name := range f.Fields {
		if fieldBy(name) == nil {
			return noField(name)
		}
	}
	after, start, err := c.position()
	if err != nil {
		return err
	}
	size, err := c.number("$maxPageSize", c.e.limits.ReportPage)
	if err != nil {
		return err
	}
	size = max(1, min(size, c.e.limits.ReportPage))
	all := c.revisions(f, after, start)
	last := len(all) <= size
	if !last {
		all = all[:size]
	}
	s := shape{fields: f.Fields, expand: "none", strings: !f.Identities, noLong: !strings.EqualFold(c.query("$expand"), "fields"), computed: true}
	values := []any{}
	for _, v := range all {
		after = max(after, v.r.Watermark)
		fields := c.e.fieldViews(v.it, v.r, s)
		if v.r.Deleted {
			fields["System.IsDeleted"] = true
		}
		one := object{"id": v.it.ID, "rev": v.r.Rev, "fields": fields}
		if v.r.CommentID != 0 {
			one["commentVersionRef"] = c.e.commentRef(v.it, v.r)
		}
		values = append(values, one)
	}
	token := fmt.Sprintf("%d;%d;1", after, len(values))
	return c.answer(object{"values": values, "continuationToken": token, "isLastBatch": last, "nextLink": c.next(token)})
}

// position reads continuationToken, or startDateTime where there is none.
func (c *call) position() (after int, start time.Time, err error) {
	if token := c.query("continuationToken"); token != "" {
		first, _, _ := strings.Cut(token, ";")
		if after, err = strconv.Atoi(first); err != nil {
			return 0, start, bad("ReportingContinuationTokenException", "VS403310: The continuation token is not valid.")
		}
		return after, start, nil
	}
	if text := c.query("startDateTime"); text != "" {
		var ok bool
		if start, ok = readTime(text, time.UTC); !ok {
			return 0, start, bad("VssPropertyValidationException", "The value of startDateTime is not a time.")
		}
	}
	return 0, start, nil
}

func (c *call) next(token string) string {
	query := url.Values{"continuationToken": {token}}
	for _, name := range []string{"api-version", "fields", "types", "includeIdentityRef", "includeDeleted", "includeLatestOnly", "includeDiscussionChangesOnly", "$expand", "$maxPageSize"} {
		if v := c.query(name); v != "" {
			query.Set(name, v)
		}
	}
	return c.e.base + c.req.URL.Path + "?" + query.Encode()
}

// revisions are those in the feed after a position, as far as the index has come.
func (c *call) revisions(f reportFilter, after int, start time.Time) []reported {
	horizon := c.now.Add(-c.e.lag)
	var out []reported
	for _, it := range c.e.st.Items {
		if (it.Deleted != nil || it.Gone) && !f.Deleted || c.project != "" && it.text(fieldProject) != c.project {
			continue
		}
		for _, r := range it.Revs {
			switch {
			case r.Watermark <= after || r.At.Before(start) || c.e.lag > 0 && r.At.After(horizon):
			case len(f.Types) > 0 && !contains(f.Types, r.Fields[fieldType].(string)):
			case f.LatestOnly && r != it.latest() || f.DiscussedOnly && r.CommentID == 0:
			default:
				out = append(out, reported{it, r})
			}
		}
	}
	slices.SortFunc(out, func(a, b reported) int { return cmp.Compare(a.r.Watermark, b.r.Watermark) })
	return out
}

// reportLinks is the feed of links between items. Its position is a time in milliseconds.
func (c *call) reportLinks() error {
	after, start, err := c.position()
	if err != nil {
		return err
	}
	values := []any{}
	for _, it := range c.e.sorted() {
		for _, u := range it.Updates {
			if at := int(u.At.UnixMilli()); at <= after || u.At.Before(start) || it.Gone || c.project != "" && it.text(fieldProject) != c.project {
				continue
			}
			for active, list := range map[bool][]relation{true: u.Added, false: u.Removed} {
				for _, r := range list {
					if r.Target != 0 && (c.query("linkTypes") == "" || contains(c.words("linkTypes"), r.Rel)) {
						values = append(values, object{"rel": r.Rel, "sourceId": it.ID, "targetId": r.Target, "isActive": active, "changedDate": stamp(u.At), "changedBy": c.e.identityRef(u.By)})
					}
				}
			}
		}
	}
	slices.SortStableFunc(values, func(a, b any) int {
		return strings.Compare(a.(object)["changedDate"].(string), b.(object)["changedDate"].(string))
	})
	if n := len(values); n > 0 {
		at, _ := readTime(values[n-1].(object)["changedDate"].(string), time.UTC)
		after = int(at.UnixMilli())
	}
	token := strconv.Itoa(after)
	return c.answer(object{"values": values, "continuationToken": token, "isLastBatch": true, "nextLink": c.next(token)})
}
