package zendesk

import "net/http"

func (e *Emulator) pages() http.Handler { return http.NotFoundHandler() }
