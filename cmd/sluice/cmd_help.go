package main

import (
	_ "embed"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/constraints/openstack"
	"sluice/resolver/gate"
)

//go:embed report.schema.json
var reportSchema []byte

func helpCommand() command {
	return command{
		name:    "help",
		args:    "[COMMAND | rules | schema | files]",
		summary: "explain a command, the rules, the JSON schema of answers, or the files",
		setup: func(a *app, _ *pflag.FlagSet) runFunc {
			return func(args []string) (int, error) { return a.help(args) }
		},
	}
}

func versionCommand() command {
	return command{
		name:    "version",
		summary: "say which sluice this is",
		setup: func(a *app, _ *pflag.FlagSet) runFunc {
			return func([]string) (int, error) {
				_, err := fmt.Fprintln(a.stdout, "sluice", versionText())
				return exitOK, err
			}
		},
	}
}

// versionText returns which build this is.
func versionText() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return info.Main.Version
}

func (a *app) help(args []string) (int, error) {
	if len(args) == 0 {
		_, err := io.WriteString(a.stdout, usage())
		return exitOK, err
	}
	switch args[0] {
	case "rules":
		_, err := io.WriteString(a.stdout, rulesHelp())
		return exitOK, err
	case "schema":
		_, err := a.stdout.Write(reportSchema)
		return exitOK, err
	case "files":
		_, err := io.WriteString(a.stdout, filesHelp)
		return exitOK, err
	}
	cmd, ok := findCommand(args[0])
	if !ok {
		e := usageError{msg: fmt.Sprintf("there is no help on %q", args[0])}
		if near := constraints.Nearest(args[0], append(commandNames(), "rules", "schema", "files")); near != "" {
			e.hint = fmt.Sprintf("did you mean %q?", near)
		}
		return 0, e
	}
	_, err := io.WriteString(a.stdout, a.commandHelp(cmd))
	return exitOK, err
}

// usage returns what the program is for and its commands.
func usage() string {
	var w strings.Builder
	fmt.Fprint(&w, `sluice gates candidates for a constraints file against every project that
installs under it: admit, reject or undecided, and why.

usage: sluice COMMAND [FLAGS] [ARGUMENTS]

`)
	for _, c := range commands() {
		if !c.hidden {
			fmt.Fprintf(&w, "  %-8s %s\n", c.name, c.summary)
		}
	}
	w.WriteString("\nmore: sluice help COMMAND, sluice help rules, sluice help files\n" + exitHelp)
	return w.String()
}

const exitHelp = "exit status: 0 admitted or done, 1 rejected, 2 undecided, bad usage or trouble\n"

// commandHelp returns the help of one command.
func (a *app) commandHelp(c command) string {
	var w strings.Builder
	flags := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
	c.setup(a, flags)
	fmt.Fprintf(&w, "%s\n\nusage: sluice %s\n", c.summary, strings.TrimSpace(c.name+" "+c.args))
	if c.details != "" {
		fmt.Fprintf(&w, "\n%s\n", c.details)
	}
	if flags.HasFlags() {
		fmt.Fprintf(&w, "\nflags:\n%s", flags.FlagUsages())
	}
	w.WriteString("\n" + exitHelp)
	return w.String()
}

// rulesHelp returns what the rules are.
func rulesHelp() string {
	var w strings.Builder
	fmt.Fprint(&w, "A candidate is rejected by these rules when ...\n\n")
	for _, r := range gate.Rules() {
		fmt.Fprintf(&w, "  %-16s %s\n", r.ID, r.Rejects)
	}
	fmt.Fprint(&w, `
Only what gets worse rejects. A finding that is there under today's pins too is
standing; one that goes away is lifted; one that the facts do not decide is open
and makes the verdict undecided unless something else rejects. The ledger can have
one waived or expected, and the policy can make a rule a warning, or off.

sluice audit finds pins ...

`)
	w.WriteString(auditRulesHelp())
	w.WriteString("\nWith --layout openstack, sluice check finds ...\n\n")
	for _, r := range openstack.Rules() {
		severity := gate.Error
		if r.Caution {
			severity = gate.Caution
		}
		fmt.Fprintf(&w, "  %-18s %-8s %s\n", r.ID, severity, r.Finds)
	}
	return w.String()
}

const filesHelp = `sluice.toml is looked for from the working directory upward. Its paths are
relative to its folder. The flag that goes before a key stands behind it.

  ecosystem   = "pypi"                       # --ecosystem
  constraints = "upper-constraints.txt"      # --constraints
  ledger      = "ledger.toml"                # --ledger
  layout      = "openstack"                  # --layout: the constraints file is in a checkout of openstack/requirements

  [index]                                    # without it, what pip or uv is configured with
  url        = "https://index.example/simple"      # --index-url, SLUICE_INDEX_URL
  extra      = ["https://private.example/simple"]  # --extra-index-url; asked first
  find-links = ["wheels/"]                         # --find-links
  no-index   = false                               # --no-index
  from       = { torch = "https://other.example/simple" }   # --from torch=URL
  proxy      = "http://proxy.example:3128"         # --proxy; else HTTPS_PROXY, HTTP_PROXY, NO_PROXY
  certificates = "ca.pem"                          # --cert; instead of the system's
  client-certificate = "me.pem"                    # --client-cert: with its key, for hosts that ask
  trusted-hosts = ["old.example:8443"]             # --trusted-host: their certificates are not verified
  keyring    = false                               # --keyring: ask that command for passwords
  file       = "packages.jsonl.gz"           # or recorded facts: --index; see index/FORMAT.md

  [[environment]]                            # --environment py311-linux-x86_64
  name     = "py311"
  python   = "3.11"
  platform = "x86_64-manylinux_2_36"         # or aarch64-manylinux_2_28, x86_64-musllinux_1_2, macos_14_arm64, windows_amd64
  implementation = "cpython"                 # or pypy
  since    = 2026-01-01                      # the first and the last day on which it counts, for sluice replay
  until    = 2026-12-31
  [environment.variables]                    # markers that differ from the preset's
  platform_release = "6.1.0"

  [[consumer]]
  path  = "projects/nova"                    # or paths = "projects/*"   --consumers
  name  = "nova"                             # default: the folder's name
  files = ["requirements.txt"]               # in each; default: all manifests found   --files
  owner = "@nova"

  [policy]                                   # for all packages
  prereleases = "deny"                       # if-needed, allow   --prereleases
  downgrade   = "deny"                       # allow              --downgrade; denied where the ledger does not say what is wrong with today's pin
  min-age     = "72h"                        # or "3d": how long ago a version must have been uploaded   --min-age
  step        = "minor"                      # patch, major: the largest step from today's pin           --step
  first-party = false                        # true: a new dependency or a raised minimum takes a minor release
  approvals   = 0                            # how many people have to approve, in the ledger
  closed      = ["fri 15:00 - mon 08:00"]    # when nothing is admitted, each week ...
  zone        = "Europe/Berlin"              # ... on the clocks of this place
  severity    = { semver = "warning" }       # by rule, also of sluice audit: error, warning or off

  [[policy.package]]                         # for some; later tables go before earlier ones, key by key
  match       = ["oslo.*"]                   # patterns of their names
  first-party = true

  [audit]                                    # what sluice audit judges by besides
  osv = "all.zip"                            # --osv: known vulnerabilities, a folder or zip archive of the OSV format
  licences = ["MIT", "Apache-2.0"]           # the only ones allowed; of those that a pin offers (OR) one, else all

  [choose]                                   # what resolve, generate and upgrade are not to choose
  exclude   = ["urllib3==2.0.5", "nova<20"]  # versions, besides those of --exclude
  leave-out = ["pylint", "hacking"]          # packages that generate does not constrain, besides --leave-out

ledger.toml has what is remembered, as entries with a reason, an owner and, where
wanted, an issue and the last day on which they count (sluice help ledger):

  [[hold]]               # pins have to be within the range
  package = "sqlalchemy"
  range   = "<2"
  environments = ["py311"]               # of the matrix; default: all
  reason  = "nova's models are not ready"
  owner   = "@db"
  issue   = "https://bugs.example/1"
  expires = 2027-01-31

  [[rejection]]          # package, version; with = ["NAME==VERSION"], rules, evidence, rejected
  [[waiver]]             # rule, package; range, consumer, dependent
  [[expected-failure]]   # consumer; package, range, test
  [[freeze]]             # from, to; packages and except = ["oslo.*"]
  [[approval]]           # package, version

A folder that several [[consumer]] tables name is one consumer: a table with its
path goes before a pattern that matches it, and gives its name, files and owner.

The constraints file is pip's, as OpenStack writes it: NAME===VERSION;MARKER.
Consumers declare requirements in requirements.txt and its kin, pyproject.toml
or setup.cfg. The index file holds recorded facts as JSON lines, gzip of them, or
a compact snapshot; its parsed form is kept in the cache folder (--cache-dir,
SLUICE_CACHE_DIR).
`
