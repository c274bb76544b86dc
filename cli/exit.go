package cli

import "fmt"

// The exit codes.
const (
	ExitOK          = 0
	ExitWrong       = 1 // what was to be checked is wrong: validate, apply
	ExitUsage       = 2
	ExitNotFound    = 3
	ExitUnreachable = 4
	ExitRefused     = 5
	ExitDiffers     = 6 // verify: pairs are not in step
	ExitParks       = 7 // plan: something would be parked, or could not be found out
)

const exitCodes = `Exit codes:

  0  it was done, or what was asked about is fine
  1  a file is wrong (validate, apply), or something about a system or manifest (system check, connector check); everything that is wrong was printed
  2  the command was not written rightly
  3  there is no such pair, connection, plan or delivery
  4  the gateway cannot be reached, or refused the token
  5  the gateway refused: the thing is not in a state for that, or a system or the workflow engine did not answer
  6  verify found pairs that are not in step; they were printed
  7  plan found something that would be parked, or an item that could not be read or planned; all of it was printed`

// failure is an error with its exit code. An empty text was printed already.
type failure struct {
	code int
	text string
}

func (f *failure) Error() string { return f.text }

func fail(code int, format string, args ...any) error {
	return &failure{code: code, text: fmt.Sprintf(format, args...)}
}
