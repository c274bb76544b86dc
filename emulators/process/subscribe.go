package process

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// subscribe registers a webhook for every event through the emulator's own control API. A target
// that is registered already keeps its place and gets the secret.
func subscribe(ctx context.Context, base, target, secret string) error {
	body, err := json.Marshal(map[string]string{"url": target, "secret": secret})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/_control/webhook_target", bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode > 299 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		return fmt.Errorf("the control API answered %d: %s", resp.StatusCode, text)
	}
	return nil
}
