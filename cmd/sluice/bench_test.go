package main

import (
	"runtime/debug"
	"testing"

	"sluice/resolver/gate"
)

// corpusSettings are those of loadCorpus with a cache that is warm.
// corpusSettings returns the settings of the corpus, and sets memory aside as the program
// does.
func corpusSettings(b *testing.B) *settings {
	b.Helper()
	collectSeldom()
	in := loadCorpus(b)
	return in.settings
}

func gateOnce(b *testing.B, s *settings, candidate string) *gate.Report {
	in, err := load(s)
	if err != nil {
		b.Fatal(err)
	}
	defer in.close()
	return judge(b, in, candidate)
}

func judge(b *testing.B, in *inputs, candidate string) *gate.Report {
	candidates, err := parseCandidates([]string{candidate})
	if err != nil {
		b.Fatal(err)
	}
	edited, err := apply(in.file, candidates, in.environments)
	if err != nil {
		b.Fatal(err)
	}
	return gate.Judge(in.question(linesOf(edited)))
}

// BenchmarkLoadCorpus reads the constraints, 178 consumers and opens the facts,
// as every run of the program does.
func BenchmarkLoadCorpus(b *testing.B) {
	s := corpusSettings(b)
	b.ReportAllocs()
	for b.Loop() {
		in, err := load(s)
		if err != nil {
			b.Fatal(err)
		}
		in.close()
	}
}

// BenchmarkGateCorpusAdmit is a whole run for a candidate that is admitted, but
// for starting the process and printing.
func BenchmarkGateCorpusAdmit(b *testing.B) {
	s := corpusSettings(b)
	b.ReportAllocs()
	for b.Loop() {
		if r := gateOnce(b, s, "urllib3==1.26.16"); r.Verdict != gate.Admit {
			b.Fatal(r.Verdict)
		}
	}
}

// BenchmarkGateCorpusReject is the same for a candidate that is rejected, with
// the search for something to suggest.
func BenchmarkGateCorpusReject(b *testing.B) {
	s := corpusSettings(b)
	b.ReportAllocs()
	for b.Loop() {
		if r := gateOnce(b, s, "urllib3==2.0.4"); r.Verdict != gate.Reject {
			b.Fatal(r.Verdict)
		}
	}
}

// BenchmarkVerdicts counts verdicts within one process, as a replay of history
// would ask for them.
func BenchmarkVerdicts(b *testing.B) {
	in := loadCorpus(b)
	for b.Loop() {
		judge(b, in, "urllib3==1.26.16")
	}
}

// BenchmarkReplay replays the recorded history of the corpus, facts loaded, and tells how
// many verdicts that makes: one of each change of a pin.
func BenchmarkReplay(b *testing.B) {
	dir := corpusDir(b)
	s := &settings{dir: dir, cacheDir: b.TempDir(), config: config{Index: indexConfig{File: "pypi-2023-09/packages.jsonl.gz"}, Environments: corpusMatrix()}}
	eras, err := s.eras()
	if err != nil {
		b.Fatal(err)
	}
	in := &inputs{settings: s}
	if err := in.loadIndex(); err != nil {
		b.Fatal(err)
	}
	defer in.close()
	h, err := openHistory(s.abs("openstack-history"), "openstack-history")
	if err != nil {
		b.Fatal(err)
	}
	replay := func() int {
		r := &replayer{eras: eras, source: in.facts, recall: newRecall(patternsOf(routineCommits()))}
		answer, err := r.walk(h)
		if err != nil {
			b.Fatal(err)
		}
		return answer.Changes.Total
	}
	defer debug.SetGCPercent(debug.SetGCPercent(800)) // as the program has it
	replay()                                          // which reads the facts
	verdicts := 0
	for b.Loop() {
		verdicts += replay()
	}
	b.ReportMetric(float64(verdicts)/b.Elapsed().Seconds(), "verdicts/s")
}
