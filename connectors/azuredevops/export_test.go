package azuredevops

import (
	"context"
	"time"
)

// Page sets how many items a page of search results has.
func (c *Connector) Page(n int) { c.pageSize = n }

// Waits replaces how the connector waits when the vendor asks for a pause.
func (c *Connector) Waits(wait func(time.Duration)) {
	c.pause.wait = func(_ context.Context, d time.Duration) error { wait(d); return nil }
}
