package pypi

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// uvAnswer is what a reader makes of uv's configuration.
type uvAnswer struct {
	Default          string
	Extra, FindLinks []string
	NoIndex, Keyring bool
}

// askUV has uv print its settings. The rendering is uv's own and may change; false says
// that nothing is known in it.
func askUV(t *testing.T, host Host, env []string) (uvAnswer, bool) {
	t.Helper()
	cmd := exec.Command(uvProgram(), "pip", "install", "--show-settings", "none")
	cmd.Dir = host.Dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + host.Home}, env...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("uv: %v", err)
	}
	_, settings, known := strings.Cut(string(out), "index_locations: IndexLocations {")
	var a uvAnswer
	kind, location, previous, isDefault, isExplicit := "", "", "", false, false
	names := make(map[string]bool)
	name := ""
	for line := range strings.Lines(settings) {
		line = strings.TrimSpace(line)
		switch {
		case line == "indexes: [" || line == "flat_index: [":
			kind = line
		case line == "Index {":
			location, name, isDefault, isExplicit = "", "", false, false
		case previous == "given: Some(":
			location = strings.Trim(line, `",`)
		case previous == "name: Some(" || previous == "IndexName(":
			name = strings.Trim(line, `",`)
		case line == "default: true,":
			isDefault = true
		case line == "explicit: true,":
			isExplicit = true
		case strings.HasPrefix(line, "publish_url:"):
			switch again := names[name] && name != "" && name != "IndexName("; {
			case kind == "flat_index: [":
				a.FindLinks = append(a.FindLinks, location)
			case again || isExplicit:
			case !isDefault:
				a.Extra = append(a.Extra, location)
			case a.Default == "":
				a.Default = location
			}
			names[name] = true
		case line == "no_index: true,":
			a.NoIndex = true
		case line == "keyring_provider: Subprocess,":
			a.Keyring = true
		}
		previous = line
	}
	return a, known
}

// drawUV makes up a configuration of uv.
func drawUV(random *rand.Rand) machine {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	n := 0
	host := func() string { n++; return fmt.Sprintf("https://h%d.example/", n) }
	list := func() string { return fmt.Sprintf("[%q, %q]", host(), host()) }
	m := machine{env: map[string]string{"XDG_CONFIG_DIRS": "@/xdg"}, files: make(map[string]string)}
	for name, value := range map[string]func() string{
		"UV_DEFAULT_INDEX": func() string { return pick("", "one=") + host() }, "UV_INDEX": func() string { return pick("", "two=") + host() + "  " + host() },
		"UV_INDEX_URL": host, "UV_EXTRA_INDEX_URL": func() string { return host() + " " + host() },
		"UV_FIND_LINKS": func() string { return host() + "," + host() }, "UV_KEYRING_PROVIDER": func() string { return pick("subprocess", "disabled") },
		"UV_NO_INDEX": func() string { return "1" }, "UV_NO_SYSTEM_CONFIG": func() string { return pick("1", "0") }, "UV_CONFIG_FILE": func() string { return "@/named.toml" },
		"UV_NO_CONFIG": func() string { return pick("true", "false", "false") },
	} {
		if random.IntN(8) == 0 {
			m.env[name] = value()
		}
	}
	table := func(b *strings.Builder) {
		for key, value := range map[string]func() string{
			"index-url": func() string { return fmt.Sprintf("%q", host()) }, "extra-index-url": list, "find-links": list,
			"no-index": func() string { return pick("true", "false", "false") }, "keyring-provider": func() string { return pick(`"subprocess"`, `"disabled"`) },
		} {
			if random.IntN(3) == 0 {
				fmt.Fprintf(b, "%s = %s\n", key, value())
			}
		}
	}
	for _, name := range []string{"srv/dir/uv.toml", "srv/dir/pyproject.toml", "srv/uv.toml", "srv/pyproject.toml", "home/.config/uv/uv.toml", "xdg/uv/uv.toml", "named.toml"} {
		if random.IntN(2) == 0 && name != "named.toml" {
			continue
		}
		var b strings.Builder
		prefix := ""
		if strings.HasSuffix(name, "pyproject.toml") {
			if random.IntN(3) == 0 {
				m.files[name] = "[tool.other]\nuv = 1\n"
				continue
			}
			prefix = "tool.uv."
			b.WriteString("[tool.uv]\n")
		}
		table(&b)
		for range random.IntN(4) {
			fmt.Fprintf(&b, "[[%sindex]]\nurl = %q\n", prefix, host())
			b.WriteString(pick("", "name = 'one'\n", "name = 'two'\n", "name = 'three'\nexplicit = true\n", "default = true\n", "default = true\nname = 'four'\n"))
		}
		if random.IntN(2) == 0 {
			b.WriteString("[" + prefix + "pip]\n")
			table(&b)
		}
		m.files[name] = b.String()
	}
	return m
}

func TestUVIsConfiguredAsItSays(t *testing.T) {
	if exec.Command(uvProgram(), "--version").Run() != nil {
		t.Skip("skip: no uv to compare with")
	}
	random := rand.New(rand.NewPCG(7, 13))
	for range 150 {
		m := drawUV(random)
		host, _ := m.host(t)
		host.Root = filepath.Join(host.Root, "none")
		var env []string
		for name := range m.env {
			env = append(env, name+"="+host.Getenv(name))
		}
		want, known := askUV(t, host, env)
		if !known {
			t.Skip("skip: uv prints its settings in a form not known here")
		}
		s := readUV(host)
		if len(s.problems) > 0 {
			t.Fatalf("%v", s.problems)
		}
		got := uvAnswer{Default: s.indexes.Default.URL, NoIndex: s.indexes.NoIndex, Keyring: s.indexes.Keyring}
		for _, l := range s.indexes.Extra {
			got.Extra = append(got.Extra, l.URL)
		}
		for _, l := range s.indexes.FindLinks {
			got.FindLinks = append(got.FindLinks, l.URL)
		}
		if diff := cmp.Diff(want, got, equateEmpty); diff != "" {
			t.Fatalf("%v\n%v (-uv +ours):\n%s", m.env, m.files, diff)
		}
	}
}

func FuzzUVConfig(f *testing.F) {
	for _, text := range []string{"", "index-url = 'https://index.example/'", "[[index]]\nurl = 'x'\n[pip]\nfind-links = [ 'a', # b\n'c']", "index = [{url='x', name=\"y\"}]", "[tool.uv]\nno-index = true", "\ufeff[[tool.uv.index]]", "index.x.y = 1", "indeX.url='00'", "extra-index-url = ['0000://index.exa}/']"} {
		f.Add(text)
	}
	root := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"uv.toml", "pyproject.toml"} {
			path := filepath.Join(root, name)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			s := readUV(Host{Dir: root, GOOS: "linux", Root: filepath.Join(root, "none")})
			for _, l := range slices.Concat(s.indexes.Extra, s.indexes.FindLinks) {
				if !strings.HasPrefix(l.Origin, path+":") {
					t.Fatalf("%q: %s comes from %q", text, l, l.Origin)
				}
			}
			for _, p := range s.problems {
				if p.Place.Line > 1+strings.Count(text, "\n") {
					t.Fatalf("%q: %v", text, p)
				}
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// uvProgram is uv on the PATH, or the one that SLUICE_UV names.
func uvProgram() string {
	if path := os.Getenv("SLUICE_UV"); path != "" {
		return path
	}
	return "uv"
}
