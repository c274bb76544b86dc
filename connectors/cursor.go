package connectors

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// EncodeCursor makes an opaque cursor of a connector's own position, a struct that marshals to JSON.
func EncodeCursor(position any) Cursor {
	b, err := json.Marshal(position)
	if err != nil {
		panic("connectors: a position always marshals: " + err.Error())
	}
	return Cursor(base64.RawURLEncoding.EncodeToString(b))
}

// DecodeCursor reads what EncodeCursor made into position, and leaves it alone for the zero cursor. A cursor that was made
// otherwise is ErrUnsupported.
func DecodeCursor(c Cursor, position any) error {
	if c == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(string(c))
	if err == nil {
		err = json.Unmarshal(b, position)
	}
	if err != nil {
		return fmt.Errorf("the cursor is not one of this connector: %w", ErrUnsupported)
	}
	return nil
}
