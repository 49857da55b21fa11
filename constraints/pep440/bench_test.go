package pep440

import "testing"

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{"1.26.16", "2.0.4", "2023.7.22", "1.0rc1", "4.2.0.post1", "1.0.0-Alpha.1"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseSpecifierSet(b *testing.B) {
	for _, text := range []string{">=1.21.1", ">=1.21.1,<3", "~=1.4.2", ">=1.0,!=1.4.*,!=1.5.1,<2"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseSpecifierSet(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkContains(b *testing.B) {
	sets := []string{"", ">=1.21.1", ">=1.21.1,<3", "==1.26.*", "~=1.4.2", "!=1.26.16", "==1.26.16", "===1.26.16",
		">=1.0,!=1.4.*,!=1.5.1,!=1.26.15,<2", ">=1,!=1.1,!=1.2,!=1.3,!=1.4,!=1.5,!=1.6,!=1.7,!=1.8,!=1.9,<2"}
	v := mustParse(b, "1.26.16")
	for _, text := range sets {
		set := mustSet(b, text)
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				set.Contains(v)
			}
		})
	}
}
