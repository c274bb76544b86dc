// Package store keeps what duplex must remember: the admin's files, the pairs and their merge bases, and the ledger.
//
// One schema is kept in two dialects, Postgres for production and SQLite for a single machine, and one suite runs on
// both. Every write is durable when its method returns. Every method is safe for concurrent use, from several
// processes too. Times go in with any zone and come out in UTC, cut to microseconds; a zero time is stored as NULL
// and comes out zero. A row that does not exist is ErrNotFound, whatever the method.
//
// Content columns (observations, plans, parked values) are sealed when Options.SealKey is set. Hashes, ids, names of
// fields and reasons stay readable, because people search by them.
package store
