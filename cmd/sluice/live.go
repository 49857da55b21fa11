package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/index/fetch"
	"sluice/index/pypi"
)

// indexOptions are the flags that say which index is asked, and how.
type indexOptions struct {
	url       string
	extra     []string
	findLinks []string
	from      map[string]string
	noIndex   bool
	offline   bool
	refresh   bool
	build     bool
	jobs      int
	perHost   int
	deadline  time.Duration
	asOf      string

	proxy             string
	certificates      string
	clientCertificate string
	trustedHosts      []string
	keyring           bool
}

const (
	defaultJobs     = 50
	maxJobs         = 1000
	defaultDeadline = 10 * time.Minute
)

// validate finds flags with impossible values.
func (o *indexOptions) validate() error {
	var errs []error
	if o.offline && o.refresh {
		errs = append(errs, usageError{msg: "--offline asks nobody, --refresh asks for everything", hint: "give one of them"})
	}
	if o.jobs < 0 || o.jobs > maxJobs {
		errs = append(errs, usagef("--jobs: %d is not from 1 to %d", o.jobs, maxJobs))
	}
	if o.perHost < 0 || o.perHost > maxJobs {
		errs = append(errs, usagef("--jobs-per-host: %d is not from 1 to %d", o.perHost, maxJobs))
	}
	if o.deadline < 0 {
		errs = append(errs, usagef("--deadline: %s is no time to wait", o.deadline))
	}
	if _, err := o.before(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// before returns the time from which on uploads are hidden, zero for never.
func (o *indexOptions) before() (time.Time, error) {
	if o.asOf == "" {
		return time.Time{}, nil
	}
	at, isDay, err := parseTime("--as-of", o.asOf)
	if isDay {
		at = at.AddDate(0, 0, 1) // the day itself still counts
	}
	return at, err
}

// parseTime reads the date or the time that a flag gives; a date is its beginning, in UTC.
func parseTime(flag, text string) (at time.Time, isDay bool, err error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, true, nil
	}
	at, err = time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, false, usageError{msg: fmt.Sprintf("%s: %q is no date", flag, text), hint: "write it as 2026-11-25 or 2026-11-25T12:00:00Z"}
	}
	return at, false, nil
}

// openLive returns what the indexes have published.
func (a *app) openLive(s *settings, environments []*constraints.Environment, before time.Time) (*facts, error) {
	where, err := a.indexes(s)
	if err != nil {
		return nil, err
	}
	if s.base != nil {
		if err := s.base.checkIndexes(where, s.Index.From); err != nil {
			return nil, err
		}
	}
	progress := a.newWatch()
	client, err := a.newFetchClient(s, where, progress)
	if err != nil {
		return nil, err
	}
	o := pypi.Options{Environments: environments, From: make(map[constraints.Name]string)}
	for _, spelling := range slices.Sorted(maps.Keys(s.Index.From)) {
		if !pep508.ValidName(spelling) {
			return nil, usageError{msg: fmt.Sprintf("from: %q is not the name of a package", spelling), hint: "write --from NAME=URL"}
		}
		o.From[pep508.NormalizeName(spelling)] = s.Index.From[spelling]
	}
	if !where.NoIndex {
		for _, l := range append(slices.Clip(where.Extra), where.Default) {
			o.Indexes = append(o.Indexes, l.URL)
		}
	}
	for _, l := range where.FindLinks {
		o.FindLinks = append(o.FindLinks, l.URL)
	}
	if s.live.build {
		o.Build = pypi.PipBuilder(fetch.RunProgram, pipArguments(where)...)
	}
	c, err := pypi.New(client, o)
	if err != nil {
		return nil, usageError{msg: err.Error(), hint: "an index is https://HOST/simple, a place of files a folder or a page"}
	}
	wait := cmp.Or(s.live.deadline, defaultDeadline)
	ctx, stop := interruptible(context.Background())
	ctx, cancel := context.WithTimeoutCause(ctx, wait, fmt.Errorf("the deadline of %s for asking indexes has passed (--deadline)", wait))
	end := func() { cancel(); stop(); a.tellIndexes(client, c) }
	return newFacts(ctx, live{c, client, cmp.Or(s.live.jobs, defaultJobs), progress, end}, before), nil
}

// tellIndexes says what a person should know of the answers of indexes.
func (a *app) tellIndexes(client *fetch.Client, c *pypi.Client) {
	if n := client.Counts().Stale; n > 0 {
		a.hint("an index could not be asked: %s of the cache may be out of date", count(int(n), "document"))
	}
	if err := client.Store().Trouble(); err != nil {
		a.hint("%v", err)
	}
	sentOn := c.SentOn()
	for _, host := range slices.Sorted(maps.Keys(sentOn)) {
		a.hint("an index sends questions on to %s: what is known of %s is what is said there", host, count(sentOn[host], "package"))
	}
	missed := c.Missed()
	for _, m := range missed[:min(len(missed), shownMissed)] {
		a.hint("what %s %s requires is not known: %s", m.Name, m.Version, m.Reason)
	}
	if more := len(missed) - shownMissed; more > 0 {
		a.hint("and what %s more require", count(more, "release"))
	}
}

// shownMissed is how many releases without metadata are named.
const shownMissed = 5

// newFetchClient returns what talks to indexes.
func (a *app) newFetchClient(s *settings, where *pypi.Indexes, progress *watch) (*fetch.Client, error) {
	o := fetch.CredentialOptions{Netrc: fetch.NetrcFiles(a.getenv, a.home())}
	if where.Keyring {
		o.Keyring = fetch.RunProgram
	}
	credentials := fetch.NewCredentials(o)
	if err := credentials.Err(); err != nil {
		return nil, err
	}
	if warning := credentials.Warning(); warning != nil {
		a.hint("%v", warning)
	}
	return fetch.NewClient(fetch.Options{
		Store: fetch.NewStore(s.cacheDir), Credentials: credentials,
		Offline: s.live.offline, Refresh: s.live.refresh, Jobs: cmp.Or(s.live.jobs, defaultJobs), PerHost: s.live.perHost,
		Connection: where.Connection, UserAgent: "sluice/" + versionText(), Progress: progress.update,
	})
}

// indexes returns where packages are looked for.
func (a *app) indexes(s *settings) (*pypi.Indexes, error) {
	const hint = "give --index-url URL, [index] url in sluice.toml, or --index FILE of recorded facts"
	where, err := a.locate(s)
	var none *pypi.NoIndexError
	switch {
	case errors.As(err, &none):
		return nil, usageError{msg: "no index to ask: " + err.Error(), hint: hint}
	case err == nil && where.NoIndex && len(where.FindLinks) == 0:
		return nil, usageError{msg: "no index to ask: none is to be asked, and there is no place of files", hint: hint}
	}
	return where, err
}

// locate returns what flags, sluice.toml and SLUICE_INDEX_URL say of indexes, else what
// an installed client is configured with.
func (a *app) locate(s *settings) (*pypi.Indexes, error) {
	own := pypi.Indexes{
		NoIndex: s.Index.NoIndex,
		Connection: fetch.Connection{
			Proxy:             cmp.Or(s.Index.Proxy, a.getenv("PIP_PROXY")),
			Certificates:      cmp.Or(s.Index.Certificates, a.getenv("PIP_CERT"), a.getenv("REQUESTS_CA_BUNDLE")),
			ClientCertificate: cmp.Or(s.Index.ClientCertificate, a.getenv("PIP_CLIENT_CERT")),
			TrustedHosts:      slices.Concat(s.Index.TrustedHosts, strings.Fields(a.getenv("PIP_TRUSTED_HOST"))),
		},
		Keyring: s.Index.Keyring || a.getenv("PIP_KEYRING_PROVIDER") == "subprocess" || a.getenv("UV_KEYRING_PROVIDER") == "subprocess",
	}
	for _, extra := range s.Index.Extra {
		own.Extra = append(own.Extra, pypi.Location{URL: extra})
	}
	for _, place := range s.Index.FindLinks {
		own.FindLinks = append(own.FindLinks, pypi.Location{URL: place})
	}
	if location := cmp.Or(s.Index.URL, a.getenv("SLUICE_INDEX_URL")); location != "" || own.NoIndex {
		own.Default.URL = location
		return &own, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), locateTime)
	defer cancel()
	memory := memory{store: fetch.NewStore(s.cacheDir), now: time.Now}
	host := pypi.Host{Getenv: a.getenv, Dir: a.dir, Home: a.home(), GOOS: runtime.GOOS, Run: memory.run}
	if s.base != nil {
		host.Read = s.base.readInstead
	}
	found, err := pypi.Locate(ctx, host)
	if err != nil {
		return nil, err
	}
	found.Extra = append(own.Extra, found.Extra...)
	found.FindLinks = append(own.FindLinks, found.FindLinks...)
	found.Connection.Proxy = cmp.Or(s.Index.Proxy, found.Connection.Proxy)
	found.Connection.Certificates = cmp.Or(s.Index.Certificates, found.Connection.Certificates)
	found.Connection.ClientCertificate = cmp.Or(s.Index.ClientCertificate, found.Connection.ClientCertificate)
	found.Connection.TrustedHosts = append(found.Connection.TrustedHosts, s.Index.TrustedHosts...)
	found.Keyring = own.Keyring || found.Keyring
	return found, nil
}

// pipArguments tells pip where to find what a build requires, and how to get there: in the
// index that is asked last, and nowhere else, since pip would take a name from whichever index has the highest
// version. One with a password is left to pip's own configuration: arguments are there
// for everybody on the machine to see.
func pipArguments(where *pypi.Indexes) []string {
	if where.NoIndex {
		return []string{"--no-index"}
	}
	if u, err := url.Parse(where.Default.URL); err != nil || u.User != nil {
		return nil
	}
	arguments := []string{"--index-url", where.Default.URL}
	add := func(flag, value string) {
		if value != "" {
			arguments = append(arguments, flag, value)
		}
	}
	if !strings.Contains(where.Connection.Proxy, "@") {
		add("--proxy", where.Connection.Proxy)
	}
	add("--cert", where.Connection.Certificates)
	add("--client-cert", where.Connection.ClientCertificate)
	for _, host := range where.Connection.TrustedHosts {
		add("--trusted-host", host)
	}
	return arguments
}

// locateTime is how long clients may take to say what they are configured with.
const locateTime = 30 * time.Second
