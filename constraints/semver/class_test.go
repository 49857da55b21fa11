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

func TestStepOf(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     Class
	}{
		{"1.2.3.4", "1.2.3.5", Prerelease},
		{"1.2.3.4", "1.2.4.0", Patch},
		{"1.0rc1", "1.0", Prerelease},
		{"1.0rc1", "2.0rc1", Major},
		{"1.26.post1", "1.27", Minor},
		{"1.0+cpu", "1.0.1+cpu", Patch},
		{"1!2.0", "2!1.0", NotSemantic},
		{"2023.7.22", "2023.8.1", NotSemantic},
		{"1.0", "1.0", Same},
		{"", "1.0", NotSemantic},
	} {
		if got := StepOf(test.from, test.to); got != test.want {
			t.Errorf("StepOf(%q, %q) = %q, want %q", test.from, test.to, got, test.want)
		}
	}
}

func TestExceeds(t *testing.T) {
	for _, test := range []struct {
		class, limit Class
		want         bool
	}{
		{Major, Minor, true}, {Major, Major, false}, {Minor, Patch, true}, {Patch, Minor, false}, {Prerelease, Patch, false}, {NotSemantic, Patch, false},
	} {
		if got := test.class.Exceeds(test.limit); got != test.want {
			t.Errorf("%s exceeds %s: %v", test.class, test.limit, got)
		}
	}
}
