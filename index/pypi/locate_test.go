package pypi

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
)

// machine is a host of a test: all of it is in one folder, which @/ stands for in values
// of variables and contents of files.
type machine struct {
	env   map[string]string
	files map[string]string // by path in the folder; the working directory is srv/dir
	goos  string
	run   func(ctx context.Context, name string, args ...string) ([]byte, error)
}

// host makes the files and returns the host and its folder.
func (m machine) host(t testing.TB) (Host, string) {
	t.Helper()
	root := t.TempDir()
	for _, folder := range []string{"srv/dir", "home", "wheels"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range m.files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "@/", root+"/")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	goos := m.goos
	if goos == "" {
		goos = "linux"
	}
	return Host{
		Getenv: func(name string) string { return strings.ReplaceAll(m.env[name], "@/", root+"/") },
		Dir:    filepath.Join(root, "srv", "dir"), Home: filepath.Join(root, "home"), GOOS: goos, Root: root, Run: m.run,
	}, root
}

// shown is what was located, a line each: kind, URL and origin; @ is the folder.
func shown(x *Indexes, root string) []string {
	lines := []string{"client " + x.Client}
	add := func(kind string, l Location) {
		if l != (Location{}) {
			lines = append(lines, kind+" "+l.URL+" from "+l.Origin)
		}
	}
	for _, l := range x.Extra {
		add("extra", l)
	}
	add("default", x.Default)
	for _, l := range x.FindLinks {
		add("links", l)
	}
	if x.NoIndex {
		lines = append(lines, "no index")
	}
	if x.Connection.Certificates != "" {
		lines = append(lines, "certificates "+x.Connection.Certificates)
	}
	if x.Connection.Proxy != "" {
		lines = append(lines, "proxy "+x.Connection.Proxy)
	}
	if x.Connection.ClientCertificate != "" {
		lines = append(lines, "shows "+x.Connection.ClientCertificate)
	}
	for _, host := range x.Connection.TrustedHosts {
		lines = append(lines, "trusts "+host)
	}
	if x.Keyring {
		lines = append(lines, "keyring")
	}
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], root+"/", "@/")
	}
	return lines
}

// none is a runner of clients that are not there.
func none(_ context.Context, name string, _ ...string) ([]byte, error) {
	return nil, errors.New(name + ": not found")
}

func TestLocate(t *testing.T) {
	for _, test := range []struct {
		name string
		machine
		want []string
	}{
		{"pip's environment", machine{env: map[string]string{
			"PIP_INDEX_URL": " https://index.example/simple ", "PIP_EXTRA_INDEX_URL": "https://a.example/s  https://b.example/s\nhttps://a.example/s https://index.example/simple",
			"PIP_FIND_LINKS": "@/wheels https://links.example/ ../../wheels @/missing ~", "PIP_CERT": "cert.pem", "PIP_KEYRING_PROVIDER": "subprocess",
			"UV_DEFAULT_INDEX": "https://uv.example/", "UV_INDEX": "https://uvextra.example/"}},
			[]string{"client pip", "extra https://a.example/s from PIP_EXTRA_INDEX_URL", "extra https://b.example/s from PIP_EXTRA_INDEX_URL",
				"default https://index.example/simple from PIP_INDEX_URL",
				"links file://@/wheels from PIP_FIND_LINKS", "links https://links.example/ from PIP_FIND_LINKS", "links file://@/wheels from PIP_FIND_LINKS", "links file://@/home from PIP_FIND_LINKS",
				"certificates @/srv/dir/cert.pem", "keyring"}},

		{"pip without an index", machine{env: map[string]string{
			"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "@/wheels", "PIP_INDEX_URL": "https://index.example/", "PIP_EXTRA_INDEX_URL": "https://extra.example/"}},
			[]string{"client pip", "links file://@/wheels from PIP_FIND_LINKS", "no index"}},

		{"how pip connects", machine{env: map[string]string{"PIP_INDEX_URL": "https://index.example/", "PIP_TRUSTED_HOST": "a.example b.example:8443"},
			files: map[string]string{"etc/pip.conf": "[global]\nproxy = me:pw@proxy.example:3128\nclient_cert = ~/me.pem\ntrusted-host = c.example\n"}},
			[]string{"client pip", "default https://index.example/ from PIP_INDEX_URL", "proxy me:pw@proxy.example:3128", "shows @/home/me.pem", "trusts a.example", "trusts b.example:8443"}},

		{"how uv connects", machine{env: map[string]string{"UV_DEFAULT_INDEX": "https://uv.example/", "UV_INSECURE_HOST": "a.example  b.example:8443", "SSL_CLIENT_CERT": "me.pem"},
			files: map[string]string{"srv/dir/uv.toml": "allow-insecure-host = [\"c.example\"]\n"}},
			[]string{"client uv", "default https://uv.example/ from UV_DEFAULT_INDEX", "shows @/srv/dir/me.pem", "trusts a.example", "trusts b.example:8443", "trusts c.example"}},

		{"uv's environment goes before pip's files", machine{env: map[string]string{
			"UV_DEFAULT_INDEX": "corp=https://uv.example/simple", "UV_INDEX": "a=https://a.example/s https://b.example/s?x=y",
			"UV_EXTRA_INDEX_URL": "https://c.example https://d.example", "UV_INDEX_URL": "https://old.example", "UV_FIND_LINKS": "../../wheels,https://links.example/",
			"UV_INDEX_CORP_USERNAME": "alice", "UV_INDEX_CORP_PASSWORD": "p@ss", "UV_INDEX_A_USERNAME": "token",
			"UV_KEYRING_PROVIDER": "subprocess", "SSL_CERT_FILE": "@/cert.pem", "REQUESTS_CA_BUNDLE": "@/other.pem", "UV_NO_INDEX": "1"},
			files: map[string]string{"etc/pip.conf": "[global]\nindex-url = https://pip.example/\n"}},
			[]string{"client uv", "extra https://token@a.example/s from UV_INDEX", "extra https://b.example/s?x=y from UV_INDEX",
				"extra https://c.example from UV_EXTRA_INDEX_URL", "extra https://d.example from UV_EXTRA_INDEX_URL",
				"default https://alice:p%40ss@uv.example/simple from UV_DEFAULT_INDEX",
				"links file://@/wheels from UV_FIND_LINKS", "links https://links.example/ from UV_FIND_LINKS", "certificates @/cert.pem", "keyring"}},

		{"pip's files, each over the ones before, the section over all", machine{
			env: map[string]string{"XDG_CONFIG_DIRS": "@/xdg1:@/xdg2", "VIRTUAL_ENV": "@/venv", "SSL_CERT_FILE": "@/system.pem", "UV_INDEX": "https://uvextra.example/"},
			files: map[string]string{
				"xdg1/pip/pip.conf":         "[global]\nindex-url = https://xdg1.example/\nfind-links = https://xdg1.example/links\n",
				"xdg2/pip/pip.conf":         "[install]\nextra-index-url:\n  https://one.example/\n# a comment\n  https://two.example/\thttps://three.example/\n\n  ; another\n  https://four.example/\n",
				"etc/pip.conf":              "[global]\nIndex_URL = https://etc.example/\nfind-links =\n[install]\nno-index = off\n",
				"home/.pip/pip.conf":        "[global]\nindex-url = https://old.example/\n",
				"home/.config/pip/pip.conf": "[global]\n  --index-url = https://user.example/\n[download]\nindex-url = https://download.example/\nno-index=1\n",
				"venv/pip.conf":             "[DEFAULT]\nindex-url = https://venv.example/\n[freeze]\nindex-url = https://freeze.example/\n[global]\nkeyring-provider = import\ncert = ~/cert.pem\n",
				"srv/uv.toml":               "index-url = 'https://uv.example/'",
			}},
			[]string{"client pip",
				"extra https://one.example/ from @/xdg2/pip/pip.conf:3:3 [install] extra-index-url",
				"extra https://two.example/ from @/xdg2/pip/pip.conf:5:3 [install] extra-index-url",
				"extra https://three.example/ from @/xdg2/pip/pip.conf:5:24 [install] extra-index-url",
				"extra https://four.example/ from @/xdg2/pip/pip.conf:8:3 [install] extra-index-url",
				"default https://venv.example/ from @/venv/pip.conf:2:13 [global] index-url",
				"certificates @/home/cert.pem"}},

		{"PIP_CONFIG_FILE goes before all files and instead of the user's", machine{
			env: map[string]string{"PIP_CONFIG_FILE": "../pip.conf", "REQUESTS_CA_BUNDLE": "@/requests.pem", "CURL_CA_BUNDLE": "@/curl.pem", "PIP_CERT": "@/pip.pem"},
			files: map[string]string{
				"srv/pip.conf":              "[global]\nindex-url = https://named.example/\n",
				"home/.config/pip/pip.conf": "[global]\nextra-index-url = https://user.example/\n",
				"etc/pip.conf":              "[global]\nextra-index-url = https://etc.example/\n",
			}},
			[]string{"client pip", "extra https://etc.example/ from @/etc/pip.conf:2:19 [global] extra-index-url",
				"default https://named.example/ from @/srv/pip.conf:2:13 [global] index-url", "certificates @/requests.pem"}},

		{"a missing PIP_CONFIG_FILE replaces nothing", machine{
			env:   map[string]string{"PIP_CONFIG_FILE": "@/missing.conf"},
			files: map[string]string{"home/.config/pip/pip.conf": "[global]\nindex-url = https://user.example/\n"}},
			[]string{"client pip", "default https://user.example/ from @/home/.config/pip/pip.conf:2:13 [global] index-url"}},

		{"the null device switches pip's files off", machine{
			env: map[string]string{"PIP_CONFIG_FILE": "/dev/null"},
			files: map[string]string{
				"etc/pip.conf": "[global]\nindex-url = https://etc.example/\n",
				"srv/uv.toml":  "index-url = 'https://uv.example/'",
			}},
			[]string{"client uv", "default https://uv.example/ from @/srv/uv.toml:1:13 index-url"}},

		{"pip's environment alone replaces a list of its files", machine{
			env:   map[string]string{"PIP_EXTRA_INDEX_URL": "https://env.example/"},
			files: map[string]string{"etc/pip.conf": "[global]\nindex-url = https://etc.example/\nextra-index-url = https://extra.example/"}},
			[]string{"client pip", "extra https://env.example/ from PIP_EXTRA_INDEX_URL", "default https://etc.example/ from @/etc/pip.conf:2:13 [global] index-url"}},

		{"uv's files", machine{
			env: map[string]string{"UV_EXTRA_INDEX_URL": "https://env.example/", "XDG_CONFIG_DIRS": "@/none:@/xdg", "UV_INDEX_CORP_IN_1_PASSWORD": "secret"},
			files: map[string]string{
				"srv/dir/pyproject.toml": "[project]\nname = 'x'\n[tool.other]\n",
				"srv/uv.toml": `
find-links = ["../wheels", # a comment
  "https://links.example/"]
extra-index-url = ["https://top.example/"]
index = [ { url = "https://first.example/" }, {url="https://second.example/", name = "corp.in-1"} ]

[pip]
index-url = "https://unused.example/"
extra-index-url = ["https://pip.example/"]
keyring-provider = "subprocess"
`,
				"home/.config/uv/uv.toml": `keyring-provider = "disabled"
no-index = false
[[index]]
name = "corp.in-1"
url = "https://same-name.example/"
[[index]]
name = "explicit"
url = "https://explicit.example/"
explicit = true
[[index]]
url = "https://proxy.example/"
proxy-for = "corp.in-1"
[[index]]
url = "../../../wheels"
format = "flat"
[[index]]
name = "main"
url = "https://main.example/"
default = true
cache-control = { api = "max-age=600" }
[[index]]
url = "https://other.example/"
default = true
`,
				"xdg/uv/uv.toml": "no-index = true\n[[index]]\nurl = 'file:@/wheels'\n",
				"etc/uv/uv.toml": "nonsense",
			}},
			[]string{"client uv",
				"extra https://env.example/ from UV_EXTRA_INDEX_URL",
				"extra https://first.example/ from @/srv/uv.toml:5:19 [[index]]",
				"extra https://:secret@second.example/ from @/srv/uv.toml:5:52 [[index]] corp.in-1",
				"extra file://@/wheels from @/xdg/uv/uv.toml:3:7 [[index]]",
				"extra https://pip.example/ from @/srv/uv.toml:9:20 [pip] extra-index-url",
				"extra https://top.example/ from @/srv/uv.toml:4:20 extra-index-url",
				"default https://main.example/ from @/home/.config/uv/uv.toml:18:7 [[index]] main",
				"links file://@/wheels from @/home/.config/uv/uv.toml:14:7 [[index]]",
				"links file://@/wheels from @/srv/uv.toml:2:15 find-links",
				"links https://links.example/ from @/srv/uv.toml:3:3 find-links",
				"keyring"}},

		{"uv in pyproject.toml", machine{
			files: map[string]string{
				"srv/dir/pyproject.toml":  "\ufeff[tool.uv]\nindex-url = 'https://project.example/'\n[[tool.uv.index]]\nurl = \"https://extra.example/\"\n[tool.uv.pip]\nfind-links = ['https://links.example/']\n",
				"srv/uv.toml":             "index-url = 'https://farther.example/'",
				"home/.config/uv/uv.toml": "index-url = 'https://user.example/'",
			}},
			[]string{"client uv", "extra https://extra.example/ from @/srv/dir/pyproject.toml:4:7 [[tool.uv.index]]",
				"default https://project.example/ from @/srv/dir/pyproject.toml:2:13 [tool.uv] index-url",
				"links https://links.example/ from @/srv/dir/pyproject.toml:6:15 [tool.uv.pip] find-links"}},

		{"uv without an index", machine{
			files: map[string]string{"srv/uv.toml": "no-index = true\nfind-links = ['../wheels']\nextra-index-url = ['https://extra.example/']"}},
			[]string{"client uv", "links file://@/wheels from @/srv/uv.toml:2:15 find-links", "no index"}},

		{"UV_CONFIG_FILE is the only file", machine{
			env:   map[string]string{"UV_CONFIG_FILE": "../my.toml"},
			files: map[string]string{"srv/my.toml": "index-url = 'https://my.example/'", "srv/uv.toml": "nonsense"}},
			[]string{"client uv", "default https://my.example/ from @/srv/my.toml:1:13 index-url"}},

		{"UV_NO_CONFIG reads none, and then pip is asked", machine{
			env:   map[string]string{"UV_NO_CONFIG": "true"},
			files: map[string]string{"srv/uv.toml": "nonsense"},
			run:   clients("https://built-in.example/simple", "https://uv.example/simple")},
			[]string{"client pip", "default https://built-in.example/simple from python3 -I -m pip install --help"}},

		{"uv is asked first where it is configured", machine{
			env: map[string]string{"UV_INDEX": "https://extra.example/"},
			run: clients("https://built-in.example/simple", "https://uv.example/simple")},
			[]string{"client uv", "extra https://extra.example/ from UV_INDEX", "default https://uv.example/simple from uv pip install --help"}},

		{"what pip is told besides is kept when pip is asked", machine{
			env: map[string]string{"PIP_FIND_LINKS": "@/wheels", "UV_INDEX": "https://extra.example/"},
			run: clients("https://built-in.example/simple", "https://uv.example/simple")},
			[]string{"client pip", "default https://built-in.example/simple from python3 -I -m pip install --help", "links file://@/wheels from PIP_FIND_LINKS"}},

		{"uv is asked where there is no pip", machine{run: clients("", "https://uv.example/simple")},
			[]string{"client uv", "default https://uv.example/simple from uv pip install --help"}},

		{"macOS", machine{goos: "darwin",
			env: map[string]string{"XDG_CONFIG_HOME": "@/unused"},
			files: map[string]string{
				"Library/Application Support/pip/pip.conf":      "[global]\nindex-url = https://system.example/\nextra-index-url = https://extra.example/",
				"home/Library/Application Support/pip/pip.conf": "[global]\nindex-url = https://user.example/\n",
				"home/.config/pip/pip.conf":                     "nonsense",
			}},
			[]string{"client pip", "extra https://extra.example/ from @/Library/Application Support/pip/pip.conf:3:19 [global] extra-index-url",
				"default https://user.example/ from @/home/Library/Application Support/pip/pip.conf:2:13 [global] index-url"}},

		{"Windows", machine{goos: "windows",
			env: map[string]string{"APPDATA": "@/roaming", "PROGRAMDATA": "@/all", "VIRTUAL_ENV": "@/venv"},
			files: map[string]string{
				"all/pip/pip.ini":     "[global]\nindex-url = https://system.example/\n",
				"home/pip/pip.ini":    "[global]\nextra-index-url = https://old.example/\n",
				"roaming/pip/pip.ini": "[global]\nfind-links = https://links.example/\n",
				"venv/pip.ini":        "[global]\nindex-url = https://venv.example/\n",
				"venv/pip.conf":       "nonsense",
				"roaming/uv/uv.toml":  "keyring-provider = 'subprocess'",
			}},
			[]string{"client pip", "extra https://old.example/ from @/home/pip/pip.ini:2:19 [global] extra-index-url",
				"default https://venv.example/ from @/venv/pip.ini:2:13 [global] index-url",
				"links https://links.example/ from @/roaming/pip/pip.ini:2:14 [global] find-links"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			host, root := test.host(t)
			x, err := Locate(t.Context(), host)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, shown(x, root)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestLocateReadsWhatItIsGiven has the files of another time read in place of the machine's.
func TestLocateReadsWhatItIsGiven(t *testing.T) {
	host, root := machine{files: map[string]string{
		"srv/uv.toml":     "[[index]]\nurl = \"https://new.example/simple\"\ndefault = true\n",
		"srv/dir/uv.toml": "[[index]]\nurl = \"https://newest.example/simple\"\ndefault = true\n",
	}}.host(t)
	then := map[string]string{filepath.Join(root, "srv", "uv.toml"): "[[index]]\nurl = \"https://old.example/simple\"\ndefault = true\n"}
	host.Read = func(path string, _ int64) ([]byte, error) {
		if text, ok := then[path]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
	found, err := Locate(t.Context(), host)
	if err != nil || found.Default.URL != "https://old.example/simple" {
		t.Errorf("%+v, %v", found, err)
	}
	host.Read = func(string, int64) ([]byte, error) { return nil, errors.New("it is a link") }
	var problems constraints.Problems
	if _, err := Locate(t.Context(), host); !errors.As(err, &problems) || !strings.Contains(err.Error(), "cannot be read: it is a link") {
		t.Errorf("settings that cannot be read: %v", err)
	}
}
