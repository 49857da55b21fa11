package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"sluice/fixtures"
	"sluice/fixtures/indexserver"
	"sluice/index"
)

// serveFixturesCommand is for tests and for trying things out; usage does not list it.
func serveFixturesCommand() command {
	return command{
		name:    "serve-fixtures",
		hidden:  true,
		summary: "serve index facts as a real package index on loopback",
		details: "Prints the index URL and serves until it is interrupted. The faults are:\n\n" + faultHelp(),
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			var s fixtureServer
			flags.StringVar(&s.index, "index", "", "the `FILE` of index facts (default: the demo universe)")
			flags.StringVar(&s.listen.Addr, "listen", "127.0.0.1:0", "the loopback `ADDRESS`")
			flags.BoolVar(&s.listen.TLS, "tls", false, "serve https, with a certificate made for it")
			flags.StringVar(&s.certificate, "certificate", "", "write the certificate to this `FILE`")
			flags.StringArrayVar(&s.users, "user", nil, "`NAME:PASSWORD` that requests must bring (repeatable)")
			flags.StringArrayVar(&s.faults, "fault", nil, "a `FAULT` such as 'status=503 times=2 path=/simple/foo/' (repeatable)")
			log := flags.Bool("log", false, "write each request to stderr")
			flags.BoolVar(&s.options.NoJSON, "html", false, "pages in HTML only")
			flags.BoolVar(&s.options.NoMetadata, "no-metadata", false, "no .metadata files")
			flags.BoolVar(&s.options.NoRanges, "no-ranges", false, "no parts of files")
			flags.BoolVar(&s.options.Offer.Sdist, "sdist", false, "a source distribution beside each wheel")
			flags.BoolVar(&s.options.Offer.NoWheel, "no-wheel", false, "no wheels")
			flags.BoolVar(&s.options.AsRecorded, "as-recorded", false, "state recorded hashes and sizes")
			flags.BoolVar(&s.strict, "strict", false, "leave out lines of metadata that are not valid: uv takes no release that has any")
			return func(args []string) (int, error) {
				if *log {
					s.options.Log = func(e indexserver.Entry) { a.hint("%s %s %d %d", e.Method, e.Path, e.Status, e.Bytes) }
				}
				return s.run(a, args)
			}
		},
	}
}

func faultHelp() string {
	var w strings.Builder
	for _, k := range indexserver.FaultKinds() {
		word := k.Name
		if k.Value != "" {
			word += "=" + k.Value
		}
		fmt.Fprintf(&w, "  %-20s %s\n", word, k.Help)
	}
	return strings.TrimRight(w.String(), "\n")
}

// fixtureServer is the command with its flags.
type fixtureServer struct {
	index, certificate string
	users, faults      []string
	listen             indexserver.Listen
	options            indexserver.Options
	strict             bool
}

func (s *fixtureServer) run(a *app, args []string) (int, error) {
	if len(args) > 0 {
		return 0, usagef("serve-fixtures takes no arguments, not %q", args[0])
	}
	facts, err := s.facts(a)
	if err != nil {
		return 0, err
	}
	defer facts.Close()
	var served indexserver.Facts = facts
	if s.strict {
		served = indexserver.Strict(facts)
	}
	for _, text := range s.faults {
		fault, err := indexserver.ParseFault(text)
		if err != nil {
			return 0, err
		}
		s.options.Faults = append(s.options.Faults, fault)
	}
	if len(s.users) > 0 {
		s.options.Users = make(map[string]string)
	}
	for _, user := range s.users {
		name, password, _ := strings.Cut(user, ":")
		s.options.Users[name] = password
	}
	return s.serve(a, served)
}

// facts opens what is to be served.
func (s *fixtureServer) facts(a *app) (*index.Snapshot, error) {
	if s.index != "" {
		return index.OpenCached(abs(a.dir, s.index), (&options{}).cache(a))
	}
	f, err := fixtures.Universe().Open("packages.jsonl")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return index.Read("packages.jsonl", f)
}

func (s *fixtureServer) serve(a *app, facts indexserver.Facts) (int, error) {
	ctx, stop := interruptible(context.Background())
	defer stop()
	l, err := indexserver.Start(indexserver.New(facts, s.options), s.listen)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	if s.certificate != "" {
		if err := os.WriteFile(abs(a.dir, s.certificate), l.CertPEM, 0o644); err != nil {
			return 0, err
		}
	}
	if _, err := fmt.Fprintln(a.stdout, l.IndexURL()); err != nil {
		return 0, err
	}
	<-ctx.Done()
	return exitOK, nil
}
