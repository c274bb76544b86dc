package mapping

import "regexp"

// May tells whether values of one field can go to another at all.
func May(from, to Field) bool {
	ok, _ := convertible(from, to)
	return ok
}

var sideName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// MaySide tells whether a side can be called so.
func MaySide(name string) bool {
	return sideName.MatchString(name) && !contains(reserved, name) && !contains(ruleKeys, name)
}
