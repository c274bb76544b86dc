package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	_ "github.com/lib/pq" // the driver "postgres"
)

// ErrNoBinaries tells that no Postgres is installed here.
var ErrNoBinaries = errors.New("no Postgres binaries (initdb, postgres) in PATH or /usr/lib/postgresql/*/bin")

// Server is a private Postgres in a folder of its own, on a free port of 127.0.0.1. It does not wait for the disk, so
// it survives being killed but not the loss of power. It ends, and its folder goes, when Remove is called or this
// process ends in whatever way.
type Server struct {
	bin  string
	dir  string
	port int
	cred *syscall.Credential // whom Postgres runs as; nil is this process's user

	mu    sync.Mutex
	guard *exec.Cmd // the shell that watches over postgres; nil while stopped
	stdin io.WriteCloser
}

// NewServer makes an empty Postgres and starts it. It is ErrNoBinaries where none is installed.
func NewServer(ctx context.Context) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin}
	if s.dir, err = os.MkdirTemp("", "duplex-postgres-"); err != nil {
		return nil, err
	}
	if err := s.create(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, nil
}

func (s *Server) create(ctx context.Context) (err error) {
	if os.Geteuid() == 0 { // Postgres refuses to run as root
		if s.cred, err = credential("postgres"); err != nil {
			return err
		}
		if err := os.Chown(s.dir, int(s.cred.Uid), int(s.cred.Gid)); err != nil {
			return err
		}
	}
	initdb := s.command(ctx, filepath.Join(s.bin, "initdb"), "-D", s.data(), "-U", "duplex", "-A", "trust",
		"-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if s.port, err = freePort(); err != nil {
		return err
	}
	return s.Start(ctx)
}

// guardScript runs postgres and reads its own input: a line asks for a clean stop that keeps the data; the end of
// the input, which also comes when the test process is killed, ends postgres at once and removes the folder.
const guardScript = `dir=$1; shift
"$@" </dev/null >>"$dir/log" 2>&1 &
server=$!
if read line; then
	kill -"$line" $server; wait $server
else
	kill -QUIT $server; wait $server; cd /; rm -rf "$dir"
fi`

// Start starts a stopped server on the port it had and returns when it answers. Starting a running one is nil.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.guard != nil {
		return nil
	}
	// The guard outlives ctx: it ends by its input.
	guard := s.command(context.WithoutCancel(ctx), "/bin/sh", "-c", guardScript, "sh", s.dir,
		filepath.Join(s.bin, "postgres"), "-D", s.data(), "-p", strconv.Itoa(s.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "full_page_writes=off",
		"-c", "shared_buffers=32MB", "-c", "max_connections=200")
	stdin, err := guard.StdinPipe()
	if err != nil {
		return err
	}
	if err := guard.Start(); err != nil {
		return err
	}
	s.guard, s.stdin = guard, stdin
	if err := s.answers(ctx); err != nil {
		log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		return fmt.Errorf("start postgres: %w\n%s", err, log)
	}
	return nil
}

func (s *Server) answers(ctx context.Context) error {
	db, err := sql.Open("postgres", s.DSN("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the server cleanly and cuts its connections. The data stay for Start.
func (s *Server) Stop() error { return s.end("INT\n") }

// Kill ends the server as a crash does, without writing anything out. The data stay for Start.
func (s *Server) Kill() error { return s.end("QUIT\n") }

// Restart stops the server and starts it again.
func (s *Server) Restart(ctx context.Context) error {
	if err := s.Stop(); err != nil {
		return err
	}
	return s.Start(ctx)
}

// Remove ends the server and deletes its data.
func (s *Server) Remove() error { return errors.Join(s.end(""), os.RemoveAll(s.dir)) }

func (s *Server) end(how string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.guard == nil {
		return nil
	}
	_, err := io.WriteString(s.stdin, how)
	err = errors.Join(err, s.stdin.Close())
	s.guard.Wait() // its exit status is that of the server and says nothing here
	s.guard = nil
	return err
}

// DSN is the address of a database of the server.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("postgres://duplex@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// CreateDatabase makes an empty database and returns its address.
func (s *Server) CreateDatabase(ctx context.Context, name string) (dsn string, err error) {
	return s.DSN(name), s.admin(ctx, `CREATE DATABASE `+name)
}

// CreateSchema makes an empty schema in a database all of them share and returns an address under which it is the
// only one. It costs a fraction of a database.
func (s *Server) CreateSchema(ctx context.Context, name string) (dsn string, err error) {
	return s.DSN("postgres") + "&search_path=" + name, s.admin(ctx, `CREATE SCHEMA `+name)
}

func (s *Server) admin(ctx context.Context, statement string) error {
	db, err := sql.Open("postgres", s.DSN("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = s.dir
	if s.cred != nil {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred}
	}
	return c
}

// binaries is the folder of the newest installed Postgres.
func binaries() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	version := func(dir string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		return n
	}
	slices.SortFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range append(dirs, strings.Split(os.Getenv("PATH"), string(os.PathListSeparator))...) {
		if executable(filepath.Join(dir, "initdb")) && executable(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", ErrNoBinaries
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}

func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("Postgres does not run as root: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
