package chaos

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// maintain lets an administrator announce a maintenance window of a system in its file: it begins about twenty seconds before a
// full minute and ends with it. The file as it was is applied again afterwards.
func (s *site) maintain(ctx context.Context, which side) error {
	source := s.ends[which].source
	now := time.Now().UTC()
	begin := now.Truncate(time.Minute).Add(40 * time.Second)
	if begin.Before(now) {
		begin = begin.Add(time.Minute)
	}
	if !sleep(ctx, time.Until(begin)) {
		return nil
	}
	end := begin.Truncate(time.Minute).Add(time.Minute)
	window := fmt.Sprintf("maintenance: [{from: %q, to: %q, zone: UTC}]\n", begin.Format("15:04"), end.Format("15:04"))
	if err := s.apply(ctx, which, strings.TrimSpace(source)+"\n"+window); err != nil {
		return err
	}
	sleep(ctx, time.Until(end.Add(time.Second)))
	return s.apply(ctx, which, source)
}

// apply applies a system's file through whichever gateway answers, and tries for a while: gateways are killed meanwhile.
func (s *site) apply(ctx context.Context, which side, source string) (err error) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); sleep(ctx, time.Second) {
		for _, h := range s.admin {
			if err = h.Call(ctx, "PUT", "/api/v1/systems/"+s.ends[which].system, object{"file_name": "system.yaml", "source": source, "files": s.ends[which].files}, nil); err == nil || ctx.Err() != nil {
				return err
			}
		}
	}
	return err
}
