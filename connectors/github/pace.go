package github

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// pace lets one write through at a time, with a pause between two: who writes faster meets the secondary limits (vendor page "Best practices
// for using the REST API").
type pace struct {
	gap  time.Duration
	now  func() time.Time
	turn chan struct{} // holds one token
	last time.Time     // when the last write ended; whoever has the token may touch it
}

func newPace(gap time.Duration, now func() time.Time) *pace {
	p := &pace{gap: gap, now: now, turn: make(chan struct{}, 1)}
	p.turn <- struct{}{}
	return p
}

// writeGap reads the setting, or takes the default: a second on github.com, nothing on an Enterprise Server, whose limits are off by default.
func writeGap(base *url.URL, setting string) (time.Duration, error) {
	if setting != "" {
		d, err := time.ParseDuration(setting)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("settings.write_gap must be a time such as 1s")
		}
		return d, nil
	}
	if host := base.Hostname(); host == "api.github.com" || strings.HasSuffix(host, ".ghe.com") {
		return time.Second, nil
	}
	return 0, nil
}

// do runs a write when its turn has come.
func (p *pace) do(ctx context.Context, write func() error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-p.turn:
	}
	defer func() { p.turn <- struct{}{} }()
	if wait := p.gap - p.now().Sub(p.last); wait > 0 && !p.last.IsZero() {
		timer := time.NewTimer(min(wait, p.gap))
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
	}
	err := write()
	p.last = p.now()
	return err
}
