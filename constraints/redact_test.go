package constraints_test

import (
	"strings"
	"testing"

	"sluice/constraints"
)

func TestCredentialsAreNotShown(t *testing.T) {
	for text, want := range map[string]string{
		"a @ https://user:secret@host/a.whl":                 "a @ https://host/a.whl",
		"a @ git+https://secret@host/a.git@v1#egg=a":         "a @ git+https://host/a.git@v1#egg=a",
		"a @ git+ssh://git@host/a":                           "a @ git+ssh://host/a",
		"https://u:s@ecret@host/x y https://v:secret@other/": "https://host/x y https://other/",
		"a @ https://host/a@1.whl":                           "a @ https://host/a@1.whl",
		"mail me@host":                                       "mail me@host",
		"https://host?to=me@there":                           "https://host?to=me@there",
	} {
		if got := constraints.Redact(text); got != want || strings.Contains(got, "secret") {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
	r := constraints.Requirement{Spelling: "a", URL: "https://user:secret@host/a.whl"}
	if got := r.String(); got != "a @ https://host/a.whl" {
		t.Errorf("a requirement is shown as %q", got)
	}
	if got := r.Line(); got != "a @ https://user:secret@host/a.whl" {
		t.Errorf("a requirement is written as %q", got)
	}
	if err := (&constraints.SyntaxError{What: "requirement", Input: "a @ https://user:secret@host/x y", Msg: "m"}); strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}
