package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/fixtures/indexserver"
	"sluice/index"
	"sluice/index/fetch"
	"sluice/resolver/gate"
)

// yankedCandidate is rejected by the story for the only reason that no server here tells.
//
// What they do not tell, and the facts that they are compared with are without:
//
//   - That a release is yanked (PEP 592). pypiserver knows nothing of it, devpi of mirrors
//     only.
//
// What they tell otherwise, and no verdict rests on:
//
//   - When a file was uploaded and its size (PEP 700): neither does. Only --as-of asks.
//   - The digests of files, which are made for the test. A report's digest of the facts,
//     which is made of all of these, is not compared therefore.
//   - Requires-Python beside a link (PEP 503): pypiserver does not, and it is in the wheel.
//   - That nothing is known of zonechart 2024.1: it is published as a source distribution
//     that says nothing of what it requires.
const yankedCandidate = "certroots==2023.9.1"

// TestRealServersGiveTheSameVerdicts publishes the demo universe with servers that others
// made, and holds what gate says with facts from there alone against what it says with
// recorded ones. It needs pypi-server and devpi-server, on the PATH or named by
// SLUICE_PYPISERVER and SLUICE_DEVPI, which is the folder of the program.
func TestRealServersGiveTheSameVerdicts(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: -short, and servers take seconds to start")
	}
	t.Run("pypiserver", func(t *testing.T) { // serves parts of wheels
		compareVerdicts(t, startPypiserver(t, universeFiles(t)))
	})
	t.Run("devpi", func(t *testing.T) {
		d := newDevpi(t)
		t.Run("wheels", func(t *testing.T) { // serves wheels whole
			d.start(t)
			d.publish(t, universeFiles(t))
			compareVerdicts(t, d.url+"/root/demo/+simple/")
		})
		t.Run("metadata", func(t *testing.T) { // serves documents beside them
			d.start(t, "--enable-core-metadata")
			compareVerdicts(t, d.url+"/root/demo/+simple/")
		})
	})
}

// compareVerdicts gates every candidate of the story with the facts of an index.
func compareVerdicts(t *testing.T, url string) {
	t.Helper()
	began := time.Now()
	recorded, live := servedUniverse(t), liveUniverse(t, url)
	candidates := readStory(t)
	for _, c := range candidates {
		want, got := judged(t, recorded, c.Candidates), judged(t, live, c.Candidates)
		if diff := cmp.Diff(asText(t, want), asText(t, got)); diff != "" {
			t.Errorf("%s: from the recorded facts (-) and from the server (+):\n%s", c.Candidates, constraints.Shorten(diff, 4000))
		}
		if told := got.Verdict.String() == c.Verdict; told == slices.Contains(c.Candidates, yankedCandidate) {
			t.Errorf("%s: %s, by the story %s", c.Candidates, got.Verdict, c.Verdict)
		}
	}
	if diff := cmp.Diff(asText(t, gate.Check(recorded.question(recorded.lines))), asText(t, gate.Check(live.question(live.lines)))); diff != "" {
		t.Errorf("check: from the recorded facts (-) and from the server (+):\n%s", constraints.Shorten(diff, 4000))
	}
	t.Logf("%d reports compared in %s", len(candidates)+1, time.Since(began).Round(time.Millisecond))
}

func asText(t *testing.T, report *gate.Report) string {
	t.Helper()
	var text bytes.Buffer
	if err := writeJSON(&text, report); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// liveUniverse is loadUniverse with the facts asked from an index.
func liveUniverse(t *testing.T, url string) *inputs {
	t.Helper()
	a := &app{dir: universe(t), stderr: io.Discard, getenv: func(string) string { return "" }}
	s, err := (&options{cacheDir: t.TempDir()}).settings(a)
	if err != nil {
		t.Fatal(err)
	}
	s.Index = indexConfig{URL: url}
	in, err := load(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.close() })
	return in
}

// servedUniverse is loadUniverse with what the servers tell of the facts.
func servedUniverse(t *testing.T) *inputs {
	t.Helper()
	in := loadUniverse(t)
	if err := in.facts.close(); err != nil {
		t.Fatal(err)
	}
	in.facts = newFacts(t.Context(), recorded{universeFacts(t, func(r *index.Release) {
		r.Yanked, r.YankedReason = false, ""
		for i := range r.Files {
			r.Files[i].Yanked, r.Files[i].YankedReason = false, ""
		}
	})}, time.Time{})
	return in
}

// universeFacts returns the facts of the demo universe with a change to every release.
func universeFacts(t *testing.T, change func(*index.Release)) *index.Snapshot {
	t.Helper()
	facts, err := (&fixtureServer{}).facts(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer facts.Close()
	var packages []*index.Package
	for _, name := range facts.Names() {
		p, err := facts.Package(name)
		if err != nil {
			t.Fatal(err)
		}
		releases := make([]index.Release, p.Len())
		for i := range releases {
			releases[i] = p.Release(i)
			if releases[i].Files, err = p.Files(i); err != nil {
				t.Fatal(err)
			}
			releases[i].Files = slices.Clone(releases[i].Files)
			change(&releases[i])
		}
		changed, err := index.NewPackage(name, releases)
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, changed)
	}
	changed, err := index.NewSnapshot(packages...)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// published is a file of a release, with what is told of it when it is uploaded.
type published struct {
	project, version, python, name string
	content                        []byte
}

// universeFiles returns all files of the demo universe.
func universeFiles(t *testing.T) []published {
	t.Helper()
	facts := universeFacts(t, func(r *index.Release) { r.MetadataMissing = false })
	server := indexserver.New(facts, indexserver.Options{SdistMetadata: indexserver.SdistLegacy})
	var all []published
	for _, name := range facts.Names() {
		p, err := facts.Package(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Len() {
			files, err := p.Files(i)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				answer := httptest.NewRecorder()
				server.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/files/"+string(name)+"/"+f.Name, nil))
				if answer.Code != http.StatusOK {
					t.Fatalf("%s: %d", f.Name, answer.Code)
				}
				all = append(all, published{string(name), p.Version(i).String(), p.Release(i).RequiresPython, f.Name, answer.Body.Bytes()})
			}
		}
	}
	return all
}

// freeAddress returns an address on loopback that nobody listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// startTime is how long a server may take to answer for the first time.
const startTime = time.Minute

// launch starts a server, which ends with the test, and waits until it answers at a URL.
func launch(t *testing.T, url, program string, args ...string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		_, err := fetch.RunProgram(ctx, program, args...)
		ended <- err
		close(ended)
	}()
	t.Cleanup(func() { stop(); <-ended })
	for deadline := time.Now().Add(startTime); ; {
		resp, err := http.Get(url)
		if err == nil {
			resp.Body.Close()
			return
		}
		select {
		case err := <-ended:
			t.Fatalf("the server has ended: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("no answer in %s: %v", startTime, err)
		}
	}
}

// startPypiserver starts a pypiserver that has files, and returns the URL of its index.
func startPypiserver(t *testing.T, files []published) string {
	t.Helper()
	program := client(t, "pypi-server", "SLUICE_PYPISERVER")
	folder := t.TempDir()
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(folder, f.name), f.content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	address := freeAddress(t)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + address + "/simple/"
	// Without the public index that it sends who asks for other names on to otherwise.
	launch(t, url, program, "run", "--interface", host, "--port", port, "--disable-fallback", folder)
	return url
}

// devpi is a devpi-server with a folder of its own.
type devpi struct {
	program, folder string
	url             string // scheme and host
}

func newDevpi(t *testing.T) *devpi {
	t.Helper()
	programs := os.Getenv("SLUICE_DEVPI")
	if programs == "" {
		programs = filepath.Dir(client(t, "devpi-server", ""))
	}
	d := &devpi{program: filepath.Join(programs, "devpi-server"), folder: filepath.Join(t.TempDir(), "devpi")}
	// Without the mirror of the public index that it has otherwise.
	if _, err := fetch.RunProgram(t.Context(), filepath.Join(programs, "devpi-init"), "--serverdir", d.folder, "--no-root-pypi"); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *devpi) start(t *testing.T, args ...string) {
	t.Helper()
	address := freeAddress(t)
	d.url = "http://" + address
	launch(t, d.url+"/+api", d.program, append(args, "--serverdir", d.folder, "--listen", address)...)
}

// publish makes an index, root/demo, and uploads files to it as twine does.
func (d *devpi) publish(t *testing.T, files []published) {
	t.Helper()
	var login struct{ Result struct{ Password string } }
	if err := json.Unmarshal(d.send(t, http.MethodPost, "/+login", "application/json", `{"user":"root","password":""}`, ""), &login); err != nil {
		t.Fatal(err)
	}
	token := base64.StdEncoding.EncodeToString([]byte("root:" + login.Result.Password))
	d.send(t, http.MethodPut, "/root/demo", "application/json", `{"type":"stage","bases":[]}`, token)
	for _, f := range files {
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		for name, value := range map[string]string{":action": "file_upload", "metadata_version": "2.1", "name": f.project, "version": f.version, "requires_python": f.python} {
			w.WriteField(name, value)
		}
		part, err := w.CreateFormFile("content", f.name)
		if err != nil {
			t.Fatal(err)
		}
		part.Write(f.content)
		w.Close()
		d.send(t, http.MethodPost, "/root/demo/", w.FormDataContentType(), form.String(), token)
	}
}

// send sends a request that must be granted, and returns the answer.
func (d *devpi) send(t *testing.T, method, path, contentType, body, token string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, d.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	if token != "" {
		r.Header.Set("X-Devpi-Auth", token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %s %v %.300q", method, path, resp.Status, err, answer)
	}
	return answer
}
