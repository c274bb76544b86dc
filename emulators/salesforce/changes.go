package salesforce

import (
	"net/http"
	"time"
)

// window reads start and end, cut to the minute; end never reaches into the running minute. At most days are looked
// back (vendor pages "Get Updated", "Get Deleted").
func (c *call) window(days int) (from, to time.Time, err error) {
	wrong := func(text string) (time.Time, time.Time, error) {
		return from, to, bad("INVALID_REPLICATION_DATE", text)
	}
	start, ok := parseTime(c.query("start"))
	end, fine := parseTime(c.query("end"))
	if !ok || !fine {
		return from, to, bad("INVALID_REPLICATION_DATE", "start and end must be ISO 8601 dates, URL-encoded")
	}
	from, to = start.Truncate(time.Minute), end.Truncate(time.Minute)
	if from.Before(c.now.AddDate(0, 0, -days)) {
		return wrong("startDate is too far in the past")
	}
	if !to.After(from) {
		return wrong("endDate must be at least one minute greater than startDate")
	}
	if now := c.now.Truncate(time.Minute); to.After(now) {
		to = now
	}
	return from, to, nil
}

// covered is until when everything can be seen: a transaction that is under way holds it back to when it began (vendor page
// "GetUpdatedResult").
func (c *call) covered(to time.Time) string {
	if began := c.e.st.Began; !began.IsZero() && began.Before(to) {
		to = began
	}
	return stamp(to)
}

// getUpdated lists ids by SystemModstamp. The next call goes on from latestDateCovered.
func (c *call) getUpdated() error {
	o, err := c.kind()
	if err != nil {
		return err
	}
	from, to, err := c.window(30)
	if err != nil {
		return err
	}
	ids := []string{}
	for _, r := range c.e.st.table(o.name) {
		if at := r.text("SystemModstamp"); !r.deleted() && at >= stamp(from) && at < stamp(to) {
			ids = append(ids, r.ID)
		}
	}
	return c.answer(http.StatusOK, row{"ids": ids, "latestDateCovered": c.covered(to)})
}

func (c *call) getDeleted() error {
	o, err := c.kind()
	if err != nil {
		return err
	}
	from, to, err := c.window(15)
	if err != nil {
		return err
	}
	gone := []row{}
	for _, r := range c.e.st.table(o.name) {
		if at := r.text("SystemModstamp"); r.deleted() && at >= stamp(from) && at < stamp(to) {
			gone = append(gone, row{"id": r.ID, "deletedDate": at})
		}
	}
	return c.answer(http.StatusOK, row{"deletedRecords": gone, "earliestDateAvailable": stamp(c.now.AddDate(0, 0, -15)), "latestDateCovered": c.covered(to)})
}
