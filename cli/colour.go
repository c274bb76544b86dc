package cli

import "fmt"

// The colours of a terminal, by their codes.
const (
	bold   = "1"
	faint  = "2"
	red    = "31"
	yellow = "33"
	green  = "32"
)

// coloured is text in a colour where Out is a terminal that shows it and nobody asked for none.
func (e *env) coloured(code, text string) string {
	if !e.Terminal || e.getenv("NO_COLOR") != "" || e.getenv("TERM") == "dumb" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// paint writes a line whose beginning is in a colour. The rest may hold colours already; both are clean otherwise.
func (t *table) paint(code, begin, rest string) {
	_ = t.w.Flush()
	fmt.Fprintln(t.env.Out, t.env.coloured(code, clean(begin))+rest)
}
