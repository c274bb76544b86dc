package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"duplex/gateway"
	"duplex/internal/config"
)

const (
	answerFor  = 60 * time.Second
	answerSize = 64 << 20
)

// defaultGateway is where a gateway listens that was configured by the same environment.
func (e *env) defaultGateway() string {
	listen := e.getenv("DUPLEX_ADMIN_LISTEN")
	for _, v := range config.Variables {
		if v.Name == "DUPLEX_ADMIN_LISTEN" && listen == "" {
			listen = v.Default
		}
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://" + listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func (e *env) address() string {
	for _, s := range []string{e.gateway, e.getenv("DUPLEX_GATEWAY")} {
		if s != "" {
			return strings.TrimRight(s, "/")
		}
	}
	return e.defaultGateway()
}

// token is the admin token: of the flag's file, of the environment, or of the file the environment names.
func (e *env) token() (string, error) {
	file := e.tokenFile
	if file == "" {
		if t := strings.TrimSpace(e.getenv("DUPLEX_TOKEN")); t != "" {
			return t, nil
		}
		file = e.getenv("DUPLEX_TOKEN_FILE")
	}
	if file == "" {
		return "", fail(ExitUnreachable, "no token: set DUPLEX_TOKEN to the gateway's admin token, or name its file with --token-file")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fail(ExitUnreachable, "the token cannot be read: %v", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// remote is an error the gateway answered with; what it wraps holds the exit code.
type remote struct {
	told   gateway.Error
	status int
}

func (r *remote) Error() string { return r.Unwrap().Error() }

func (r *remote) Unwrap() error {
	text := r.told.Text
	if r.told.Where != "" && !strings.Contains(text, r.told.Where) {
		text = r.told.Where + ": " + text
	}
	switch r.status {
	case http.StatusUnauthorized:
		return fail(ExitUnreachable, "%s", text)
	case http.StatusNotFound:
		return fail(ExitNotFound, "%s", text)
	}
	return fail(ExitRefused, "%s", text)
}

// request is a call of the admin API with its body and token. Parts of the path are escaped by the caller with segment.
func (e *env) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	token, err := e.token()
	if err != nil {
		return nil, err
	}
	var send io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, fail(ExitUsage, "%v", err)
		}
		send = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, e.address()+"/api/v1"+path, send)
	if err != nil {
		return nil, fail(ExitUsage, "%q is no address of a gateway", e.address())
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	if user := e.user(); user != "" {
		req.Header.Set(gateway.ByHeader, user)
	}
	return req, nil
}

// call asks the admin API and decodes its answer.
func (e *env) call(ctx context.Context, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, answerFor)
	defer cancel()
	req, err := e.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return fail(ExitUnreachable, "the gateway at %s cannot be reached: %v", e.address(), err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, answerSize))
	if err != nil {
		return fail(ExitUnreachable, "the gateway's answer ended early: %v", err)
	}
	if res.StatusCode/100 != 2 {
		return refused(res.StatusCode, answer)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fail(ExitUnreachable, "what answers at %s is no duplex gateway", e.address())
	}
	return nil
}

func refused(status int, answer []byte) error {
	var body gateway.ErrorBody
	if json.Unmarshal(answer, &body) != nil || body.Error.Class == "" {
		return fail(ExitUnreachable, "what answered is no duplex gateway: %d %s", status, http.StatusText(status))
	}
	return &remote{told: body.Error, status: status}
}

// user is who sits at the keyboard, in characters a header may hold.
func (e *env) user() string {
	for _, name := range []string{"USER", "LOGNAME", "USERNAME"} {
		if u := e.getenv(name); u != "" {
			return strings.Map(func(r rune) rune {
				if r < ' ' || r > '~' {
					return '_'
				}
				return r
			}, u)
		}
	}
	return ""
}

// segment is one part of a path.
func segment(s string) string { return "/" + url.PathEscape(s) }
