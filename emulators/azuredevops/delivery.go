package azuredevops

import (
	"net/http"
	"strconv"
	"time"

	"duplex/emulators/harness"
)

// The headers by which a delivery is known again when its answer comes.
const (
	headerSubscription = "X-VSS-SubscriptionId"
	headerNotification = "X-VSS-NotificationId"
)

// resends is how often a delivery that failed for a while is sent again, probations how often a subscription is tried
// again before it is disabled (vendor page "Troubleshoot service hooks").
const (
	resends    = 8
	probations = 7
)

// transient says which answers are worth sending again. No answer at all is read as one of them.
func transient(status int) bool {
	return status == 0 || status == http.StatusRequestTimeout || status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

// retryPolicy waits 1, 2, 4, 8, 16, 32, 60, 60 s, whatever Retry-After says; unit replaces the second.
func retryPolicy(unit time.Duration) harness.Retry {
	if unit == 0 {
		unit = time.Second
	}
	return func(attempt, status int, _ time.Duration) (time.Duration, bool) {
		if !transient(status) || attempt > resends {
			return 0, false
		}
		return unit * time.Duration(min(60, 1<<(attempt-1))), true
	}
}

// hookClient makes the calls and has their answers noted.
func (e *Emulator) hookClient() *http.Client {
	client := http.Client{Timeout: e.opts.WebhookTimeout}
	if e.opts.WebhookClient != nil {
		client = *e.opts.WebhookClient
	}
	if client.Timeout == 0 {
		client.Timeout = 12 * time.Second
	}
	base := client.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	client.Transport = noting{base, e}
	return &client
}

type noting struct {
	base http.RoundTripper
	e    *Emulator
}

func (n noting) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := n.base.RoundTrip(req)
	status := 0
	if err == nil {
		status = resp.StatusCode
	}
	id, _ := strconv.Atoi(req.Header.Get(headerNotification))
	n.e.answered(req.Header.Get(headerSubscription), id, status)
	return resp, err
}

// answered notes an attempt's answer and what it does to the subscription: 410 disables it, a failure that is not
// transient puts it on probation, where events are lost until it is tried again.
func (e *Emulator) answered(subscription string, id, status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.st.Subscriptions[subscription]
	if s == nil {
		return
	}
	var n *notification
	for _, one := range s.Notifications {
		if one.ID == id {
			n = one
		}
	}
	if n == nil {
		return
	}
	now := e.skew.Now()
	n.Attempts++
	n.Done = tick(now)
	switch {
	case status >= 200 && status < 300:
		n.Result, s.Probations = "succeeded", 0
		if s.Status == "onProbation" {
			s.Status = "enabled"
		}
	case transient(status) && n.Attempts <= resends:
		n.Problem = http.StatusText(status)
	default:
		n.Result, n.Problem = "failed", strconv.Itoa(status)+" "+http.StatusText(status)
		s.Probations++
		s.Status, s.ProbationUntil = "onProbation", now.Add(20*time.Minute<<(s.Probations-1))
		if status == http.StatusGone || s.Probations > probations {
			s.Status = "disabledBySystem"
		}
	}
	_ = e.save()
}
