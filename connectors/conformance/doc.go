// Package conformance is the suite every connector passes, against its emulator and, with the same code, against a
// real account.
//
// A connector's test describes its system in an Instance and calls Run. A test that the system cannot pass is named
// in Suite.Skips with the reason; a name that is no test fails. A capability the connector does not have skips its
// tests by itself. Run returns the Features for the table in docs/features.md, which Record keeps true.
package conformance
