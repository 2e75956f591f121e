//go:build !unix

package control

import (
	"io/fs"
	"syscall"
)

// refused is what a socket answers with that nobody listens at: Winsock's
// WSAECONNREFUSED.
const refused = syscall.Errno(10061)

// owned tells whether a file is this user's: the folders for temporary files of
// these systems are each user's own.
func owned(fs.FileInfo) bool { return true }
