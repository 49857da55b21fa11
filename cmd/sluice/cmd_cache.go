package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"sluice/index"
	"sluice/index/fetch"
)

func cacheCommand() command {
	return command{
		name:    "cache",
		args:    "info | prune | verify",
		summary: "look into the cache of index facts, make it smaller, or check it",
		details: `The cache holds what indexes answered (doc), what was made of it (facts), and the
parsed form of files of index facts (snapshot). It may be removed at any time:
what is missing is asked for again. prune removes what is older than --days, the
oldest entries beyond --max-mib, and what other versions of sluice left. verify
reads every entry and removes what is damaged; nothing damaged is ever believed,
with or without it.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			c := caretaker{app: a}
			flags.StringVar(&c.options.cacheDir, "cache-dir", "", "the `FOLDER` of the cache (default: sluice in the user's cache folder)")
			flags.StringVar(&c.options.format, "format", "text", "the `FORMAT` of the answer: text or json")
			flags.IntVar(&c.days, "days", 30, "prune: how many `DAYS` an entry is kept")
			flags.Int64Var(&c.mebibytes, "max-mib", -1, "prune: how many `MIB` the cache may take (default: any)")
			return c.run
		},
	}
}

// caretaker is the cache command with its flags.
type caretaker struct {
	app       *app
	options   options
	days      int
	mebibytes int64
}

func (c *caretaker) run(args []string) (int, error) {
	if err := oneOf(c.options.format, "text", "json"); err != nil {
		return 0, usagef("--format: %v", err)
	}
	if c.days < 0 {
		return 0, usagef("--days: %d is no number of days", c.days)
	}
	dir := c.options.cache(c.app)
	if dir == "" {
		return 0, usageError{msg: "there is no cache folder", hint: "--cache-dir DIR or SLUICE_CACHE_DIR names one"}
	}
	actions := map[string]func(*fetch.Store) (any, string, error){
		"info": c.info, "prune": c.prune, "verify": c.verify,
	}
	if len(args) != 1 || actions[args[0]] == nil {
		return 0, usagef("cache takes one of info, prune and verify")
	}
	answer, text, err := actions[args[0]](fetch.NewStore(filepath.Clean(dir)))
	if err != nil {
		return 0, err
	}
	if c.options.format == "json" {
		return exitOK, writeJSON(c.app.stdout, answer)
	}
	_, err = fmt.Fprintf(c.app.stdout, "%s\n%s", printable(dir), text)
	return exitOK, err
}

// cacheShare is some entries of the cache as JSON.
type cacheShare struct {
	Files  int    `json:"files"`
	Bytes  int64  `json:"bytes"`
	Oldest string `json:"oldest,omitempty"`
}

func shareOf(s fetch.Share) cacheShare {
	share := cacheShare{Files: s.Files, Bytes: s.Bytes}
	if !s.Oldest.IsZero() {
		share.Oldest = s.Oldest.UTC().Format(time.RFC3339)
	}
	return share
}

func (s cacheShare) String() string {
	text := fmt.Sprintf("%7s  %9.1f MiB", count(s.Files, "file"), float64(s.Bytes)/(1<<20))
	if s.Oldest != "" {
		text += "  oldest " + s.Oldest
	}
	return text
}

func (c *caretaker) info(s *fetch.Store) (any, string, error) {
	all, err := s.Inventory()
	if err != nil {
		return nil, "", err
	}
	kinds := make(map[fetch.Kind]cacheShare)
	var text bytes.Buffer
	for _, kind := range slices.Sorted(maps.Keys(all.Kinds)) {
		kinds[kind] = shareOf(all.Kinds[kind])
		fmt.Fprintf(&text, "  %-10s %s\n", kind, kinds[kind])
	}
	left := shareOf(all.Left)
	if left.Files > 0 {
		fmt.Fprintf(&text, "  %-10s %s\n", "left over", left)
	}
	return map[string]any{"kinds": kinds, "left_over": left}, text.String(), nil
}

func (c *caretaker) prune(s *fetch.Store) (any, string, error) {
	now := time.Now()
	limit := c.mebibytes
	if limit >= 0 {
		limit <<= 20
	}
	removed, err := s.Prune(now.AddDate(0, 0, -c.days), limit, now)
	if err != nil {
		return nil, "", err
	}
	share := shareOf(removed)
	return map[string]any{"removed": share}, fmt.Sprintf("  %-10s %s\n", "removed", share), nil
}

func (c *caretaker) verify(s *fetch.Store) (any, string, error) {
	sound, damaged, err := s.Verify(checkEntry)
	if err != nil {
		return nil, "", err
	}
	text := fmt.Sprintf("  entries: %d sound, %d damaged and removed\n", sound, damaged)
	return map[string]any{"sound": sound, "damaged": damaged}, text, nil
}

// checkEntry looks into an entry that verifies itself.
func checkEntry(kind fetch.Kind, path string, content []byte) error {
	if kind == fetch.Parsed {
		s, err := new(index.Decoder).Decode(content)
		if err != nil {
			return err
		}
		return checkFacts(s)
	}
	if _, err := os.Stat(path); err != nil {
		return err
	}
	s, err := index.Open(path)
	if err != nil {
		return err
	}
	defer s.Close()
	return checkFacts(s)
}

// checkFacts reads every package.
func checkFacts(s *index.Snapshot) error {
	for _, name := range s.Names() {
		p, err := s.Package(name)
		if err == nil {
			err = p.Check()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
