package rig

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Memory is what one process holds in RAM, in bytes: now, and at its most so far.
type Memory struct{ Now, Peak int64 }

// MemoryOf reads /proc. It fails where the process is gone or the machine is no Linux.
func MemoryOf(pid int) (m Memory, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return m, fmt.Errorf("memory of process %d: %w", pid, err)
	}
	for line := range strings.Lines(string(b)) {
		var kB int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kB); n == 1 {
			m.Now = kB << 10
		}
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kB); n == 1 {
			m.Peak = kB << 10
		}
	}
	if m.Now == 0 {
		return m, fmt.Errorf("memory of process %d is not told: it has ended", pid)
	}
	return m, nil
}

// CPU is how long a process has worked so far, on all cores together.
func CPU(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("processor time of process %d: %w", pid, err)
	}
	_, after, _ := strings.Cut(string(b), ") ") // the name may hold anything
	f := strings.Fields(after)
	if len(f) < 13 {
		return 0, fmt.Errorf("processor time of process %d is not told", pid)
	}
	var user, system int64
	if _, err := fmt.Sscan(f[11]+" "+f[12], &user, &system); err != nil {
		return 0, fmt.Errorf("processor time of process %d: %w", pid, err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond, nil // in ticks, of which Linux tells 100 a second
}

// Load is the machine's load average over one minute and how many processes want to run now, as /proc tells it.
func Load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	f := strings.Fields(string(b))
	return f[0] + " (" + f[3] + ")"
}

// Size is how many bytes the files below a folder or of one file hold.
func Size(path string) (n int64, err error) {
	err = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		i, err := d.Info()
		if err == nil {
			n += i.Size()
		}
		return err
	})
	return n, err
}
