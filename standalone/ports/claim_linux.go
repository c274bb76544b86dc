package ports

import (
	"strconv"
	"syscall"
)

// claim keeps a port for this process until it ends, whether or not something listens on it meanwhile: a name that only one process can
// have and that leaves no file. It is false when another process has the port, or an earlier call.
func claim(port int) bool {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return true // the claim is a courtesy between our own processes
	}
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: "@duplex-port-" + strconv.Itoa(port)}); err != nil {
		syscall.Close(fd)
		return false
	}
	return true
}
