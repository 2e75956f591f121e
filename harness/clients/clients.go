// Package clients has three small clients of a bank, each as its users would write
// it: in Go with golang.org/x/oauth2 (folder go), in JavaScript with openid-client
// (folder node), and as a shell script of curl (folder curl). They are for the
// audit of clients to judge: with BREACH=1 each has one mistake that no bank
// refuses.
//
// The clients know nothing of this module, and nothing of the product imports this
// package.
package clients
