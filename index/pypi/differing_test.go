package pypi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/index/fetch"
	"sluice/index/indextest"
	"sluice/index/pypi"
)

// Of wheels that differ the one counts that an installer would take in the first
// environment of the matrix.
func TestMetadataIsThatOfTheWheelThatIsInstalled(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tag, ok := strings.CutPrefix(r.URL.Path, "/files/own-1-"); ok {
			fmt.Fprintf(w, "Metadata-Version: 2.1\nName: own\nVersion: 1\nRequires-Dist: for-%s\n\n", strings.TrimSuffix(tag, ".whl.metadata"))
			return
		}
		var files []string
		for _, tag := range []string{"py3-none-any", "cp311-cp311-manylinux_2_17_x86_64", "cp312-cp312-win_amd64", "cp310-cp310-manylinux_2_17_x86_64"} {
			files = append(files, fmt.Sprintf(`{"filename": "own-1-%s.whl", "url": "/files/own-1-%s.whl", "hashes": {}, "core-metadata": true}`, tag, tag))
		}
		w.Header().Set("Content-Type", pypi.ContentTypeJSON)
		fmt.Fprintf(w, `{"meta": {"api-version": "1.0"}, "name": "own", "files": [%s]}`, strings.Join(files, ", "))
	}))
	t.Cleanup(server.Close)
	for _, test := range []struct{ environments, want string }{
		{"py311", "for-cp311-cp311-manylinux_2_17_x86_64"},
		{"py312-windows-amd64 py311", "for-cp312-cp312-win_amd64"},
		{"py312", "for-py3-none-any"},
		{"py312 py311", "for-py3-none-any"},
		{"py310-macos-arm64", "for-py3-none-any"},
		{"", "for-py3-none-any"},
	} {
		o := pypi.Options{Indexes: []string{server.URL + "/simple"}}
		for _, name := range strings.Fields(test.environments) {
			env, err := pep508.ParseEnvironment(name)
			if err != nil {
				t.Fatal(err)
			}
			o.Environments = append(o.Environments, env)
		}
		c := client(t, fetch.Options{}, o)
		p, err := c.Describe(t.Context(), constraints.Name("own"), indextest.Version(t, "1"))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Release(0).Requirements; len(got) != 1 || got[0] != test.want {
			t.Errorf("for %q: %v, want %s", test.environments, got, test.want)
		}
	}
}
