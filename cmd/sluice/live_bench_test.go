package main

import (
	"testing"

	"sluice/fixtures/indexserver"
	"sluice/index"
)

// warmCache returns the settings of the corpus with its facts asked from an index
// instead of a file, everything that a gate asks in the cache, and the index gone.
func warmCache(b *testing.B) *settings {
	b.Helper()
	s := *corpusSettings(b)
	facts, err := index.OpenCached(s.abs(s.Index.File), s.cacheDir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { facts.Close() })
	l, err := indexserver.Start(indexserver.New(facts, indexserver.Options{}), indexserver.Listen{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	s.Index = indexConfig{URL: l.IndexURL()}
	s.cacheDir = b.TempDir()
	s.app = &app{getenv: func(string) string { return "" }, dir: s.dir}
	gateOnce(b, &s, "urllib3==2.0.4")
	s.live.offline = true
	return &s
}

// openPins opens the facts of what is pinned, once.
func openPins(b *testing.B, s *settings, in *inputs) {
	b.Helper()
	facts, err := s.openFacts(in.environments)
	if err != nil {
		b.Fatal(err)
	}
	if err := facts.prefetch(in.pins()); err != nil {
		b.Fatal(err)
	}
	facts.close()
}

// BenchmarkOpenPins opens the facts of the corpus' 600 pins from a warm cache.
func BenchmarkOpenPins(b *testing.B) {
	s := warmCache(b)
	in := loadCorpus(b)
	b.ReportAllocs()
	for b.Loop() {
		openPins(b, s, in)
	}
	b.ReportMetric(float64(len(in.pins())), "pins")
}

// BenchmarkGateWarm is BenchmarkGateCorpusReject with the facts in the cache of an
// index client.
func BenchmarkGateWarm(b *testing.B) {
	s := warmCache(b)
	b.ReportAllocs()
	for b.Loop() {
		gateOnce(b, s, "urllib3==2.0.4")
	}
}

// BenchmarkColdPins asks an index on loopback for the facts of the corpus' 600 pins.
func BenchmarkColdPins(b *testing.B) {
	s := *corpusSettings(b)
	facts, err := index.OpenCached(s.abs(s.Index.File), s.cacheDir)
	if err != nil {
		b.Fatal(err)
	}
	defer facts.Close()
	l, err := indexserver.Start(indexserver.New(facts, indexserver.Options{}), indexserver.Listen{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	s.Index = indexConfig{URL: l.IndexURL()}
	s.app = &app{getenv: func(string) string { return "" }, dir: s.dir}
	in := loadCorpus(b)
	for b.Loop() {
		s.cacheDir = b.TempDir()
		openPins(b, &s, in)
	}
}
