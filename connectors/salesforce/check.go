package salesforce

import (
	"cmp"
	"context"
	"fmt"

	"duplex/connectors"
)

// Check looks at what an admin can have forgotten: the sign-in, the object, the field for marks and the comments.
func (c *Connector) Check(ctx context.Context, t connectors.ItemType) []connectors.Finding {
	var out []connectors.Finding
	wrong := func(what string, err error, mend, where string) {
		out = append(out, connectors.Finding{What: what, State: connectors.Wrong, Saw: err.Error(), Mend: mend, Where: where})
	}
	self, err := c.Self(ctx)
	if err != nil {
		wrong("sign in", err, "Look at the app's OAuth settings, its Run-As user or certificate, and at auth in the system's file.", "Setup → External Client App Manager")
		return out
	}
	out = append(out, connectors.Finding{What: "sign in", State: connectors.Fine, Saw: "as " + cmp.Or(self.Name(), self.ID())})
	s, err := c.schema(ctx, typeOf(t))
	if err != nil {
		wrong("read "+typeOf(t), err, "Give the integration user read, create and edit on the object.", "Setup → Permission Sets")
		return out
	}
	out = append(out, connectors.Finding{What: "read " + s.object, State: connectors.Fine, Saw: fmt.Sprintf("%d fields", len(s.fields))})
	const where = "Setup → Object Manager"
	switch err := c.markable(s); {
	case err != nil:
		wrong("keep marks in "+c.mark, err, "Add the field to the object: text of 255, External ID, Unique; let the integration user edit it.", where)
	case !s.unique[c.mark]:
		out = append(out, connectors.Finding{What: "keep marks in " + c.mark, State: connectors.Doubt, Saw: "the field is not unique",
			Mend: "Make it Unique, or two creates at the same moment can make two records.", Where: where})
	default:
		out = append(out, connectors.Finding{What: "keep marks in " + c.mark, State: connectors.Fine})
	}
	object := c.entryObject(s.object)
	if _, err := c.rows(ctx, "query "+object, "SELECT Id FROM "+object+" WHERE ParentId = "+literal(self.ID())+" LIMIT 1"); err != nil {
		wrong("read "+object, err, "Give the integration user access to comments, and turn the object's feed tracking on where they are posts.", "Setup → Feed Tracking")
	} else {
		out = append(out, connectors.Finding{What: "read " + object, State: connectors.Fine})
	}
	return out
}
