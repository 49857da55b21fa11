// Package fetch gets documents over HTTP for programs that ask many of them: few
// requests, politely, bounded, and never twice what a cache on disk can answer.
//
// A [Client] joins identical questions, limits how many are in flight, retries what
// may pass (honouring Retry-After), stops asking a host that is down, sends
// credentials to their own host only, and keeps what it got in a [Store] that any
// number of processes share. It knows no ecosystem: what a document means is up to
// the caller.
package fetch
