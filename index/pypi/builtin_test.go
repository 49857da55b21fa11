package pypi

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"sluice/index/fetch"
)

// clients is a runner of a pip and a uv that have these defaults; of "" there is none.
func clients(pip, uv string) func(context.Context, string, ...string) ([]byte, error) {
	return func(_ context.Context, name string, args ...string) ([]byte, error) {
		switch {
		case slices.Equal(append([]string{name}, args...), strings.Fields("python3 -I -m pip install --help")) && pip != "":
			return []byte(strings.ReplaceAll(pipHelp, "URL", pip)), nil
		case slices.Equal(append([]string{name}, args...), strings.Fields("uv pip install --help")) && uv != "":
			return []byte(strings.ReplaceAll(uvHelp, "URL", uv)), nil
		}
		return nil, errors.New(name + ": not found")
	}
}

// pipHelp and uvHelp are laid out as the clients do it.
const pipHelp = `
Usage:
  python3 -m pip install [options] <requirement specifier> [package-index-options] ...

Install Options:
  --platform <platform>       Only use wheels compatible with <platform>. Defaults
                              to the platform of the running system.

Package Index Options:
  -i, --index-url <url>       Base URL of the Python Package Index (default
                              URL). This should point to a
                              repository compliant with PEP 503.
  --extra-index-url <url>     Extra URLs of package indexes (default
                              https://wrong.example/).
`

const uvHelp = `
Index options:
      --index <INDEX>
          The URLs to use, in addition to the default index (by default: <https://wrong.example>) [env: UV_INDEX=]
      --default-index <DEFAULT_INDEX>
          The URL of the default package index (by default: <URL>) [env:
          UV_DEFAULT_INDEX=]
  -i, --index-url <INDEX_URL>
          (Deprecated: use ` + "`--default-index`" + ` instead) The URL of the Python package index (by
          default: <URL>) [env: UV_INDEX_URL=]
`

func TestDefaultInHelp(t *testing.T) {
	for _, test := range []struct{ name, help, flag, want string }{
		{"pip", strings.ReplaceAll(pipHelp, "URL", "https://index.example/simple"), "--index-url", "https://index.example/simple"},
		{"broken in the URL", strings.ReplaceAll(pipHelp, "URL", "https://in\n   dex-\n\t name.example/with-\n     hyphens"), "--index-url", "https://index-name.example/with-hyphens"},
		{"with a masked password", strings.ReplaceAll(pipHelp, "URL", "https://alice:****@index.example/"), "--index-url", "https://index.example/"},
		{"uv", strings.ReplaceAll(uvHelp, "URL", "https://index.example/simple"), "--default-index", "https://index.example/simple"},
		{"uv's old flag", strings.ReplaceAll(uvHelp, "URL", "https://index.example/simple"), "--index-url", "https://index.example/simple"},
		{"in brackets", "  --index-url URL  [default: http://index.example]", "--index-url", "http://index.example"},
		{"no such flag", uvHelp, "--index-urls", ""},
		{"no URL", strings.ReplaceAll(pipHelp, "URL", "/srv/simple"), "--index-url", ""},
		{"another scheme", strings.ReplaceAll(pipHelp, "URL", "ftp://index.example"), "--index-url", ""},
		{"nothing", "", "--index-url", ""},
		{"cut off", "  --index-url (default https://index.exa", "--index-url", "https://index.exa"},
		{"many", strings.Repeat("--index-url default\n", 10000), "--index-url", ""},
	} {
		got := ""
		if u := defaultIn(test.help, test.flag); u != nil {
			got = u.String()
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// TestInstalledClientsTellTheirDefault asks the clients of this machine.
func TestInstalledClientsTellTheirDefault(t *testing.T) {
	for _, client := range []string{"pip", "uv"} {
		t.Run(client, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			commands, flags := helpCommands(client, runtime.GOOS)
			if client == "uv" {
				commands[0].name = uvProgram()
			}
			if exec.Command(commands[0].name, commands[0].args...).Run() != nil {
				t.Skip("skip: no " + client + " on this machine")
			}
			host := Host{Run: fetch.RunProgram}
			for _, columns := range []string{"", "20", "300"} {
				t.Setenv("COLUMNS", columns)
				t.Setenv("PIP_INDEX_URL", "https://alice:s3cr3t@a-rather-long-name-of-a-host.index.example/with-some-folders-to-break/in-a-help-text/")
				got, err := askDefault(t.Context(), host, commands[0], flags)
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case client == "pip" && got != "https://a-rather-long-name-of-a-host.index.example/with-some-folders-to-break/in-a-help-text/":
					t.Errorf("COLUMNS=%s: pip's default is %s", columns, got)
				case !strings.HasPrefix(got, "https://") || strings.ContainsAny(got, " @<>()"):
					t.Errorf("COLUMNS=%s: the default is %s", columns, got)
				}
			}
		})
	}
}
