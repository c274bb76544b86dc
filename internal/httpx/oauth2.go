package httpx

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"duplex/connectors"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// OAuth2 keeps a valid access token. With a RefreshToken it uses the refresh grant, with an Assertion the JWT bearer grant (RFC 7523),
// else the client credentials grant.
// At most one refresh is under way at a time, whoever asks.
//
// A system that hands out a new refresh token at each refresh has that token saved durably before the new access token
// is used; without Save such a rotation is refused with ErrDenied. Several processes may share one credential through
// Save and Load: a refresh that lost the race reads the winner's token and tries once more.
type OAuth2 struct {
	TokenURL     string
	ClientID     string
	ClientSecret string
	RefreshToken string // as configured by the admin
	Scopes       []string
	// Assertion makes a new signed token for each request of the JWT bearer grant; see Key.
	Assertion func(now time.Time) (string, error)
	HTTP      *http.Client     // nil: Default()
	Now       func() time.Time // nil: time.Now
	Save      func(name, secret string) error
	Load      func(name string) (string, error)

	once  sync.Once
	turn  chan struct{} // holds one token: whose turn it is to look at the fields below
	token *oauth2.Token
	until time.Time
}

// savedName is the name under which the refresh token is saved. What is saved is "<digest of the configured token>
// <token>", so that an admin who configures a new token is heard.
const savedName = "refresh_token"

// early is how long before its end a token is replaced.
const early = time.Minute

// Authorize adds the access token, getting one first where needed.
func (o *OAuth2) Authorize(ctx context.Context, r *http.Request) error {
	release, err := o.wait(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := o.valid(ctx); err != nil {
		return err
	}
	o.token.SetAuthHeader(r)
	return nil
}

// Told is what the answer with the present access token said under a further name, such as instance_url; "" for nothing. It gets a
// token first where needed.
func (o *OAuth2) Told(ctx context.Context, name string) (string, error) {
	release, err := o.wait(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	if err := o.valid(ctx); err != nil {
		return "", err
	}
	text, _ := o.token.Extra(name).(string)
	return text, nil
}

// valid gets a token where there is none or it ends soon. The caller has the turn.
func (o *OAuth2) valid(ctx context.Context) error {
	if o.token != nil && o.now().Add(early).Before(o.until) {
		return nil
	}
	return Redact(o.renew(ctx), o.ClientSecret, o.RefreshToken)
}

// Refresh forgets the access token after a 401, so that the next Authorize gets a new one. It reports whether that
// could be done before ctx ends.
func (o *OAuth2) Refresh(ctx context.Context) bool {
	release, err := o.wait(ctx)
	if err != nil {
		return false
	}
	defer release()
	o.token = nil
	return true
}

func (o *OAuth2) wait(ctx context.Context) (release func(), err error) {
	o.once.Do(func() {
		o.turn = make(chan struct{}, 1)
		o.turn <- struct{}{}
	})
	select {
	case <-o.turn:
		return func() { o.turn <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (o *OAuth2) renew(ctx context.Context) error {
	client := o.HTTP
	if client == nil {
		client = Default()
	}
	octx := context.WithValue(ctx, oauth2.HTTPClient, client)
	if o.RefreshToken == "" {
		cc := clientcredentials.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret, TokenURL: o.TokenURL, Scopes: o.Scopes, AuthStyle: oauth2.AuthStyleInParams}
		if o.Assertion != nil {
			assertion, err := o.Assertion(o.now())
			if err != nil {
				return fmt.Errorf("OAuth token: %w: %w", connectors.ErrDenied, err)
			}
			cc.EndpointParams = url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
		}
		token, err := cc.Token(octx)
		if err != nil {
			return o.refused(ctx, err)
		}
		o.keep(token)
		return nil
	}
	current, err := o.current()
	if err != nil {
		return err
	}
	token, err := o.refresh(octx, current)
	if err != nil {
		again, lerr := o.current()
		if lerr != nil || again == current {
			return o.refused(ctx, err)
		}
		current = again
		if token, err = o.refresh(octx, current); err != nil {
			return o.refused(ctx, err)
		}
	}
	if token.RefreshToken != "" && token.RefreshToken != current {
		if o.Save == nil {
			return fmt.Errorf("OAuth token: %w: the system handed out a new refresh token and there is nowhere to keep it", connectors.ErrDenied)
		}
		if err := o.Save(savedName, o.digest()+" "+token.RefreshToken); err != nil {
			return connectors.Busy("OAuth token", "the new refresh token could not be kept: "+blot(err.Error(), []string{token.RefreshToken}), 0)
		}
	}
	o.keep(token)
	return nil
}

func (o *OAuth2) refresh(ctx context.Context, with string) (*oauth2.Token, error) {
	conf := oauth2.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret,
		Endpoint: oauth2.Endpoint{TokenURL: o.TokenURL, AuthStyle: oauth2.AuthStyleInParams}}
	return conf.TokenSource(ctx, &oauth2.Token{RefreshToken: with}).Token()
}

// current is the refresh token to use: the last one saved for the configured one, else the configured one.
func (o *OAuth2) current() (string, error) {
	if o.Load == nil {
		return o.RefreshToken, nil
	}
	saved, err := o.Load(savedName)
	if err != nil {
		return "", connectors.Busy("OAuth token", "the kept refresh token could not be read: "+err.Error(), 0)
	}
	if of, token, ok := strings.Cut(saved, " "); ok && of == o.digest() {
		return token, nil
	}
	return o.RefreshToken, nil
}

func (o *OAuth2) digest() string {
	sum := sha256.Sum256([]byte(o.RefreshToken))
	return hex.EncodeToString(sum[:8])
}

func (o *OAuth2) keep(t *oauth2.Token) {
	o.token, o.until = t, o.now().Add(10*365*24*time.Hour)
	if t.ExpiresIn > 0 {
		o.until = o.now().Add(time.Duration(t.ExpiresIn) * time.Second)
	} else if !t.Expiry.IsZero() {
		o.until = t.Expiry
	}
}

// refused classes a failed token request. The body is left out: it may repeat the request.
func (o *OAuth2) refused(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) || answer.Response == nil {
		return connectors.Busy("OAuth token", "no answer from the token address", 0)
	}
	if s := answer.Response.StatusCode; s == http.StatusTooManyRequests || s >= 500 {
		return fmt.Errorf("OAuth token: %w", Class(s, answer.Response.Header, o.now(), ""))
	}
	return fmt.Errorf("OAuth token: %w: the token address refused the credential (%s)", connectors.ErrDenied, firstOf(answer.ErrorCode, answer.Response.Status))
}

func (o *OAuth2) now() time.Time {
	if o.Now != nil {
		return o.Now()
	}
	return time.Now()
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
