package connectors

import (
	"errors"
	"testing"
)

func TestCursor(t *testing.T) {
	type position struct {
		After string `json:"after,omitempty"`
		Start int64  `json:"start,omitempty"`
	}
	var got position
	want := position{"p/1?", 12}
	if err := DecodeCursor(EncodeCursor(want), &got); err != nil || got != want {
		t.Errorf("there and back: %+v %v", got, err)
	}
	if err := DecodeCursor("", &got); err != nil || got != want {
		t.Errorf("the zero cursor changed the position: %+v %v", got, err)
	}
	for _, c := range []Cursor{"not base64!", "bm90IGpzb24"} {
		if err := DecodeCursor(c, &got); !errors.Is(err, ErrUnsupported) {
			t.Errorf("a foreign cursor %q: %v", c, err)
		}
	}
}
