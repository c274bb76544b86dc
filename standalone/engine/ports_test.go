package engine

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// TestAPortThatIsTakenMeanwhileIsAnError: each part of the server listens for itself, some time after its port was found. When somebody was
// quicker the engine does not start and says so, and the process it is a guest in goes on.
func TestAPortThatIsTakenMeanwhileIsAnError(t *testing.T) {
	for _, part := range []string{"frontend", "history"} {
		t.Run(part, func(t *testing.T) {
			p, err := reservePorts(0, -1)
			if err != nil {
				t.Fatal(err)
			}
			port := map[string]int{"frontend": p.frontend, "history": p.history}[part]
			l, err := net.Listen("tcp", hostPort(port))
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			o := Options{Dir: t.TempDir(), Namespace: "duplex"}
			db, err := openDatabase(o.Dir, o.Namespace, nil)
			if err != nil {
				t.Fatal(err)
			}
			stop, err := startServer(t.Context(), p, db, o)
			if err == nil {
				stop()
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), fmt.Sprint(port)) {
				t.Errorf("the error does not name the port %d: %v", port, err)
			}
		})
	}
}
