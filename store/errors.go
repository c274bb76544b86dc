package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
	"modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"
)

// ErrNotFound is every missing row. It comes wrapped with what was looked for.
var ErrNotFound = errors.New("not found in the store")

// ErrNoSealKey tells that something sealed must be read or written and no seal key is set. The admin must act.
var ErrNoSealKey = errors.New("no seal key is set: put a file with 32 random bytes in place and name it in the setting DUPLEX_SEAL_KEY_FILE")

// TakenError tells that an item belongs to another pair of the same connection already.
type TakenError struct {
	Pair string // id of the pair that holds the item
}

// HeldBy is the id of the pair that holds the item.
func (e *TakenError) HeldBy() string { return e.Pair }

func (e *TakenError) Error() string {
	return fmt.Sprintf("the item belongs to pair %q already: unlink that pair first", e.Pair)
}

// RemovedError tells that a row is not there, and that rows as old as it may be were removed by retention. It is an
// ErrNotFound too.
type RemovedError struct {
	What   string    // the kind of row, in the plural
	Before time.Time // older ones were removed, UTC
}

func (e *RemovedError) Error() string {
	return fmt.Sprintf("not in the store: %s from before %s were removed by retention", e.What, e.Before.UTC().Format(time.DateOnly))
}

// Unwrap makes it an ErrNotFound.
func (e *RemovedError) Unwrap() error { return ErrNotFound }

// ErasedError tells that the content of a row was erased on request: only its id or hash remains. It is an ErrNotFound too.
type ErasedError struct {
	At time.Time // UTC
}

func (e *ErasedError) Error() string {
	return "its content was erased on request on " + e.At.UTC().Format(time.DateOnly) + "; only its hash remains"
}

// Unwrap makes it an ErrNotFound.
func (e *ErasedError) Unwrap() error { return ErrNotFound }

// errAgain makes a transaction start over: what it read was overtaken by another writer.
var errAgain = errors.New("overtaken by another writer")

// contended reports an error that passes when the same transaction is run once more.
func contended(err error) bool {
	if errors.Is(err, errAgain) {
		return true
	}
	var pe *pq.Error
	return errors.As(err, &pe) && (pe.Code == "40001" || pe.Code == "40P01") // serialization failure, deadlock
}

// duplicate reports the violation of a unique index.
func duplicate(err error) bool {
	if pe := (*pq.Error)(nil); errors.As(err, &pe) {
		return pe.Code == "23505"
	}
	if se := (*sqlite.Error)(nil); errors.As(err, &se) {
		return se.Code() == sqlitecode.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlitecode.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// locked reports that another process has the whole SQLite file for a moment.
func locked(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlitecode.SQLITE_BUSY
}
