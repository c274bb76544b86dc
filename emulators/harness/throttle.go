package harness

import (
	"net/http"
	"sync"
	"time"
)

// Throttle tells whether callers kept away for as long as injected throttle and maintenance faults asked them to.
// Callers are told apart by their credentials, as vendors do.
type Throttle struct {
	Windows int `json:"windows"` // answers that asked for a pause
	Calls   int `json:"calls"`   // all calls, inside and outside
	// Inside are calls that began inside a pause, OnTheWire those of them that began within the first 100 ms, when
	// they may have been sent before the answer that asked for the pause could arrive.
	Inside    int `json:"inside"`
	OnTheWire int `json:"on_the_wire"`
}

// wireTime is how long an answer and a call that crosses it may be under way.
const wireTime = 100 * time.Millisecond

// pauses are the pauses that callers were asked for. Safe for concurrent use.
type pauses struct {
	mu    sync.Mutex
	told  Throttle
	known map[string]pauseOf
}

type pauseOf struct{ asked, ends time.Time }

// begun counts a call.
func (p *pauses) begun(req *http.Request, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told.Calls++
	w, ok := p.known[req.Header.Get("Authorization")]
	if !ok || !now.Before(w.ends) {
		return
	}
	p.told.Inside++
	if now.Sub(w.asked) < wireTime {
		p.told.OnTheWire++
	}
}

// ask notes that the caller was asked to stay away.
func (p *pauses) ask(credentials string, seconds int, now time.Time) {
	if seconds <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[string]pauseOf{}
	}
	p.told.Windows++
	ends := now.Add(time.Duration(seconds) * time.Second)
	if w := p.known[credentials]; now.Before(w.ends) { // asked again inside a pause
		if ends.After(w.ends) {
			w.ends = ends
		}
		p.known[credentials] = w
		return
	}
	p.known[credentials] = pauseOf{now, ends}
}

func (p *pauses) report() Throttle {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told
}

func (p *pauses) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told, p.known = Throttle{}, nil
}
