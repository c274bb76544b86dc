// Package harness is what every vendor emulator shares: counting calls, injecting faults,
// sending webhooks badly on purpose, a clock that tests may skew, and the control API under
// /_control/.
//
// An emulator builds a Skew (its clock) and a Sender (its webhooks), writes the vendor's API as
// an http.Handler, and wraps all three with New. The harness knows no vendor; what differs
// between vendors comes in through Options.
//
// Address space of one emulator:
//
//	/            and /items/…   pages for people (Options.Pages): never counted, never faulted
//	/_control/…                 the control API of this package
//	everything else             the vendor's API (Options.Vendor): counted and faulted
package harness
