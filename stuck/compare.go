package stuck

import (
	"context"
	"fmt"

	"duplex/core"
)

// compare lists the linked pairs that the engine's list of running workflows lacks. It does the whole comparison only when
// there is a reason: fewer workflows than pairs, another engine, or the last time was a while ago.
func (p *pass) compare(ctx context.Context, before core.StuckReport) ([]string, error) {
	linked, err := p.linked(ctx)
	if err != nil {
		return nil, err
	}
	n, err := p.Engine.Running(ctx)
	if err != nil {
		return nil, fmt.Errorf("count the running workflows: %w", err)
	}
	due := p.report.At.Minute()%int(compareEach.Minutes()) == 0
	if n >= len(linked) && !due && !p.report.Replaced && before.Engine != "" {
		return nil, nil
	}
	p.report.Compared = len(linked)
	err = p.Engine.List(ctx, func(ids []string) error {
		for _, id := range ids {
			delete(linked, id)
		}
		p.beat(ctx)
		return ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list the running workflows: %w", err)
	}
	missing := make([]string, 0, len(linked))
	for id := range linked {
		missing = append(missing, id)
	}
	return missing, nil
}

func (p *pass) linked(ctx context.Context) (map[string]bool, error) {
	all := map[string]bool{}
	for after := ""; ; {
		ids, err := p.Store.LinkedPairs(ctx, after, page)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			all[id] = true
		}
		if len(ids) < page {
			return all, nil
		}
		after = ids[len(ids)-1]
		p.beat(ctx)
	}
}

func (s *Sweeper) beat(ctx context.Context) {
	if s.Beat != nil {
		s.Beat(ctx)
	}
}
