package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"

	"duplex/emulators/process"
	"duplex/standalone/app"
)

// Processes are the parts of a standalone, each a process of its own that can be killed and started again.
type Processes struct {
	Flags   []string // further flags of every part
	stderr  io.Writer
	program string
	mu      sync.Mutex
	running map[string]*running
}

// running is one process, waited for in one place.
type running struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process is gone and err is set
	err   error
}

// NewProcesses runs parts as further processes of this program, which must answer Child. What they log goes to stderr.
func NewProcesses(stderr io.Writer) (*Processes, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return &Processes{program: program, stderr: stderr, running: map[string]*running{}}, nil
}

// Child runs what Processes starts: a part of the standalone or the emulated systems. ok is false when args ask for neither.
func Child(ctx context.Context, args []string, stdout, stderr io.Writer) (ok bool, err error) {
	switch {
	case len(args) == 0:
		return false, nil
	case args[0] == "serve":
		o, err := app.ParseFlags(args[1:], stderr)
		if err == nil {
			err = app.Run(ctx, o, stdout)
		}
		return true, err
	case args[0] == "emulators":
		return true, process.Run(ctx, args[1:], stdout, stderr)
	}
	return false, nil
}

// Start runs one part. It returns when the process was started, not when it answers.
func (p *Processes) Start(w *World, part string) error {
	args := slices.Concat([]string{"serve"}, w.Flags(part), p.Flags)
	_, err := p.start(part, args, w.Environment(), nil)
	return err
}

// Emulators runs the systems as a process, for Options.Process.
func (p *Processes) Emulators(args []string, stdout io.Writer) error {
	r, err := p.start("emulators", append([]string{"emulators"}, args...), nil, stdout)
	if err != nil {
		return err
	}
	<-r.ended
	return r.err
}

func (p *Processes) start(name string, args, environment []string, stdout io.Writer) (*running, error) {
	cmd := exec.Command(p.program, args...)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Stdout, cmd.Stderr = stdout, p.stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // nothing is left behind when this program is killed
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the %s: %w", name, err)
	}
	r := &running{cmd: cmd, ended: make(chan struct{})}
	go func() { r.err = cmd.Wait(); close(r.ended) }()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running[name] = r
	return r, nil
}

// StartAll runs every part and waits until the gateway answers.
func (p *Processes) StartAll(ctx context.Context, w *World) error {
	for _, part := range []string{app.PartEngine, app.PartGateway, app.PartWorker} {
		if err := p.Start(w, part); err != nil {
			return err
		}
	}
	return w.Ready(ctx)
}

// Kill ends a part as a power cut would.
func (p *Processes) Kill(part string) error {
	p.mu.Lock()
	r := p.running[part]
	delete(p.running, part)
	p.mu.Unlock()
	if r == nil {
		return fmt.Errorf("the %s is not running", part)
	}
	err := r.cmd.Process.Kill()
	<-r.ended
	if err != nil {
		return fmt.Errorf("the %s ended by itself: %w", part, errors.Join(r.err, err))
	}
	return nil
}

// PID is the process id of a running part, 0 where it does not run.
func (p *Processes) PID(part string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.running[part]; r != nil {
		return r.cmd.Process.Pid
	}
	return 0
}

// Stop kills every part.
func (p *Processes) Stop() {
	p.mu.Lock()
	var parts []string
	for part := range p.running {
		parts = append(parts, part)
	}
	p.mu.Unlock()
	for _, part := range parts {
		_ = p.Kill(part) // it may have ended by itself
	}
}
