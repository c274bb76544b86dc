package gateway

import "net/http"

// Admin is the listener for people and scripts.
func (g *Gateway) Admin() http.Handler { return http.NotFoundHandler() }
