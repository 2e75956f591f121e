//go:build unix

package control

import (
	"io/fs"
	"os"
	"syscall"
)

// refused is what a socket answers with that nobody listens at.
const refused = syscall.ECONNREFUSED

// owned tells whether a file is this user's.
func owned(info fs.FileInfo) bool {
	stat, known := info.Sys().(*syscall.Stat_t)
	return known && int(stat.Uid) == os.Getuid()
}
