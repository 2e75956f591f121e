package trail

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"obconform/harness/recording"
	"obconform/harness/traffic"
)

// File is a recording on disk, of bounded length: a process that is forgotten must
// not fill the disk. It is not safe for concurrent use.
type File struct {
	file   *os.File
	buffer *bufio.Writer
	left   int64
	line   []byte
}

// Create makes the file, readable by its owner alone, or empties it. It takes so
// many bytes.
func Create(path string, limit int64) (*File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // #nosec G304 -- the user's own
	if err != nil {
		return nil, err
	}
	const buffered = 64 << 10
	return &File{file: file, buffer: bufio.NewWriterSize(file, buffered), left: limit}, nil
}

// Write writes one exchange, whole or not at all.
func (f *File) Write(x traffic.Exchange) error {
	f.line = append(recording.Append(f.line[:0], x), '\n')
	if int64(len(f.line)) > f.left {
		return errors.New("the recording is as long as it may be")
	}
	n, err := f.buffer.Write(f.line)
	f.left -= int64(n)
	if err != nil {
		return fmt.Errorf("the recording cannot be written: %w", err)
	}
	return nil
}

// Flush writes what is buffered to the disk.
func (f *File) Flush() error {
	if err := f.buffer.Flush(); err != nil {
		return fmt.Errorf("the recording cannot be written: %w", err)
	}
	return nil
}

// Close flushes and closes the file.
func (f *File) Close() error { return errors.Join(f.Flush(), f.file.Close()) }
