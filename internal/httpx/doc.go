// Package httpx is the HTTP client under every connector. It authorises requests, bounds what it reads, sorts failures
// into the error classes of package connectors and keeps secrets out of their texts.
//
// It never repeats a call by itself, with one exception: a request that was refused with 401 and so was not carried
// out is sent once more when Client.Refresh got a new credential.
package httpx
