package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"duplex/gateway"
)

// stream asks the admin API for something that takes its time and gives each line of the answer to take. It ends with ctx.
func (e *env) stream(ctx context.Context, path string, body any, take func(gateway.TrialLine) error) error {
	req, err := e.request(ctx, "POST", path, body)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fail(ExitUnreachable, "the gateway at %s cannot be reached: %v", e.address(), err)
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		answer, _ := io.ReadAll(io.LimitReader(res.Body, answerSize))
		return refused(res.StatusCode, answer)
	}
	dec := json.NewDecoder(bufio.NewReader(res.Body))
	for {
		var l gateway.TrialLine
		err := dec.Decode(&l)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, io.EOF):
			return fail(ExitUnreachable, "the gateway's answer ended early")
		case err != nil:
			return fail(ExitUnreachable, "the gateway's answer ended early: %v", err)
		case l.Error != nil:
			return &remote{told: *l.Error, status: http.StatusServiceUnavailable}
		}
		if err := take(l); err != nil || l.Done != nil {
			return err
		}
	}
}
