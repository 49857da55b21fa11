package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/index/fetch"
	"sluice/resolver/gate"
)

// options are the flags that say what a question is about; they stand for the
// keys of sluice.toml and go before them.
type options struct {
	config       string
	ecosystem    string
	constraints  string
	ledger       string
	layout       string
	index        string
	environments []string
	consumers    []string
	files        []string
	prereleases  string
	downgrade    string
	minAge       string
	step         string
	now          string
	base         string // a revision of git
	cacheDir     string
	live         indexOptions
	format       string
	full         bool
	flags        *pflag.FlagSet // that the person gave
}

// addFlags defines the flags of the inputs.
func (o *options) addFlags(flags *pflag.FlagSet) {
	o.addPinFlags(flags)
	o.addConsumerFlags(flags)
	flags.StringVar(&o.index, "index", "", "take what is published from a `FILE` of index facts: JSON lines, gzip of it, or a snapshot")
	flags.StringVar(&o.prereleases, "prereleases", "", "the `POLICY` for pre-releases as pins: deny, if-needed or allow (default: deny)")
	flags.StringVar(&o.downgrade, "downgrade", "", "the `POLICY` for pins that are lowered: deny or allow (default: deny)")
	flags.StringVar(&o.minAge, "min-age", "", "how long ago a version must have been uploaded to be pinned, a `SPAN` such as 72h or 3d")
	flags.StringVar(&o.step, "step", "", "the largest `STEP` from today's pin: patch, minor or major")
	o.addTimeFlag(flags)
	o.addIndexFlags(flags)
}

// addIndexFlags defines the flags that say which index is asked, and how.
func (o *options) addIndexFlags(flags *pflag.FlagSet) {
	l := &o.live
	flags.StringVar(&l.url, "index-url", "", "the `URL` of the index to ask, such as https://HOST/simple (default: what pip or uv is configured with)")
	flags.StringArrayVar(&l.extra, "extra-index-url", nil, "the `URL` of an index that is asked before that of --index-url: what it has is never taken from another (repeatable)")
	flags.StringArrayVar(&l.findLinks, "find-links", nil, "a `PLACE`, folder or page, of files that are published too (repeatable)")
	flags.StringToStringVar(&l.from, "from", nil, "the index that alone is asked for a package, as `NAME=URL` (repeatable)")
	flags.Lookup("from").DefValue = "" // else help shows an empty map
	flags.StringVar(&l.certificates, "cert", "", "a `FILE` of certificates to trust instead of the system's")
	flags.StringVar(&l.clientCertificate, "client-cert", "", "a `FILE` with a certificate and its key, for hosts that ask for one")
	flags.StringVar(&l.proxy, "proxy", "", "the `URL` of a proxy for all hosts (default: as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say)")
	flags.StringArrayVar(&l.trustedHosts, "trusted-host", nil, "a `HOST` or HOST:PORT whose certificate is not verified (repeatable)")
	flags.BoolVar(&l.keyring, "keyring", false, "ask the keyring command for passwords")
	flags.BoolVar(&l.noIndex, "no-index", false, "ask no index: only the places of --find-links count")
	flags.BoolVar(&l.offline, "offline", false, "ask nobody: what the cache has counts, however old")
	flags.BoolVar(&l.refresh, "refresh", false, "ask whether what the cache has is current, even where it is fresh")
	flags.BoolVar(&l.build, "build", false, "let pip build a release where nothing else tells what it requires: that runs its code")
	flags.IntVar(&l.jobs, "jobs", defaultJobs, "how many `REQUESTS` may be in flight")
	flags.IntVar(&l.perHost, "jobs-per-host", 0, "how many `REQUESTS` of them one host may have (default: all)")
	flags.DurationVar(&l.deadline, "deadline", defaultDeadline, "how long all questions to indexes may take")
	flags.StringVar(&l.asOf, "as-of", "", "hide what was uploaded after this `DATE`, 2026-11-25 or 2026-11-25T12:00:00Z")
	flags.StringVar(&o.cacheDir, "cache-dir", "", "the `FOLDER` of the cache (default: sluice in the user's cache folder)")
}

// addPinFlags defines the flags of the constraints file.
func (o *options) addPinFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.config, "config", "", "the configuration `FILE` (default: the nearest sluice.toml upward)")
	flags.StringVar(&o.ecosystem, "ecosystem", "", "the `ECOSYSTEM` of versions and files: pypi (default: pypi)")
	flags.StringVarP(&o.constraints, "constraints", "c", "", "the constraints `FILE` (default: upper-constraints.txt)")
	flags.StringVar(&o.layout, "layout", "", "the `LAYOUT` of what is around the constraints file: openstack for a checkout of openstack/requirements")
	flags.StringVar(&o.ledger, "ledger", "", "the ledger `FILE` (default: ledger.toml, where there is one)")
	flags.StringArrayVarP(&o.environments, "environment", "e", nil, "an `ENVIRONMENT`: one of sluice.toml by its name, else a preset such as py311 or py311-linux-x86_64 (repeatable)")
}

// addConsumerFlags defines the flags of the consumers.
func (o *options) addConsumerFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&o.consumers, "consumers", nil, "a `PATTERN` of consumer folders, such as 'projects/*' (repeatable)")
	flags.StringSliceVar(&o.files, "files", nil, "the `FILES` to read in each consumer, with commas between (default: all manifests found)")
}

// addTimeFlag defines the flag of the time that is asked at.
func (o *options) addTimeFlag(flags *pflag.FlagSet) {
	flags.StringVar(&o.now, "now", "", "judge as if it were this `TIME`, 2026-11-25 or 2026-11-25T12:00:00Z (default: the clock's)")
}

// addBaseFlag defines the flag of the revision that a change is judged against.
func (o *options) addBaseFlag(flags *pflag.FlagSet) {
	flags.StringVar(&o.base, "base", "", "judge the change of the constraints file since a git `REVISION`, by the policy and the ledger of that revision")
}

// addOutputFlags defines the flags of the answer.
func (o *options) addOutputFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.format, "format", "text", "the `FORMAT` of the answer: text or json")
	flags.BoolVar(&o.full, "full", false, "list everything, however long")
}

// question is the set-up of a command that asks about constraints and answers with
// a report.
func question(ask func(*app, *options, []string) (int, error)) func(*app, *pflag.FlagSet) runFunc {
	return func(a *app, flags *pflag.FlagSet) runFunc {
		var o options
		o.addFlags(flags)
		o.addOutputFlags(flags)
		o.flags = flags
		return func(args []string) (int, error) { return ask(a, &o, args) }
	}
}

// asked returns the flags that the person gave and that say what is asked about, as
// words of a command line.
func (o *options) asked() []string {
	var words []string
	o.flags.Visit(func(f *pflag.Flag) {
		switch value, isList := f.Value.(pflag.SliceValue); {
		case isManner(f.Name):
		case f.Name == "from":
			for _, name := range slices.Sorted(maps.Keys(o.live.from)) {
				words = append(words, "--from", name+"="+withoutUser(o.live.from[name]))
			}
		case isList:
			for _, v := range value.GetSlice() {
				words = append(words, "--"+f.Name, withoutUser(v))
			}
		case f.NoOptDefVal != "":
			words = append(words, "--"+f.Name+"="+f.Value.String())
		default:
			words = append(words, "--"+f.Name, withoutUser(f.Value.String()))
		}
	})
	return words
}

// isManner reports whether a flag says how a question is asked and answered, not what
// about.
func isManner(flag string) bool {
	return slices.Contains([]string{"format", "full", "offline", "refresh", "jobs", "jobs-per-host", "proxy", "deadline", "cache-dir", "record", "owner", "issue", "evidence"}, flag)
}

// withoutUser returns a word as it may be shown: a URL without user and password.
func withoutUser(word string) string {
	if !strings.Contains(word, "://") {
		return word
	}
	u, err := url.Parse(word)
	if err != nil {
		return "URL"
	}
	return fetch.Redacted(u)
}

// load reads all that a question is asked about.
func (a *app) load(o *options) (*inputs, error) {
	s, err := o.settings(a)
	if err != nil {
		return nil, err
	}
	return load(s)
}

// validate finds flags with impossible values, before any file is opened.
func (o *options) validate() error {
	if o.ecosystem != "" && o.ecosystem != "pypi" {
		return usagef("--ecosystem: %q is not supported; pypi is", o.ecosystem)
	}
	for _, flag := range []struct {
		name, value string
		allowed     []string
	}{
		{"--format", o.format, []string{"text", "json"}},
		{"--layout", o.layout, words("layout")},
		{"--prereleases", o.prereleases, words("policy.prereleases")},
		{"--downgrade", o.downgrade, words("policy.downgrade")},
		{"--step", o.step, words("policy.step")},
	} {
		if err := oneOf(flag.value, flag.allowed...); err != nil {
			return usagef("%s: %v", flag.name, err)
		}
	}
	if _, err := parseAge(o.minAge); err != nil {
		return usageError{msg: "--min-age: " + err.Error(), hint: "such as 72h or 3d"}
	}
	return o.live.validate()
}

// settings are the configuration with the flags put over it. Paths are as the
// working directory sees them.
type settings struct {
	config
	dir        string // the working directory
	cacheDir   string
	live       indexOptions
	configured bool // there is a sluice.toml
	app        *app // nil where no index is asked
	notes      []note

	ledgerNamed bool // somebody said where the ledger is, so that it has to be there

	now    time.Time
	flags  policyTerms // what flags say of all packages
	source []byte      // of sluice.toml
	base   *base       // nil: sluice.toml and the ledger are those of the working tree
}

// abs returns the path of a file that is named as the working directory sees it.
func (s *settings) abs(name string) string { return abs(s.dir, name) }

func abs(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// settings reads the configuration and puts the flags over it.
func (o *options) settings(a *app) (*settings, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	s := &settings{dir: a.dir, app: a}
	var err error
	if s.now, err = o.moment(a); err != nil {
		return nil, err
	}
	if o.base != "" {
		if s.base, err = a.openBase(o.base); err != nil {
			return nil, err
		}
	}
	found, err := o.findConfig(a, s)
	if err != nil {
		return nil, err
	}
	if found != nil {
		c, err := parseConfig(found.shown, found.data)
		if err != nil {
			return nil, err
		}
		s.config, s.configured, s.source = *c, true, found.data
		s.rebase(a.shown(found.dir))
	}
	o.override(s)
	o.displace(s)
	s.cacheDir, s.live = o.cache(a), o.live
	return s, s.choose(o.environments)
}

// findConfig finds the configuration: the base's, where there is one, or the working tree's.
func (o *options) findConfig(a *app, s *settings) (*foundConfig, error) {
	if s.base != nil && o.config == "" {
		if found, err := s.base.config(a.dir); found != nil || err != nil {
			return found, err
		}
	}
	name, err := o.configFile(a)
	if name == "" || err != nil {
		return nil, err
	}
	file := abs(a.dir, name)
	if s.base != nil && s.base.contains(file) {
		data, shown, err := s.base.file(file, maxConfigSize)
		if err == nil {
			return &foundConfig{filepath.Dir(file), shown, data}, nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil, usageError{msg: fmt.Sprintf("%s has no %s", o.base, a.shown(name)), hint: "a change is judged by the configuration that is there before it: land that first"}
		}
		return nil, unreadableConfig(shown, err)
	}
	data, err := readFile(file, maxConfigSize)
	if err != nil {
		return nil, unreadableConfig(a.shown(name), err)
	}
	return &foundConfig{filepath.Dir(file), a.shown(name), data}, nil
}

func (o *options) configFile(a *app) (string, error) {
	if o.config != "" {
		return o.config, nil
	}
	return findConfig(a.dir)
}

// moment returns the time that questions are asked at.
func (o *options) moment(a *app) (time.Time, error) {
	if o.now == "" {
		return a.clock(), nil
	}
	at, _, err := parseTime("--now", o.now)
	return at, err
}

// shown returns a path as the working directory sees it, where it is not too far
// away.
func (a *app) shown(name string) string {
	if !filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	rel, err := filepath.Rel(a.dir, name)
	if err != nil || strings.HasPrefix(rel, filepath.Join("..", "..", "..")) {
		return name
	}
	return rel
}

// rebase makes the paths of the configuration, which are relative to its folder,
// relative to the working directory.
func (s *settings) rebase(base string) {
	under := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(base, name)
	}
	s.Constraints = under(cmp.Or(s.Constraints, defaultConstraints))
	s.ledgerNamed = s.Ledger != ""
	s.Ledger = under(cmp.Or(s.Ledger, defaultLedger))
	s.Index.File = under(s.Index.File)
	s.Audit.OSV = under(s.Audit.OSV)
	s.Index.Certificates, s.Index.ClientCertificate = under(s.Index.Certificates), under(s.Index.ClientCertificate)
	for i, place := range s.Index.FindLinks {
		if !strings.Contains(place, "://") {
			s.Index.FindLinks[i] = under(place)
		}
	}
	for i := range s.Consumers {
		s.Consumers[i].Path = under(s.Consumers[i].Path)
		s.Consumers[i].Paths = under(s.Consumers[i].Paths)
	}
}

const defaultConstraints = "upper-constraints.txt"

// override puts the flags over the configuration.
func (o *options) override(s *settings) {
	set := func(key *string, flag string) {
		if flag != "" {
			*key = flag
		}
	}
	set(&s.Constraints, o.constraints)
	if s.Constraints == "" {
		s.Constraints = defaultConstraints
	}
	set(&s.Lists, o.layout)
	set(&s.Ledger, o.ledger)
	s.ledgerNamed = s.ledgerNamed || o.ledger != ""
	if s.Ledger == "" {
		s.Ledger = defaultLedger
	}
	o.overrideIndex(s)
	set(&s.Policy.Prereleases, o.prereleases)
	set(&s.Policy.Downgrade, o.downgrade)
	s.flags = policyTerms{Prereleases: o.prereleases, Downgrade: o.downgrade, MinAge: o.minAge, Step: o.step}
	if len(o.consumers) > 0 {
		s.Consumers = nil
		for _, pattern := range o.consumers {
			s.Consumers = append(s.Consumers, consumerConfig{Paths: pattern})
		}
	}
	if len(o.files) > 0 {
		for i := range s.Consumers {
			s.Consumers[i].Files = o.files
		}
	}
}

// overrideIndex puts the flags over what is said of the index. Who names an index on
// the command line does not mean the file of sluice.toml.
func (o *options) overrideIndex(s *settings) {
	if o.live.url != "" || o.live.noIndex {
		s.Index.File, s.Index.URL, s.Index.Extra, s.Index.FindLinks = "", o.live.url, nil, nil
	}
	if len(o.live.extra) > 0 {
		s.Index.File, s.Index.Extra = "", o.live.extra
	}
	if len(o.live.findLinks) > 0 {
		s.Index.File, s.Index.FindLinks = "", o.live.findLinks
	}
	s.Index.NoIndex = s.Index.NoIndex || o.live.noIndex
	s.Index.Keyring = s.Index.Keyring || o.live.keyring
	s.Index.Certificates = cmp.Or(o.live.certificates, s.Index.Certificates)
	s.Index.ClientCertificate = cmp.Or(o.live.clientCertificate, s.Index.ClientCertificate)
	s.Index.Proxy = cmp.Or(o.live.proxy, s.Index.Proxy)
	if len(o.live.trustedHosts) > 0 {
		s.Index.TrustedHosts = o.live.trustedHosts
	}
	if len(o.live.from) > 0 {
		s.Index.From = o.live.from
	}
	if o.index != "" {
		s.Index = indexConfig{File: o.index}
	}
}

// cache returns the folder for parsed facts, "" when there is none.
func (o *options) cache(a *app) string {
	if o.cacheDir != "" {
		return o.cacheDir
	}
	if dir := a.getenv("SLUICE_CACHE_DIR"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "sluice")
}

// law returns what the owners want of pins, and what a ledger remembers.
func (s *settings) law(book ledger.Ledger) gate.Law {
	known := make(map[constraints.Name]gate.Policy)
	var mu sync.Mutex
	return gate.Law{Ledger: book, Policy: s.policyOf(""), PolicyOf: func(name constraints.Name) gate.Policy {
		mu.Lock()
		defer mu.Unlock()
		p, ok := known[name]
		if !ok {
			p = s.policyOf(name)
			known[name] = p
		}
		return p
	}}
}

// maxConfigSize bounds sluice.toml, in bytes: the time that its decoder takes
// grows with the square of the number of keys.
const maxConfigSize = 256 << 10

// readFile reads a file of at most max bytes. It may be a pipe: who names the file
// on the command line may well write <(git show HEAD:upper-constraints.txt).
func readFile(name string, max int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(data)) > max {
		err = tooLarge(name, max)
	}
	return data, err
}

// tooLarge says that a file has more than max bytes.
func tooLarge(name string, max int64) error {
	return &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("it is larger than %d KiB", max>>10)}
}
