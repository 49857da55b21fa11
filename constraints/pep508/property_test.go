package pep508

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
)

func TestMarkersComeToWhatANaiveEvaluatorSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, w := drawCondition(t, 3), drawWorld(t)
		text := writer{t}.condition(c)
		m, err := ParseMarker(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		env := w.environment(t)
		want := w.holds(c)
		got, err := m.Evaluate(env, constraints.Name(w.extra))
		if err != nil || got != want || m.Holds(env, constraints.Name(w.extra)) != want {
			t.Fatalf("%s in %+v: %t (%v), want %t", text, w, got, err, want)
		}
	})
}

func TestWritingAMarkerKeepsItsMeaningAndForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, w := drawCondition(t, 3), drawWorld(t)
		m, err := ParseMarker(writer{t}.condition(c))
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseMarker(m.String())
		if err != nil || again.String() != m.String() {
			t.Fatalf("%q is written again as %q (%v)", m.String(), again.String(), err)
		}
		env := w.environment(t)
		if again.Holds(env, constraints.Name(w.extra)) != w.holds(c) {
			t.Fatalf("%q means something else than what it was written from", m.String())
		}
	})
}

func TestWritingARequirementKeepsItAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := drawRequirement(t)
		r, err := ParseRequirement(line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		checkStable(t, r)
		if !strings.HasPrefix(strings.TrimSpace(line), r.Spelling) || !slices.IsSorted(r.Extras) {
			t.Fatalf("%q is read as %+v", line, r)
		}
	})
}

// checkStable checks that a requirement written and read again is the same.
func checkStable(t interface{ Fatalf(string, ...any) }, r constraints.Requirement) {
	text := FormatRequirement(r)
	again, err := ParseRequirement(text)
	if err != nil {
		t.Fatalf("%q is written and cannot be read: %v", text, err)
	}
	if FormatRequirement(again) != text || again.Name != r.Name || again.URL != r.URL ||
		!slices.Equal(again.Extras, r.Extras) || again.Range.String() != r.Range.String() {
		t.Fatalf("%q is read again as %+v", text, again)
	}
}

func TestNormalizingNamesIsIdempotentAndBlindToSeparators(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-zA-Z0-9]([._-]{0,3}[a-zA-Z0-9]){0,6}`).Draw(t, "name")
		normal := NormalizeName(name)
		if !ValidName(name) || !ValidName(string(normal)) || NormalizeName(string(normal)) != normal {
			t.Fatalf("%q becomes %q", name, normal)
		}
		other := strings.NewReplacer(".", "__", "-", ".", "_", "-.").Replace(strings.ToUpper(name))
		if NormalizeName(other) != normal {
			t.Fatalf("%q and %q differ", name, other)
		}
	})
}

func TestQuotedTextsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOf(rapid.RuneFrom([]rune(`ab\"'xnu0N{}é☃`+"\n\r\x00\t"))).Draw(t, "value")
		s := scanner{text: quote(value)}
		got, err := s.quoted()
		if err != nil || got != value || !s.done() {
			t.Fatalf("%q is written %s and read %q (%v)", value, quote(value), got, err)
		}
	})
}

func TestTagsAreDistinctAndRankedInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := EnvironmentSpec{
			Python: rapid.SampledFrom([]string{"3.6", "3.7", "3.8", "3.14", "3.14t"}).Draw(t, "python"),
			Platform: rapid.SampledFrom([]string{"", "aarch64-manylinux_2_28", "x86_64-musllinux_1_2", "macos_11_x86_64",
				"macos_10_9_x86_64", "macos_26_arm64", "win32", "windows-arm64"}).Draw(t, "platform"),
		}
		env, err := NewEnvironment(spec)
		if err != nil {
			t.Fatal(err)
		}
		for i, tag := range env.Tags() {
			if rank, ok := env.TagRank(tag); !ok || rank != i || strings.Count(tag, "-") != 2 {
				t.Fatalf("%+v: tag %d is %s with rank %d", spec, i, tag, rank)
			}
		}
	})
}

func TestBuildTagsAreOrdered(t *testing.T) {
	sorted := []string{"", "0", "1", "1a", "1b", "2", "10", "010a", "99999999999999999999", "99999999999999999999x"}
	for i, a := range sorted {
		for j, b := range sorted {
			if got := CompareBuilds(a, b); got != cmp.Compare(i, j) {
				t.Errorf("CompareBuilds(%q, %q) = %d", a, b, got)
			}
		}
	}
	if CompareBuilds("1", "01") != 0 {
		t.Error("leading zeros count")
	}
}
