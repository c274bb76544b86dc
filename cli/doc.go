// Package cli is the command line as a package: streams, arguments and environment are handed in, and what comes back is
// an exit code.
//
// Every command but validate and version talks to a gateway's admin API. People get aligned tables with times in their
// own zone; --json gives scripts what the API answers.
package cli
