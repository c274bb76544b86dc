// Package gateway is the HTTP edge: webhooks come in on one listener, people and scripts on another.
//
// A webhook is verified by its system's connector, recorded once, and handed over to the workflow of every pair it is
// about. The recorded row is the queue: what cannot be handed over at once waits there and is handed over by Run. A
// sender is told that its call arrived only after it was recorded.
//
// The admin API applies files, shows pairs and what happened to them, and carries operators' decisions to the pairs'
// workflows. It never shows a secret, and content of items only where a plan is asked for by its id.
package gateway
