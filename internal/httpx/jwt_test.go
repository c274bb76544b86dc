package httpx

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func newKey(t *testing.T) (*rsa.PrivateKey, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
}

// claimsOf verifies a token as its receiver does.
func claimsOf(t *testing.T, token string, key *rsa.PublicKey) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature); err != nil {
		t.Error(err)
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(body, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestKeysAreReadInBothForms(t *testing.T) {
	key, pkcs1 := newKey(t)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for reason, text := range map[string]string{"PKCS #1": pkcs1, "PKCS #8": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))} {
		k, err := ReadKey(text)
		if err != nil {
			t.Errorf("%s: %v", reason, err)
			continue
		}
		token, err := k.Sign(map[string]any{"iss": "app", "exp": 12})
		if err != nil {
			t.Fatal(err)
		}
		if c := claimsOf(t, token, &key.PublicKey); c["iss"] != "app" || c["exp"] != 12.0 {
			t.Errorf("%s: the claims are %v", reason, c)
		}
	}
	for reason, text := range map[string]string{"no PEM": "hunter2-key", "not a key": "-----BEGIN PRIVATE KEY-----\naHVudGVyMi1rZXk=\n-----END PRIVATE KEY-----\n"} {
		if _, err := ReadKey(text); err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "aHVudGVy") {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

func TestAssertionsBuyTokens(t *testing.T) {
	key, text := newKey(t)
	k, err := ReadKey(text)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		w.Header().Set("Content-Type", "application/json")
		if r.PostFormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || r.PostFormValue("client_secret") != "" {
			t.Errorf("the form is %v", r.PostForm)
		}
		if c := claimsOf(t, r.PostFormValue("assertion"), &key.PublicKey); c["exp"] != float64(now.Add(time.Minute).Unix()) {
			t.Errorf("request %d: the claims are %v", n, c)
		}
		fmt.Fprintf(w, `{"access_token":"access-%d","token_type":"Bearer","instance_url":"https://pod-%d.example"}`, n, n)
	}))
	t.Cleanup(s.Close)
	o := &OAuth2{TokenURL: s.URL, Now: func() time.Time { return now }, Assertion: func(at time.Time) (string, error) {
		return k.Sign(map[string]any{"exp": at.Add(time.Minute).Unix()})
	}}
	if h, err := authorize(t, o); err != nil || h != "Bearer access-1" {
		t.Errorf("header %q, %v", h, err)
	}
	if v, err := o.Told(t.Context(), "instance_url"); err != nil || v != "https://pod-1.example" || n != 1 {
		t.Errorf("told %q, %v after %d requests", v, err, n)
	}
	now = now.Add(time.Hour) // an answer without an end holds until a call is refused
	o.Refresh(t.Context())
	if v, err := o.Told(t.Context(), "instance_url"); err != nil || v != "https://pod-2.example" {
		t.Errorf("after a refresh told %q, %v", v, err)
	}
	if h, err := authorize(t, o); err != nil || h != "Bearer access-2" || n != 2 {
		t.Errorf("after a refresh: header %q, %v, %d requests", h, err, n)
	}
}
