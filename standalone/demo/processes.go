package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"

	"duplex/standalone/app"
)

// processes are the parts of a standalone, each a process of its own that can be killed and started again.
type processes struct {
	w       *World
	program string
	stderr  io.Writer
	running map[string]*exec.Cmd
}

func newProcesses(w *World, stderr io.Writer) (*processes, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return &processes{w: w, program: program, stderr: stderr, running: map[string]*exec.Cmd{}}, nil
}

// start runs one part. It returns when the process was started, not when it answers.
func (p *processes) start(part string) error {
	cmd := exec.Command(p.program, append([]string{"serve", "-heartbeat", "3s"}, p.w.Flags(part)...)...)
	cmd.Env = append(os.Environ(), p.w.Environment()...)
	cmd.Stderr = p.stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // nothing is left behind when the demo is killed
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the %s: %w", part, err)
	}
	p.running[part] = cmd
	return nil
}

// kill ends a part as a power cut would.
func (p *processes) kill(part string) error {
	cmd := p.running[part]
	if cmd == nil {
		return fmt.Errorf("the %s is not running", part)
	}
	delete(p.running, part)
	if err := cmd.Process.Kill(); err != nil {
		return err
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		return err
	}
	return nil
}

func (p *processes) startAll(ctx context.Context) error {
	for _, part := range []string{app.PartEngine, app.PartGateway, app.PartWorker} {
		if err := p.start(part); err != nil {
			return err
		}
	}
	return p.w.Ready(ctx)
}

func (p *processes) stop() {
	for part := range p.running {
		_ = p.kill(part)
	}
}
