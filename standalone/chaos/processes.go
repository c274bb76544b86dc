package chaos

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"
)

// emulatorsCommand is the first argument that makes this program the two emulated systems.
const emulatorsCommand = "emulators"

// processes are the parts of an installation by name, each of which can be killed and started again.
type processes struct {
	program string
	dir     string
	env     []string

	mu      sync.Mutex
	args    map[string][]string // of every part that was ever started
	running map[string]*child
	kills   map[string]int
	over    bool           // nothing is started any more
	broken  []string       // parts that broke down
	again   map[string]int // parts that ended with an error and were started again, as a supervisor does
}

type child struct {
	process *os.Process
	ended   chan struct{}
	killed  bool
}

func newProcesses(o Options, dir string, env []string) (*processes, error) {
	program := o.program
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	return &processes{program: program, dir: dir, env: env, args: map[string][]string{}, running: map[string]*child{}, kills: map[string]int{}, again: map[string]int{}}, nil
}

// start starts a part; args are kept for the next start. It returns when the process was started, not when it answers.
func (p *processes) start(name string, args ...string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return nil
	}
	if len(args) > 0 {
		p.args[name] = args
	}
	if p.running[name] != nil {
		return nil
	}
	log, err := os.OpenFile(filepath.Join(p.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(p.program, p.args[name]...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // nothing is left behind when the run is killed
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	c := &child{process: cmd.Process, ended: make(chan struct{})}
	p.running[name] = c
	go func() {
		err := cmd.Wait()
		p.mu.Lock()
		asked := c.killed
		if !asked {
			delete(p.running, name)
			p.again[name]++
			if brokeDown(log.Name()) || name == emulatorsCommand {
				p.broken = append(p.broken, fmt.Sprintf("%s broke down (%v): see %s.log", name, err, name))
			}
		}
		p.mu.Unlock()
		close(c.ended)
		if !asked {
			time.Sleep(restart)
			_ = p.start(name)
		}
	}()
	return nil
}

// restart is how long a supervisor waits before it starts what ended with an error: a part that finds the database away when it
// starts says so and ends.
const restart = time.Second

// brokeDown tells whether a log holds a panic or another end that is no error message.
func brokeDown(log string) bool {
	b, err := os.ReadFile(log)
	return err == nil && (bytes.Contains(b, []byte("\npanic: ")) || bytes.Contains(b, []byte("\nfatal error: ")) || bytes.Contains(b, []byte("DATA RACE")))
}

// kill ends a part as a power cut would. One that does not run is left alone.
func (p *processes) kill(name string) error {
	p.mu.Lock()
	c := p.running[name]
	if c == nil {
		p.mu.Unlock()
		return nil
	}
	delete(p.running, name)
	c.killed = true
	p.kills[name]++
	err := c.process.Kill()
	p.mu.Unlock()
	<-c.ended
	return err
}

// startAll starts again whatever is down.
func (p *processes) startAll() error {
	p.mu.Lock()
	names := slices.Sorted(maps.Keys(p.args))
	p.mu.Unlock()
	var errs []error
	for _, name := range names {
		errs = append(errs, p.start(name))
	}
	return errors.Join(errs...)
}

// stop ends everything, and the emulated systems last.
func (p *processes) stop() {
	p.mu.Lock()
	p.over = true
	names := slices.Sorted(maps.Keys(p.running))
	p.mu.Unlock()
	for _, name := range names {
		if name != emulatorsCommand {
			_ = p.kill(name)
		}
	}
	_ = p.kill(emulatorsCommand)
}

// brokenDown lists the parts that broke down.
func (p *processes) brokenDown() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.broken)
}

// count notes a kill of something that is no process of ours.
func (p *processes) count(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kills[name]++
}
