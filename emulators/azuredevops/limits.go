package azuredevops

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// Limits are the organization's. 0 is the vendor's default, negative is no limit.
type Limits struct {
	// Calls is how many calls an identity may make in five minutes before it is blocked. The vendor counts units of work
	// (200 TSTU); the emulator has every call cost the same: 3000. Above 4/5 of them answers ask for a pause. Server: none.
	Calls      int `json:"calls"`
	Results    int `json:"results"`     // of a WIQL query; 20000
	Batch      int `json:"batch"`       // ids per call; 200
	ReportPage int `json:"report_page"` // revisions per page of the reporting feed; 200
	Comments   int `json:"comments"`    // comments per page at most; 200
	Relations  int `json:"relations"`   // per item; 1000
	Attached   int `json:"attached"`    // files per item; 100
	FileBytes  int `json:"file_bytes"`  // 60 MB, Server 4 MB
	LongText   int `json:"long_text"`   // characters; 1000000
	Tags       int `json:"tags"`        // per item; 100
	Revisions  int `json:"revisions"`   // per item, Services only; 10000
}

// NoLimits is an organization on which no limit holds.
func NoLimits() Limits {
	return Limits{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}
}

func (l Limits) orVendor(server bool) Limits {
	base := Limits{3000, 20_000, 200, 200, 200, 1000, 100, 60 << 20, 1_000_000, 100, 10_000}
	if server {
		base.Calls, base.FileBytes, base.Revisions = -1, 4<<20, -1
	}
	pick := func(n *int, vendor int) {
		if *n == 0 {
			*n = vendor
		}
		if *n < 0 {
			*n = math.MaxInt32
		}
	}
	pick(&l.Calls, base.Calls)
	pick(&l.Results, base.Results)
	pick(&l.Batch, base.Batch)
	pick(&l.ReportPage, base.ReportPage)
	pick(&l.Comments, base.Comments)
	pick(&l.Relations, base.Relations)
	pick(&l.Attached, base.Attached)
	pick(&l.FileBytes, base.FileBytes)
	pick(&l.LongText, base.LongText)
	pick(&l.Tags, base.Tags)
	pick(&l.Revisions, base.Revisions)
	return l
}

// count takes one call from the identity's window of five minutes. Far from the limit nothing is said; near it answers
// that succeed carry Retry-After (vendor page "Rate and usage limits").
func (c *call) count() error {
	limit := c.e.limits.Calls
	if limit == math.MaxInt32 {
		return nil
	}
	left, resets, ok := c.e.windows.Take(c.user.mail, limit, 5*time.Minute, c.now)
	used := limit - left
	if used*2 < limit && ok {
		return nil
	}
	tstu := func(n int) string { return strconv.Itoa(n * 200 / limit) }
	wait := strconv.Itoa(int(math.Ceil(resets.Seconds())))
	h := c.w.Header()
	h.Set("X-RateLimit-Resource", "WorkItemTracking/TSTU")
	h.Set("X-RateLimit-Limit", "200")
	h.Set("X-RateLimit-Remaining", tstu(left))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(c.now.Add(resets).Unix(), 10))
	switch {
	case !ok:
		h.Set("Retry-After", wait)
		return tooMuch()
	case used*5 >= limit*4:
		h.Set("X-RateLimit-Delay", "2.5")
		h.Set("Retry-After", "3")
	}
	return nil
}

func tooMuch() error {
	return refuse(http.StatusTooManyRequests, "RequestBlockedException",
		"TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource 'WorkItemTracking/TSTU' in namespace 'User'.")
}
