package pep508

import "testing"

func BenchmarkParseRequirement(b *testing.B) {
	for name, line := range map[string]string{
		"bare":    "requests",
		"pinned":  "oslo.config===9.1.1",
		"ranged":  "requests[security]>=2.8.1,<3,!=2.20",
		"markers": `importlib-metadata>=3.6; python_version < "3.10"`,
		"extras":  `pytest>=7; python_version >= "3.8" and extra == 'test'`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseRequirement(line); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMarkerHolds(b *testing.B) {
	env, err := ParseEnvironment("py311")
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{
		"version":  `python_version < "3.10"`,
		"reversed": `"3.10" <= python_version`,
		"text":     `sys_platform == "win32" or platform_system == "Linux"`,
		"extra":    `python_version >= "3.8" and extra == "test"`,
		"in":       `sys_platform not in "win32 cygwin"`,
	} {
		m, err := ParseMarker(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Holds(env, "test")
			}
		})
	}
}

func BenchmarkNormalizeName(b *testing.B) {
	for _, name := range []string{"oslo-config", "Oslo.Config"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NormalizeName(name)
			}
		})
	}
}

func BenchmarkParseWheelFilename(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseWheelFilename("cryptography-41.0.3-cp37-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseEnvironment(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseEnvironment("py311-linux-x86_64"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestEvaluatingAMarkerAllocatesNothing(t *testing.T) {
	env, err := ParseEnvironment("py311")
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseMarker(`python_version < "3.12" and ("linux" in sys_platform or extra == "test") and platform_release != "1"`)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { m.Holds(env, "test"); m.Evaluate(env, "") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
