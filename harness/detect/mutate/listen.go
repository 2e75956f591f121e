package mutate

import (
	"io"
	"log"
	"net"
)

func listen() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }

// silent drops what net/http says of connections: that they end is meant so.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }
