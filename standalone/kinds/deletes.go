package kinds

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"duplex/core"
)

// Policy is a delete policy with what stands for it in a connection file.
type Policy struct {
	core.DeletePolicy
	line string
}

// Deletes is the most that can be done with an item of the kind when its twin was deleted: delete it, else close it with a note, else
// end the pair.
func Deletes(p Profile) Policy {
	switch {
	case p.Delete == "":
		return Policy{core.DeleteDelete, "delete"}
	case p.Status.Has("done") && p.Comments.None == "" && p.Comments.Internal == "":
		fields := []string{quote(p.Status.Field) + ": " + quote(p.Status.Values["done"])}
		for _, name := range slices.Sorted(keys(p.Closing)) {
			fields = append(fields, quote(name)+": "+quote(p.Closing[name]))
		}
		return Policy{core.DeleteClose, fmt.Sprintf("{close: {%s}}", strings.Join(fields, ", "))}
	}
	return Policy{core.DeleteUnlink, "unlink"}
}

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }
