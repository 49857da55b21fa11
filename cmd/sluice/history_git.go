package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/constraints/pinfile"
	"sluice/index/fetch"
	"sluice/resolver/gate"
)

// Bounds on what is read of a repository's history.
const (
	maxLog     = 256 << 20 // bytes of messages
	maxObjects = 64 << 20  // bytes of files that are read at once
	chunk      = 64        // commits whose files are read at once
)

// lawFiles are the files of the repository that say what a change is judged by, by their
// paths, "" for none, and what that is by what they say.
type lawFiles struct {
	config, ledger string
	read           func(config, ledger *pastFile) (*rules, error) // nil for a file that is not there
}

// pastFile is a file as a commit has it. The name is for problems.
type pastFile struct {
	name string
	data []byte
}

// gitHistory is the history of a constraints file in a repository: of its first parents, so
// that a branch that was merged counts as one commit.
type gitHistory struct {
	*repository
	path    string    // of the constraints file
	law     *lawFiles // nil for none
	commits []gitCommit
}

// gitCommit is a commit that changed the file.
type gitCommit struct {
	commit
	body    string
	parents []string
}

// openGit finds the commits after from, "" for the first one, up to to that changed a file.
func (r *repository) openGit(path, from, to string) (*gitHistory, error) {
	if strings.ContainsAny(path, "\n\x00") {
		return nil, usageError{msg: fmt.Sprintf("the path %q cannot be asked for", path)}
	}
	end, err := r.commit(to)
	if err != nil {
		return nil, err
	}
	span := []string{end}
	if from != "" {
		begin, err := r.commit(from)
		if err != nil {
			return nil, err
		}
		span = append(span, "^"+begin)
	}
	h := &gitHistory{repository: r, path: path}
	h.commits, err = r.log(nil, slices.Concat([]string{"--first-parent", "--reverse"}, span, []string{"--", path})...)
	if err != nil {
		return nil, err
	}
	return h, h.nameMerges()
}

// log returns the commits that git log tells of.
func (r *repository) log(input []byte, args ...string) ([]gitCommit, error) {
	format := []string{"log", "-z", "--no-show-signature", "--no-color", "--encoding=UTF-8", "--format=%H%x00%P%x00%cI%x00%an%x00%s%x00%b"}
	out, err := r.feed(input, maxLog, append(format, args...)...)
	if err != nil {
		return nil, err
	}
	const fields = 6
	texts := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	var all []gitCommit
	for t := range slices.Chunk(texts, fields) {
		if len(out) == 0 {
			break
		}
		if len(t) < fields {
			return nil, errors.New("git log ends in the middle of a commit")
		}
		date, err := time.Parse(time.RFC3339, t[2])
		if err != nil {
			return nil, fmt.Errorf("git log: the date of %s: %w", t[0], err)
		}
		all = append(all, gitCommit{commit{ID: t[0], Date: date.UTC(), Author: t[3], Subject: t[4]}, t[5], strings.Fields(t[1])})
	}
	return all, nil
}

// nameMerges gives each merge the subject of what it merges: its own says no more than that
// it is one.
func (h *gitHistory) nameMerges() error {
	var inner bytes.Buffer
	for _, c := range h.commits {
		if len(c.parents) > 1 {
			fmt.Fprintln(&inner, c.parents[1])
		}
	}
	if inner.Len() == 0 {
		return nil
	}
	merged, err := h.log(inner.Bytes(), "--no-walk=unsorted", "--stdin")
	if err != nil {
		return err
	}
	byID := make(map[string]gitCommit, len(merged))
	for _, m := range merged {
		byID[m.ID] = m
	}
	for i := range h.commits {
		c := &h.commits[i]
		if len(c.parents) < 2 {
			continue
		}
		if m, ok := byID[c.parents[1]]; ok {
			c.Author, c.Subject, c.body = m.Author, m.Subject, c.body+"\n"+m.body
		}
	}
	return nil
}

// revisions is the history.
func (h *gitHistory) revisions(yield func(*revision, error) bool) {
	reader := lineReader{name: h.path}
	var before []gate.Line
	known := make(map[string]*rules)
	for i, commits := range slices.Collect(slices.Chunk(h.commits, chunk)) {
		files, err := h.objects(h.names(commits))
		if err != nil {
			yield(nil, err)
			return
		}
		var unread error // of the constraints before the first commit, of which the rest counts
		if i == 0 {
			before, unread = reader.read(files.data(parentOf(commits[0]), h.path))
		}
		for _, c := range commits {
			r := &revision{commit: c.commit, Reverts: revertedIn(c.body), Admitted: admittedBy(c.body), Before: before}
			if r.After, r.Unread = reader.read(files.data(c.ID, h.path)); r.Unread != nil {
				r.After = before
			}
			r.Rules, err = h.rulesOf(files, c, known)
			r.Unread, unread = errors.Join(unread, r.Unread, err), nil
			if before = r.After; !yield(r, nil) {
				return
			}
		}
	}
}

// gitState is a file after a commit that changed it; nil where it is gone.
type gitState struct {
	*commit // nil for what it was before the first one
	data    []byte
}

// states returns what the file was before the history begins, and after each commit.
func (h *gitHistory) states(yield func(gitState, error) bool) {
	for i, commits := range slices.Collect(slices.Chunk(h.commits, chunk)) {
		files, err := h.objects(h.names(commits))
		if err != nil {
			yield(gitState{}, err)
			return
		}
		if i == 0 && !yield(gitState{nil, files.data(parentOf(commits[0]), h.path)}, nil) {
			return
		}
		for _, c := range commits {
			if !yield(gitState{&c.commit, files.data(c.ID, h.path)}, nil) {
				return
			}
		}
	}
}

// parentOf returns the identifier of a commit's first parent, "" for the first commit.
func parentOf(c gitCommit) string {
	if len(c.parents) == 0 {
		return ""
	}
	return c.parents[0]
}

// names returns the names of the files that commits need.
func (h *gitHistory) names(commits []gitCommit) []string {
	var names []string
	for i, c := range commits {
		names = append(names, c.ID+":"+h.path)
		parent := parentOf(c)
		if parent == "" {
			continue
		}
		if i == 0 {
			names = append(names, parent+":"+h.path)
		}
		if h.law != nil {
			names = append(names, parent+":"+h.law.config, parent+":"+h.law.ledger)
		}
	}
	return names
}

// rulesOf returns the rules that a commit found when it was made: those of its parent. Each
// state of their files is read once, and complained of once.
func (h *gitHistory) rulesOf(files *gitFiles, c gitCommit, known map[string]*rules) (*rules, error) {
	parent := parentOf(c)
	if h.law == nil || parent == "" {
		return nil, nil
	}
	config, ledger := files.file(parent, h.law.config), files.file(parent, h.law.ledger)
	if config == nil && ledger == nil {
		return nil, nil
	}
	key := files.ids[parent+":"+h.law.config] + " " + files.ids[parent+":"+h.law.ledger]
	found, ok := known[key]
	var err error
	if !ok {
		found, err = h.law.read(config, ledger)
		known[key] = found
	}
	return found, err
}

// gitFiles are files of commits.
type gitFiles struct {
	ids   map[string]string // of the objects, by "COMMIT:PATH"
	texts map[string][]byte // by the identifier of the object
}

// data returns a file as a commit has it, nil where it has none.
func (f *gitFiles) data(commit, path string) []byte { return f.texts[f.ids[commit+":"+path]] }

// file returns a file as a commit has it, nil where it has none.
func (f *gitFiles) file(commit, path string) *pastFile {
	if _, there := f.ids[commit+":"+path]; !there || path == "" {
		return nil
	}
	return &pastFile{commit[:min(len(commit), 8)] + ":" + path, f.data(commit, path)}
}

// objects reads files, by names such as "COMMIT:PATH", in two processes. What a commit does
// not have is left out.
func (r *repository) objects(names []string) (*gitFiles, error) {
	files := &gitFiles{ids: make(map[string]string), texts: make(map[string][]byte)}
	slices.Sort(names)
	names = slices.Compact(names)
	input := []byte(strings.Join(names, "\n") + "\n")
	out, err := r.feed(input, maxLog, "cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)")
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(names) {
		return nil, fmt.Errorf("git cat-file: %d answers to %d questions", len(lines), len(names))
	}
	var wanted bytes.Buffer
	total := 0
	for i, line := range lines {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[1] != "blob" || strings.HasSuffix(line, " missing") {
			continue
		}
		size, err := strconv.Atoi(fields[2])
		if err != nil || size > pinfile.MaxFile {
			return nil, &fs.PathError{Op: "read", Path: names[i], Err: fmt.Errorf("is larger than %d MiB", pinfile.MaxFile>>20)}
		}
		files.ids[names[i]] = fields[0]
		if _, asked := files.texts[fields[0]]; !asked {
			files.texts[fields[0]] = nil
			total += size
			fmt.Fprintln(&wanted, fields[0])
		}
	}
	if total > maxObjects {
		return nil, fmt.Errorf("the constraints of %d commits are larger than %d MiB", chunk, maxObjects>>20)
	}
	return files, r.readObjects(wanted.Bytes(), files.texts)
}

// readObjects reads objects, by their identifiers one a line.
func (r *repository) readObjects(ids []byte, into map[string][]byte) error {
	if len(ids) == 0 {
		return nil
	}
	out, err := r.feed(ids, maxObjects+maxLog, "cat-file", "--batch")
	for err == nil && len(out) > 0 {
		head, rest, _ := bytes.Cut(out, []byte("\n"))
		var id, kind string
		var size int
		if _, err = fmt.Sscan(string(head), &id, &kind, &size); err != nil || size < 0 || size >= len(rest) {
			return errors.New("git cat-file: an answer that is none")
		}
		into[id] = rest[:size:size]
		out = rest[size+1:]
	}
	return err
}

// feed is git with input, and a bound of its own on what it may print.
func (r *repository) feed(input []byte, limit int, args ...string) ([]byte, error) {
	return fetch.FeedProgram(r.ctx, input, limit, "git", r.arguments(args)...)
}
