package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sluice/constraints"
	"sluice/resolver/gate"
)

// corpusReplay replays the recorded history of the corpus.
func corpusReplay(t testing.TB) *replay {
	t.Helper()
	dir := corpusDir(t)
	s := &settings{dir: dir, cacheDir: t.TempDir(), config: config{
		Index:        indexConfig{File: "pypi-2023-09/packages.jsonl.gz"},
		Environments: []environmentConfig{{Name: "py36", Python: "3.6"}, {Name: "py38", Python: "3.8"}},
	}}
	matrix, err := s.environments()
	if err != nil {
		t.Fatal(err)
	}
	facts, err := s.openFacts(matrix)
	if err != nil {
		t.Fatal(err)
	}
	h, err := openHistory(filepath.Join(dir, "openstack-history"), "openstack-history")
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2022, 5, 28, 0, 0, 0, 0, time.UTC)
	p := &replayer{
		environments: func(now time.Time) []*constraints.Environment {
			if now.Before(end) {
				return matrix
			}
			return matrix[1:]
		},
		law:    gate.Law{Policy: gate.Policy{Prereleases: gate.AllowPrereleases}},
		source: facts,
		recall: newRecall([]constraints.Pattern{"Updated from generate-constraints", "update constraint for * to new release *"}),
	}
	start := time.Now()
	answer, err := p.walk(h)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(start))
	return answer
}

func TestReplayCorpus(t *testing.T) {
	a := corpusReplay(t)
	data, _ := json.MarshalIndent(a, "", " ")
	os.WriteFile("/tmp/w/tmp-replay/answer.json", data, 0o644)
}
