package pypi

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
)

// TestLocateListsAllThatIsWrong has everything wrong that can be, with a password in
// every URL.
func TestLocateListsAllThatIsWrong(t *testing.T) {
	const user = "alice:s3cr3t@"
	m := machine{
		env: map[string]string{
			"PIP_EXTRA_INDEX_URL": "gopher://" + user + "x.example/ " + user + "x.example/simple https:///simple", "PIP_NO_INDEX": "maybe", "PIP_KEYRING_PROVIDER": "s3cr3t",
			"UV_INDEX": "https://" + user + "[x/", "UV_NO_SYSTEM_CONFIG": "s3cr3t", "UV_KEYRING_PROVIDER": "import",
		},
		files: map[string]string{
			"etc/pip.conf":              "s3cr3t\n[global]\nindex-url = https://a.example/ https://" + user + "b.example/\ns3cr3t\n[global]\nindex-url=x\nINDEX-URL=y",
			"home/.pip/pip.conf":        "\ufeff[global]\n",
			"home/.config/pip/pip.conf": "[global]\nx = \xff\n",
			"srv/dir/pyproject.toml":    "[tool.uv]\nindex-url = 's3cr3t",
			"srv/uv.toml":               "index-url = 'file:folder'\nfind-links = ['https://" + user + "x.example:port/', 'ssh://" + user + "x.example/']\n[[index]]\nname = 's3cr3t'\n[[index]]\nurl = 'https://x.example'\nformat = 'flat'\ndefault = true\n",
			"home/.config/uv/uv.toml":   "[pip]\nextra-index-url = 's3cr3t'\n",
			"etc/uv/uv.toml":            strings.Repeat("# s3cr3t\n", maxConfig/8),
		},
	}
	host, root := m.host(t)
	folder := filepath.Join(root, "etc/xdg/pip/pip.conf")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Locate(t.Context(), host)
	var problems constraints.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("%v", err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, strings.ReplaceAll(p.Place.String()+": "+p.Msg, root+"/", "@/"))
	}
	want := []string{
		"@/etc/xdg/pip/pip.conf: cannot be read: is a directory",
		"@/etc/pip.conf:1:1: stands before the first section",
		"@/etc/pip.conf:4:1: neither a section nor KEY = VALUE",
		"@/etc/pip.conf:5:1: a second section of the same name",
		"@/etc/pip.conf:6:1: a second value for the same key",
		"@/etc/pip.conf:7:1: a second value for the same key",
		"@/home/.pip/pip.conf:1:1: a byte order mark, which pip does not accept",
		"@/home/.config/pip/pip.conf:2:1: not UTF-8",
		"PIP_NO_INDEX: neither true nor false",
		"PIP_KEYRING_PROVIDER: a word that pip does not know here",
		"@/etc/pip.conf:7:11: neither a URL nor a folder that exists",
		`PIP_EXTRA_INDEX_URL: cannot ask a URL of scheme "gopher"`,
		"PIP_EXTRA_INDEX_URL: neither a URL nor a folder that exists",
		"PIP_EXTRA_INDEX_URL: a URL without a host",
		"UV_INDEX: not a valid URL",
		"UV_KEYRING_PROVIDER: a word that uv does not know here",
		"@/srv/dir/pyproject.toml:2:19: unterminated literal string",
		"@/home/.config/uv/uv.toml:2:19: pip.extra-index-url has a value of another type",
		"UV_NO_SYSTEM_CONFIG: neither true nor false",
		"@/etc/uv/uv.toml: larger than 256 KiB",
		"@/srv/uv.toml:3:3: an index without a url",
		"@/srv/uv.toml:6:7: a flat index cannot be the default here",
		"@/srv/uv.toml:1:13: a file URL of no file here",
		"@/srv/uv.toml:2:15: not a valid URL",
		`@/srv/uv.toml:2:55: cannot ask a URL of scheme "ssh"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "alice") {
		t.Errorf("a password is shown: %v", err)
	}
}

// TestOnlyTheClientThatIsFollowedHasToBeSound leaves the other one's files broken.
func TestOnlyTheClientThatIsFollowedHasToBeSound(t *testing.T) {
	broken := map[string]string{"etc/pip.conf": "nonsense", "srv/uv.toml": "nonsense"}
	for _, test := range []struct {
		env  map[string]string
		want string // of the files, what is complained of
	}{
		{map[string]string{"PIP_INDEX_URL": "https://index.example/"}, "pip.conf"},
		{map[string]string{"UV_DEFAULT_INDEX": "https://index.example/"}, "uv.toml"},
		{nil, "pip.conf uv.toml"},
	} {
		host, _ := machine{env: test.env, files: broken}.host(t)
		_, err := Locate(t.Context(), host)
		for _, name := range []string{"pip.conf", "uv.toml"} {
			if complains := err != nil && strings.Contains(err.Error(), name); complains != strings.Contains(test.want, name) {
				t.Errorf("%v: %v", test.env, err)
			}
		}
	}
}

func TestLocateFindsNothing(t *testing.T) {
	for _, run := range []func(context.Context, string, ...string) ([]byte, error){nil, none, clients("", "")} {
		host, _ := machine{run: run}.host(t)
		x, err := Locate(t.Context(), host)
		var no *NoIndexError
		if x != nil || !errors.As(err, &no) {
			t.Fatalf("%v, %v", x, err)
		}
		for _, word := range []string{"--index-url", "[index]", "sluice.toml", "PIP_INDEX_URL"} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("the error does not speak of %s: %v", word, err)
			}
		}
		if run != nil && len(no.Asked) != 4 {
			t.Errorf("asked: %v", no.Asked)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	host, _ := machine{run: none}.host(t)
	if _, err := Locate(ctx, host); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context has ended: %v", err)
	}
	if _, err := Locate(t.Context(), Host{GOOS: "windows"}); err == nil { // a machine that has nothing at all
		t.Error("no error")
	}
}
