package freshdesk

import (
	"net/http"
	"time"

	fw "duplex/emulators/harness/freshworks"
)

const (
	exportsPath = "/data/exports/ticket_activities/"
	dayFirst    = "02-01-2006 15:04:05 -0700"
)

// exportActivities gives the address of a day's file. It is ready when the day is over, and kept for 30 days.
func exportActivities(c *call) error {
	day, err := time.Parse(time.DateOnly, c.Query("created_at"))
	if err != nil {
		return fw.Invalid("created_at", "invalid_value", "It should be in the 'yyyy-mm-dd' format")
	}
	if end := day.Add(24 * time.Hour); c.Now.Before(end) || c.Now.After(end.Add(recent)) {
		return fw.NotFound()
	}
	return c.Answer(http.StatusOK, object{"export": []any{object{"created_at": day.Format("2-1-2006"), "url": c.SignedURL(exportsPath + day.Format(time.DateOnly))}}})
}

// exportFile is the file of a day: new values only, labels of codes, performers by id.
func exportFile(c *call) error {
	if err := c.Signed(); err != nil {
		return err
	}
	day, err := time.Parse(time.DateOnly, c.Req.PathValue("day"))
	if err != nil {
		return fw.NotFound()
	}
	rows := []any{}
	for _, r := range c.A.State.Sorted("ticket") {
		for _, act := range r.Activities {
			if !act.At.Before(day) && act.At.Before(day.Add(24*time.Hour)) {
				rows = append(rows, object{"performed_at": act.At.Format(dayFirst), "ticket_id": r.ID, "performer_type": "user",
					"performer_id": act.By, "activity": act.Changes})
			}
		}
	}
	return c.Answer(http.StatusOK, object{"activities_data": rows, "metadata": object{"start_at": day.Format(dayFirst),
		"end_at": day.Add(24*time.Hour - time.Second).Format(dayFirst), "activities_count": len(rows)}})
}

// controls are the control paths of this desk alone.
func (e *Emulator) controls() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"POST /archive/{id}": func(w http.ResponseWriter, req *http.Request) {
			e.account.ActAs(w, req, "ticket", func(c *call, r *record) {
				next := r.Clone()
				next.Archived = true
				c.Put(next)
			})
		},
	}
}
