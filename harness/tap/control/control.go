// Package control lets one process of obconform end another that serves, wait
// until its reports are written, and learn its exit status. It owns the sockets
// by which they find each other: Unix sockets in a folder that the user alone
// may enter, so that no password is needed and no port is open for it.
//
// It knows nothing of what is served, and imports nothing of ours.
package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Dir is the folder of the sockets of this user: in XDG_RUNTIME_DIR, or in the
// folder for temporary files where that is not set. Nothing is created.
func Dir(runtimeDir string) string {
	if runtimeDir != "" {
		return filepath.Join(runtimeDir, "obconform")
	}
	return filepath.Join(os.TempDir(), "obconform-"+strconv.Itoa(os.Getuid()))
}

// greeting is what a process says of itself to whoever connects.
type greeting struct {
	Kind    string `json:"kind"`
	Address string `json:"address"`
	PID     int    `json:"pid"`
}

// farewell is the last that a process says.
type farewell struct {
	Status int `json:"status"`
}

// stopWord is what asks a process to end.
const stopWord = "stop\n"

// patience bounds how long a peer may take for one word.
const patience = 10 * time.Second

// Server is a process that can be ended.
type Server struct {
	greeting greeting
	listener net.Listener
	stop     chan struct{}
	once     sync.Once
	ended    chan struct{} // closed by End
	status   int
	talks    sync.WaitGroup
}

// Listen makes this process one that can be found: a kind ("mock"), at an address
// by which a user tells it from others. The error says why it cannot be found.
func Listen(dir, kind, address string) (*Server, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := private(dir); err != nil {
		return nil, err
	}
	s := &Server{greeting: greeting{kind, address, os.Getpid()}, stop: make(chan struct{}), ended: make(chan struct{})}
	path := filepath.Join(dir, fmt.Sprintf("%s-%d.sock", kind, s.greeting.PID))
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a process that had our number
		return nil, err
	}
	var err error
	if s.listener, err = net.Listen("unix", path); err != nil {
		return nil, err
	}
	s.talks.Go(s.accept)
	return s, nil
}

// private refuses a folder that others may enter: they could answer in the place
// of a process of ours.
func private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || !owned(info) || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s: expected a folder that nobody but you may enter, got %s", dir, info.Mode())
	}
	return nil
}

func (s *Server) accept() {
	for {
		connection, err := s.listener.Accept()
		if err != nil {
			return // End has closed it
		}
		s.talks.Go(func() { s.talk(connection) })
	}
}

// talk greets a peer and, where it asks for it, has the process end and says how.
func (s *Server) talk(connection net.Conn) {
	defer func() { _ = connection.Close() }()
	_ = connection.SetDeadline(time.Now().Add(patience))
	if json.NewEncoder(connection).Encode(s.greeting) != nil {
		return
	}
	word := make([]byte, len(stopWord))
	if _, err := connection.Read(word); err != nil || string(word) != stopWord {
		return
	}
	s.once.Do(func() { close(s.stop) })
	<-s.ended
	_ = connection.SetDeadline(time.Now().Add(patience))
	_ = json.NewEncoder(connection).Encode(farewell{s.status}) // one who has gone asks no more
}

// Stop is closed when somebody asks the process to end.
func (s *Server) Stop() <-chan struct{} { return s.stop }

// End tells those who wait how the process ends, and makes it one that cannot be
// found any more. It is called once.
func (s *Server) End(status int) {
	s.status = status
	close(s.ended)
	_ = s.listener.Close() // removes the socket
	s.talks.Wait()
}

// Process is one that can be ended.
type Process struct {
	// Kind and Address are those that it was made known by.
	Kind, Address string
	PID           int
	path          string
}

// Running finds the processes of a kind, by address. Sockets that nobody listens
// at are removed. The error also names each process that is there and does not
// answer; those that do are found all the same.
func Running(ctx context.Context, dir, kind string) ([]Process, error) {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err := private(dir); err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(escapeGlob(dir), kind+"-*.sock"))
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var found []Process
	var silent []error
	var asked sync.WaitGroup
	for _, path := range paths { // at once: one that does not answer must not use up the time of the others
		asked.Go(func() {
			connection, said, err := dial(ctx, path)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				_ = connection.Close()
				found = append(found, Process{said.Kind, said.Address, said.PID, path})
			case errors.Is(err, refused):
				_ = os.Remove(path) // left by a process that was killed
			case !errors.Is(err, fs.ErrNotExist): // one that has just ended has taken it away
				silent = append(silent, fmt.Errorf("a %s does not answer at %s: %w", kind, path, err))
			}
		})
	}
	asked.Wait()
	slices.SortFunc(found, func(a, b Process) int { return strings.Compare(a.Address, b.Address) })
	slices.SortFunc(silent, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return found, errors.Join(silent...)
}

// escapeGlob takes their meaning from the characters of a path that are patterns.
func escapeGlob(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

func dial(ctx context.Context, path string) (net.Conn, greeting, error) {
	dialer := net.Dialer{Timeout: patience}
	connection, err := dialer.DialContext(ctx, "unix", path)
	if err != nil {
		return nil, greeting{}, err
	}
	_ = connection.SetDeadline(time.Now().Add(patience))
	defer context.AfterFunc(ctx, func() { _ = connection.SetDeadline(time.Now()) })()
	var said greeting
	line, err := bufio.NewReaderSize(connection, 4<<10).ReadSlice('\n')
	if err == nil {
		err = json.Unmarshal(line, &said)
	}
	if err != nil {
		_ = connection.Close()
		return nil, greeting{}, err
	}
	return connection, said, nil
}

// Stop asks the process to end, waits until it has, and answers its exit status.
// The error says that it ended without a word, or was not waited for any longer.
func (p Process) Stop(ctx context.Context) (status int, err error) {
	connection, _, err := dial(ctx, p.path)
	if err != nil {
		return 0, fmt.Errorf("%s at %s cannot be asked: %w", p.Kind, p.Address, err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := connection.Write([]byte(stopWord)); err != nil {
		return 0, fmt.Errorf("%s at %s cannot be asked: %w", p.Kind, p.Address, err)
	}
	_ = connection.SetDeadline(time.Time{})
	defer context.AfterFunc(ctx, func() { _ = connection.SetDeadline(time.Now()) })()
	var said farewell
	if err := json.NewDecoder(connection).Decode(&said); err != nil {
		if ctx.Err() != nil {
			return 0, fmt.Errorf("%s at %s has not ended: %w", p.Kind, p.Address, context.Cause(ctx))
		}
		return 0, fmt.Errorf("%s at %s ended without a word of its reports", p.Kind, p.Address)
	}
	return said.Status, nil
}
