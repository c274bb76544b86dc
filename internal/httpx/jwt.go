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
	"errors"
	"fmt"
)

// Key signs JSON Web Tokens for an application that a system knows by the certificate or public key.
type Key struct{ private *rsa.PrivateKey }

// ReadKey reads an RSA private key in PEM, PKCS #1 or PKCS #8, without a passphrase. No error repeats any of it.
func ReadKey(text string) (*Key, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("the private key is not in PEM: it begins with -----BEGIN and ends with -----END")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return &Key{key}, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the private key is neither PKCS #1 nor PKCS #8, or it has a passphrase")
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("the private key is not an RSA key")
	}
	return &Key{key}, nil
}

// Sign makes a JSON Web Token of the claims by RS256 (RFC 7515, RFC 7519). Times in claims are Unix seconds.
func (k *Key) Sign(claims map[string]any) (string, error) {
	body, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("the claims cannot be written as JSON: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, k.private, crypto.SHA256, sum[:])
	if err != nil {
		return "", errors.New("the token cannot be signed with this private key")
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
