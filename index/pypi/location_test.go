package pypi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"sluice/constraints"
)

func TestLocationOfAText(t *testing.T) {
	base := t.TempDir()
	for _, test := range []struct{ text, want string }{
		{"https://index.example/simple", "https://index.example/simple"},
		{"HTTP://Index.Example:8080/s?x=y#z", "HTTP://Index.Example:8080/s?x=y#z"},
		{"https://alice:s3cr3t@index.example/", "https://alice:s3cr3t@index.example/"},
		{"https://alice:p{^ä%zz%41@@index.example/@x", "https://alice:p%7B%5E%C3%A4%25zz%41%40@index.example/@x"},
		{"https://token@index.example", "https://token@index.example"},
		{"file:///srv/simple", "file:///srv/simple"},
		{"file://localhost/srv/a b", "file:///srv/a%20b"},
		{"file:/srv", "file:///srv"},
		{"folder/é #1", "file://" + filepath.ToSlash(base) + "/folder/%C3%A9%20%231"},
		{"../up", "file://" + filepath.ToSlash(filepath.Dir(base)) + "/up"},
		{"file:folder", ""},
		{"file:", ""},
		{"file://server/share", ""},
		{"https://", ""},
		{"https://:443/", ""},
		{"https://index.example:port/", ""},
		{"https://${HOST}/", ""},
		{"git+https://index.example/", ""},
		{"://x", "file://" + filepath.ToSlash(base) + "/:/x"},
	} {
		if runtime.GOOS == "windows" && strings.HasPrefix(test.want, "file:") {
			continue
		}
		s := &settings{}
		l, ok := s.location(spelled{test.text, constraints.Place{File: "X"}, "", base})
		if ok != (test.want != "") || l.URL != test.want || ok == (len(s.problems) > 0) {
			t.Errorf("%q: %q, %v, want %q", test.text, l.URL, s.problems, test.want)
		}
		if _, err := url.Parse(l.URL); err != nil {
			t.Errorf("%q: %v", test.text, err)
		}
	}
}

func TestLocationPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b", "#c?d%41")
	if got, ok := (Location{URL: fileURL(path)}).Path(); !ok || got != path {
		t.Errorf("the path of %s is %s", fileURL(path), got)
	}
	if got := fileURL("C:/a b"); got != "file:///C:/a%20b" {
		t.Errorf("C:/a b: %s", got)
	}
	for _, text := range []string{"https://index.example/x", "", "::"} {
		if path, ok := (Location{URL: text}).Path(); ok {
			t.Errorf("%q has the path %q", text, path)
		}
	}
}

func TestLocationsAreShownWithoutUserAndQuery(t *testing.T) {
	const secret = "s3cr3t"
	l := Location{URL: "https://alice:" + secret + "@index.example/simple/?token=" + secret, Origin: "PIP_INDEX_URL"}
	if got := l.String(); got != "https://****@index.example/simple/" {
		t.Errorf("String() = %s", got)
	}
	if got := fmt.Sprintf("%v|%q|%#v", l, l, &l); got != `https://****@index.example/simple/|"https://****@index.example/simple/"|"https://****@index.example/simple/"` {
		t.Error(got)
	}
	x := Indexes{Client: "pip", Extra: []Location{l}, Default: l, FindLinks: []Location{l, {URL: "https://alice:" + secret + "@[", Origin: ""}}}
	var out bytes.Buffer
	for _, v := range []any{l, &l, x, &x, []*Location{&l}, map[string]Location{"l": l}, x.Extra} {
		for _, verb := range "vsdxXqtTbcoUeEfFgG" { // %p of what is no pointer asks no method
			for _, flags := range []string{"", "+", "#", " ", "0", "-20"} {
				fmt.Fprintf(&out, "%"+flags+string(verb), v)
			}
		}
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(data)
		for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(h).Info("x", "v", v)
		}
	}
	if strings.Contains(out.String(), secret) || strings.Contains(out.String(), fmt.Sprintf("%x", secret)) || strings.Contains(out.String(), "alice") {
		t.Error("a user or password is shown")
	}
}
