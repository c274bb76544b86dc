package gateway

import (
	"context"
	"sync"
	"time"

	"duplex/connectors"
)

// accounts remembers which account the sync acts as in each system, so that webhooks about its own writes are told
// apart. Not knowing costs a read per echo and nothing else, so a slow system never holds a webhook up for long.
type accounts struct {
	now func() time.Time

	mu    sync.Mutex
	known map[string]account
}

type account struct {
	connector connectors.Connector // a changed system file makes a new one
	id        string
	until     time.Time
}

const (
	askFor     = time.Second      // how long a webhook waits for the answer
	askAgain   = 30 * time.Second // after no answer
	accountFor = time.Hour
)

// of is the id of the sync's own account, "" when it is not known now.
func (a *accounts) of(ctx context.Context, system string, c connectors.Connector) string {
	who, ok := connectors.As[connectors.Identifier](c)
	if !ok {
		return ""
	}
	a.mu.Lock()
	got, ok := a.known[system]
	if ok && got.connector == c && a.now().Before(got.until) {
		a.mu.Unlock()
		return got.id
	}
	if got.connector != c {
		got.id = "" // the file changed, and the account with it perhaps
	}
	if a.known == nil {
		a.known = map[string]account{}
	}
	// While one webhook asks, the others go on with what was known.
	a.known[system] = account{connector: c, id: got.id, until: a.now().Add(askAgain)}
	a.mu.Unlock()

	// The question outlives the webhook's patience: while the system's budget is used up by a backlog, the answer takes
	// longer, and every echo that is not told apart would add to that backlog.
	answered := make(chan string, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askAgain)
		defer cancel()
		if self, err := who.Self(ctx); err == nil {
			a.learn(system, account{connector: c, id: self.ID(), until: a.now().Add(accountFor)})
			answered <- self.ID()
		} else {
			answered <- got.id
		}
	}()
	patience := time.NewTimer(askFor)
	defer patience.Stop()
	select {
	case id := <-answered:
		return id
	case <-patience.C:
		return got.id
	}
}

// learn keeps an answer, unless the system's file was changed while it was on its way.
func (a *accounts) learn(system string, got account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known[system].connector == got.connector {
		a.known[system] = got
	}
}
