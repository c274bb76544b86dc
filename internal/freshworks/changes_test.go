package freshworks

import "testing"

// TestWindow: a page always shows the last row that was read, and goes on behind it.
func TestWindow(t *testing.T) {
	for limit := 1; limit <= pageSize; limit++ {
		for done := 1; done < 3000; done += 1 + done/7 {
			size, number := window(done, limit)
			first, behind := (number-1)*size, number*size // rows [first, behind)
			if size > pageSize || first > done-1 || behind <= done {
				t.Fatalf("limit %d, %d rows read: page %d of %d shows %d to %d", limit, done, number, size, first, behind-1)
			}
		}
	}
	if size, number := window(0, 7); size != 7 || number != 1 {
		t.Errorf("the first page is %d of %d", number, size)
	}
	if size, number := window(100, 100); number*size-100 < 90 {
		t.Errorf("the second page (%d of %d) shows %d new rows", number, size, number*size-100)
	}
}
