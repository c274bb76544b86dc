package azuredevops

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

const tokenLife = time.Hour

// authenticate finds the account behind the request's credentials, and what the credentials allow.
func (c *call) authenticate() (who *account, readOnly bool, err error) {
	if token, ok := strings.CutPrefix(c.req.Header.Get("Authorization"), "Bearer "); ok && !c.e.onPremises() {
		until, known := c.e.st.Tokens[token]
		if !known || !c.now.Before(until) || c.e.expired["sync@acme.example"] {
			return nil, false, c.signIn("The access token has expired.")
		}
		return accountBy("sync@acme.example"), false, nil
	}
	name, secret, ok := c.req.BasicAuth()
	if !ok {
		return nil, false, c.signIn("")
	}
	for i := range accounts {
		a := &accounts[i]
		if c.e.opts.IISBasic && c.e.onPremises() {
			if secret == Password(a.short) && (strings.EqualFold(name, a.mail) || strings.EqualFold(name, c.e.unique(a))) {
				return a, false, nil
			}
			continue
		}
		readOnly := a.short == "sync" && secret == TokenSyncReadOnly
		if secret == "ado-token-"+a.short || readOnly {
			if c.e.expired[a.mail] {
				return nil, false, c.signIn("The Personal Access Token used has expired.")
			}
			return a, readOnly, nil
		}
	}
	return nil, false, c.signIn("The Personal Access Token used is unknown.")
}

// signIn answers who is not signed in. reason is empty where the call carried no credentials at all.
func (c *call) signIn(reason string) error {
	h := c.w.Header()
	if reason != "" {
		h.Set("X-TFS-ServiceError", url.QueryEscape(reason))
	}
	refused := refuse(http.StatusUnauthorized, "UnauthorizedRequestException",
		"TF400813: The user '' is not authorized to access this resource.")
	switch {
	case c.e.onPremises():
		for _, way := range []string{"Negotiate", "NTLM", `Basic realm="tfs.acme.example"`} {
			h.Add("WWW-Authenticate", way)
		}
		return &apiError{http.StatusUnauthorized, page(signInPage)}
	case c.req.Method != http.MethodGet && c.req.Method != http.MethodPost:
		h.Set("WWW-Authenticate", `Bearer authorization_uri=https://login.microsoftonline.com/`+Tenant+`, Basic realm="`+c.e.base+`"`)
		return refused
	case reason == "" && strings.EqualFold(c.req.Header.Get("X-TFS-FedAuthRedirect"), "Suppress"):
		return refused
	case reason == "":
		h.Set("Location", c.e.base+"/_signin?realm=dev.azure.com")
		return &apiError{http.StatusFound, page(signInPage)}
	}
	return &apiError{http.StatusNonAuthoritativeInfo, page(signInPage)}
}

const signInPage = `<!DOCTYPE html><html lang="en-US"><head><title>Azure DevOps Services | Sign In</title></head><body>Sign in to continue.</body></html>`

// postToken issues a bearer token for the application (client credentials).
func (c *call) postToken() error {
	form, err := url.ParseQuery(string(c.body))
	fail := func(status int, name, text string) error {
		return &apiError{status, object{"error": name, "error_description": text}}
	}
	switch {
	case err != nil || form.Get("grant_type") != "client_credentials":
		return fail(http.StatusBadRequest, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
	case form.Get("client_id") != ClientID || form.Get("client_secret") != ClientSecret:
		return fail(http.StatusUnauthorized, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
	case form.Get("scope") != EntraScope:
		return fail(http.StatusBadRequest, "invalid_scope", "AADSTS70011: The provided value for scope is not valid.")
	}
	token := "entra-" + c.e.newGUID("token")
	c.e.st.Tokens[token] = c.now.Add(tokenLife)
	c.dirty = true
	return c.answer(object{"token_type": "Bearer", "expires_in": int(tokenLife.Seconds()), "ext_expires_in": int(tokenLife.Seconds()), "access_token": token})
}
