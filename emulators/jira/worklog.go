package jira

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// worklog is time somebody spent on an issue.
// Vendor source: "Issue worklogs" of the REST API, version 3.
type worklog struct {
	ID         string
	AuthorID   string
	UpdaterID  string
	Comment    *node
	Started    time.Time
	Created    time.Time
	Updated    time.Time
	Seconds    int
	Visibility *visibility
	Properties map[string]rawDoc
}

// goneWorklog is what stays of a deleted one.
type goneWorklog struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// worklogLimit is how many worklogs the issue's own field shows.
const worklogLimit = 20

type worklogInput struct {
	Comment          rawDoc      `json:"comment"`
	Started          *string     `json:"started"`
	TimeSpent        string      `json:"timeSpent"`
	TimeSpentSeconds *int        `json:"timeSpentSeconds"`
	Visibility       *visibility `json:"visibility"`
	Properties       []property  `json:"properties"`
}

// readWorklog writes what an input names into a copy of w. The error is the vendor's 400.
func (s *session) readWorklog(i *issue, in worklogInput, w worklog) (*worklog, error) {
	if len(in.Comment) > 0 && string(in.Comment) != "null" {
		body, err := s.readBody(in.Comment, i, w.Comment)
		if err != nil {
			return nil, err
		}
		w.Comment = body
	}
	if in.Started != nil {
		// Other spellings of a moment, with Z or a colon in the offset, are refused as a whole.
		at, err := time.Parse(timeLayout, *in.Started)
		if err != nil || strings.HasSuffix(*in.Started, "Z") {
			return nil, &apiError{Status: http.StatusBadRequest, Messages: []string{"Invalid request payload. Refer to the REST API documentation and try again."},
				Detail: "started must be written like 2021-01-17T12:34:00.000+0000"}
		}
		w.Started = at.UTC()
	}
	switch {
	case in.TimeSpentSeconds != nil:
		w.Seconds = *in.TimeSpentSeconds / minuteSeconds * minuteSeconds
	case in.TimeSpent != "":
		seconds, ok := parseDuration(in.TimeSpent)
		if !ok {
			return nil, badField("timeLogged", "Invalid time duration entered.")
		}
		w.Seconds = seconds
	}
	if w.Seconds <= 0 {
		return nil, badField("timeLogged", "You must indicate the time spent working.")
	}
	if in.Visibility != nil {
		if err := s.checkVisibility(in.Visibility); err != nil {
			return nil, err
		}
		w.Visibility = in.Visibility
	}
	if in.Properties != nil {
		w.Properties = map[string]rawDoc{}
		for _, p := range in.Properties {
			if err := checkProperty(p.Key, p.Value); err != nil {
				return nil, err
			}
			w.Properties[p.Key] = p.Value
		}
	}
	return &w, nil
}

// adjustment is what becomes of the remaining estimate: new, leave, manual or auto.
type adjustment struct {
	mode   string
	amount int // new: the estimate, manual: the difference
}

// estimateAfter gives the remaining estimate after spent more seconds were logged (fewer: negative).
func (a adjustment) estimateAfter(now *int, spent int) *int {
	left := orZero(now)
	switch a.mode {
	case "leave":
		return now
	case "new":
		left = a.amount
	case "manual":
		if spent > 0 {
			left -= a.amount
		} else {
			left += a.amount
		}
	default:
		if now == nil && spent < 0 {
			return nil
		}
		left -= spent
	}
	left = max(0, left)
	return &left
}

// logWork stores a checked new worklog.
func (s *session) logWork(i *issue, w *worklog, a adjustment) {
	w.ID, w.AuthorID, w.UpdaterID = s.state.nextID(), s.user.AccountID, s.user.AccountID
	w.Created, w.Updated = s.now, s.now
	i.Worklogs = append(slices.Clone(i.Worklogs), w)
	s.workChanged(i, w.Seconds, a, changeItem{To: &w.ID}, "issue_work_logged")
	s.emitWorklog("worklog_created", i, w)
}

// relogWork replaces a worklog by its edited version.
func (s *session) relogWork(i *issue, old, w *worklog, a adjustment) {
	w.Updated, w.UpdaterID = s.now, s.user.AccountID
	i.Worklogs = slices.Clone(i.Worklogs)
	i.Worklogs[slices.Index(i.Worklogs, old)] = w
	s.workChanged(i, w.Seconds-old.Seconds, a, changeItem{From: &w.ID, To: &w.ID}, "issue_worklog_updated")
	s.emitWorklog("worklog_updated", i, w)
}

func (s *session) dropWork(i *issue, w *worklog, a adjustment) {
	at := slices.Index(i.Worklogs, w)
	i.Worklogs = slices.Delete(slices.Clone(i.Worklogs), at, at+1)
	s.state.GoneWorklogs = append(s.state.GoneWorklogs, goneWorklog{w.ID, s.now})
	s.workChanged(i, -w.Seconds, a, changeItem{From: &w.ID}, "issue_worklog_deleted")
	s.emitWorklog("worklog_deleted", i, w)
}

// workChanged moves the estimate by what was logged, writes the history and sends the issue's event.
// The issue holds the worklogs as they are now.
func (s *session) workChanged(i *issue, spent int, a adjustment, id changeItem, eventType string) {
	old := i.Values["timetracking"]
	e := old.estimates()
	e.remaining = a.estimateAfter(e.remaining, spent)
	now := e.value()
	items := estimateItems(old, now)
	if now.empty() {
		delete(i.Values, "timetracking")
	} else {
		i.Values["timetracking"] = now
	}
	_, total := i.tracked()
	if was := orZero(total) - spent; spent != 0 {
		it := changeItem{Field: "timespent", FieldType: "jira", FieldID: "timespent", To: secondsText(total)}
		if was != 0 {
			it.From = secondsText(&was)
		}
		it.FromString, it.ToString = it.From, it.To
		items = append(items, it)
	}
	id.Field, id.FieldType, id.FieldID, id.FromString, id.ToString = "WorklogId", "jira", "WorklogId", id.From, id.To
	items = append(items, id)
	ch := s.nextChange(items)
	i.History = append(i.History, ch)
	s.touch(i)
	s.emitIssue("jira:issue_updated", eventType, i, ch, nil)
}

func (s *session) emitWorklog(event string, i *issue, w *worklog) {
	s.emit(event, i, object{"worklog": s.webhookView().worklog(i, w)}, nil)
}

func (v view) worklog(i *issue, w *worklog) object {
	out := object{
		"self": v.self("/issue/" + i.ID + "/worklog/" + w.ID), "id": w.ID, "issueId": i.ID, "author": v.user(w.AuthorID), "updateAuthor": v.user(w.UpdaterID),
		"created": formatTime(w.Created, v.viewer), "updated": formatTime(w.Updated, v.viewer), "started": formatTime(w.Started, v.viewer),
		"timeSpent": formatDuration(w.Seconds), "timeSpentSeconds": w.Seconds,
	}
	switch {
	case v.version == "2":
		out["comment"] = v.wiki(w.Comment)
	case w.Comment != nil:
		out["comment"] = w.Comment
	}
	if w.Visibility != nil {
		out["visibility"] = v.visibility(w.Visibility)
	}
	return out
}

// worklogField is the issue's own list: the first 20 entries.
func (v view) worklogField(i *issue) object {
	out := []object{}
	for _, w := range i.Worklogs {
		if v.viewer.maySee(w.Visibility) {
			out = append(out, v.worklog(i, w))
		}
	}
	return object{"startAt": 0, "maxResults": worklogLimit, "total": len(out), "worklogs": out[:min(len(out), worklogLimit)]}
}

func (i *issue) worklog(id string) *worklog {
	for _, w := range i.Worklogs {
		if w.ID == id {
			return w
		}
	}
	return nil
}

// readAdjustment reads adjustEstimate and what belongs to it; by names the parameter of manual.
func (c *call) readAdjustment(by string) (adjustment, error) {
	a := adjustment{mode: c.query.Get("adjustEstimate")}
	name := map[string]string{"new": "newEstimate", "manual": by}[a.mode]
	switch a.mode {
	case "", "auto", "leave":
		return a, nil
	case "new", "manual":
		seconds, ok := parseDuration(c.query.Get(name))
		if !ok || name == "" {
			return a, badField("adjustEstimate", "You must supply a valid %s with adjustEstimate %s.", name, a.mode)
		}
		a.amount = seconds
		return a, nil
	}
	return a, badField("adjustEstimateLegend", "Invalid value for adjustEstimate: %s", a.mode)
}

func (c *call) decodeWorklog() (worklogInput, error) {
	var in worklogInput
	err := c.decode(&in, false)
	return in, err
}

// mayEditWork tells whether a person may change a worklog: administrators all, others their own.
func (u *User) mayEditWork(w *worklog) bool { return u.Admin || u.AccountID == w.AuthorID }

func noWorklog(id string) error {
	return fail(http.StatusNotFound, "Cannot find worklog with id: '%s'.", id)
}
