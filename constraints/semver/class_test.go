package semver

import "testing"

func TestClassOf(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     Class
	}{
		{"1.2.3", "2.0.0", Major},
		{"2.0.0", "1.2.3", Major},
		{"1.2.3", "1.3.0", Minor},
		{"1.2.3", "1.2.4", Patch},
		{"1.2", "1.3", Minor},
		{"1.2", "1.2.0", Same},
		{"1.0.0-rc.1", "1.0.0", Prerelease},
		{"1.0.0+build", "1.0.0", Same},
		{"0.4.1", "0.5.0", Minor},
		{"2023.7.22", "2023.8.1", NotSemantic}, // a calendar
		{"22.1.0", "23.0.0", Major},
		{"1.2.3.4", "1.2.3.5", NotSemantic},
		{"1.0rc1", "1.0", NotSemantic},
		{"", "1.0", NotSemantic},
	} {
		if got := ClassOf(test.from, test.to); got != test.want {
			t.Errorf("ClassOf(%q, %q) = %q, want %q", test.from, test.to, got, test.want)
		}
	}
}
