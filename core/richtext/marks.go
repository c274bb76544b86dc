package richtext

var markOrder = map[MarkKind]int{Link: 1, Strong: 2, Em: 3, Underline: 4, Strike: 5, Sub: 6, Sup: 7, Color: 8, Highlight: 9, Code: 10}

// cleanMarks returns marks without duplicates and nonsense, in canonical
// order. Of two marks that exclude each other (two links, sub and sup) the
// last one, the innermost, stays.
func cleanMarks(marks []Mark) []Mark {
	if len(marks) == 0 {
		return nil
	}
	var slots markSlots
	for _, m := range marks {
		switch m.Kind {
		case Link:
			if m.Value = safeHref(m.Value); m.Value == "" {
				continue
			}
		case Color:
			if m.Value = cleanColor(m.Value); m.Value == "" {
				continue
			}
		case Highlight:
			if m.Value = cleanHighlight(m.Value); m.Value == "" {
				continue
			}
		default:
			m.Value = ""
		}
		slots.put(m)
	}
	return slots.list()
}

// markSlots holds at most one mark per place in the canonical order.
type markSlots [11]Mark

// put adds m; sub and sup share a place.
func (s *markSlots) put(m Mark) {
	slot := markOrder[m.Kind]
	if m.Kind == Sup {
		slot = markOrder[Sub]
	}
	if slot > 0 {
		s[slot] = m
	}
}

func (s *markSlots) list() []Mark {
	var out []Mark
	for _, m := range s {
		if m.Kind != "" {
			out = append(out, m)
		}
	}
	return out
}

func hasMark(marks []Mark, k MarkKind) bool {
	_, ok := findMark(marks, k)
	return ok
}

func findMark(marks []Mark, k MarkKind) (Mark, bool) {
	for _, m := range marks {
		if m.Kind == k {
			return m, true
		}
	}
	return Mark{}, false
}

func dropMark(marks []Mark, k MarkKind) []Mark {
	return keepMarks(marks, func(m Mark) bool { return m.Kind != k })
}

// keepMarks returns the marks that keep accepts, nil if there are none.
func keepMarks(marks []Mark, keep func(Mark) bool) []Mark {
	var out []Mark
	for _, m := range marks {
		if keep(m) {
			out = append(out, m)
		}
	}
	return out
}

// withMark returns a copy of marks with m added.
func withMark(marks []Mark, m Mark) []Mark {
	return cleanMarks(append(marks[:len(marks):len(marks)], m))
}

func sameMarks(a, b []Mark) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// commonMarks returns the marks a space between two nodes carries.
func commonMarks(a, b []Mark) []Mark {
	return keepMarks(a, func(m Mark) bool {
		other, ok := findMark(b, m.Kind)
		return ok && other == m && m.Kind != Code
	})
}
