package index

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	"sluice/constraints"
)

// readLines reads the JSON-lines form. file is the name that problems are
// reported under; the error is a constraints.Problems with all of them, up to a
// bound.
func readLines(file string, r io.Reader) ([]packed, error) {
	work := make(chan chunk)
	read := make(chan error, 1)
	go func() {
		read <- split(r, func(c chunk) { work <- c })
		close(work)
	}()
	results := make([]lineResults, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for i := range results {
		workers.Go(func() { results[i].readAll(work) })
	}
	workers.Wait()
	return merge(file, results, <-read)
}

// chunk is some whole lines of a file, and the number of the first.
type chunk struct {
	line int
	data []byte
}

// chunkSize is how many bytes a worker gets at a time: enough lines that handing
// them over costs nothing.
const chunkSize = 1 << 20

// split reads r to its end and emits it in chunks.
func split(r io.Reader, emit func(chunk)) error {
	c := chunk{line: 1}
	for total := int64(0); ; {
		if len(c.data) == cap(c.data) {
			if c = c.emitLines(emit); len(c.data) > maxLine {
				return fmt.Errorf("line %d is longer than %d bytes", c.line, maxLine)
			}
			c.data = slices.Grow(c.data, chunkSize)
		}
		n, err := r.Read(c.data[len(c.data):cap(c.data)])
		c.data = c.data[:len(c.data)+n]
		if total += int64(n); total > maxInput {
			return fmt.Errorf("more than %d bytes, unpacked", int64(maxInput))
		}
		if err == io.EOF {
			emit(c)
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// emitLines emits the whole lines of c and returns what is left.
func (c chunk) emitLines(emit func(chunk)) chunk {
	cut := bytes.LastIndexByte(c.data, '\n') + 1
	if cut == 0 {
		return c
	}
	lines := bytes.Count(c.data[:cut], []byte{'\n'})
	emit(chunk{c.line, c.data[:cut]})
	return chunk{c.line + lines, bytes.Clone(c.data[cut:])}
}

// lineResults is what one worker made of its lines.
type lineResults struct {
	packages []linePackage
	problems constraints.Problems
	object   bool // a line looks like a JSON object, as all lines should
}

// linePackage is a package and the line it stands on.
type linePackage struct {
	packed
	line int
}

func (l *lineResults) readAll(work <-chan chunk) {
	for c := range work {
		line := c.line
		for text := range bytes.Lines(c.data) {
			if len(bytes.TrimSpace(text)) > 0 {
				l.read(text, line)
			}
			line++
		}
	}
}

func (l *lineResults) read(text []byte, line int) {
	l.object = l.object || bytes.HasPrefix(bytes.TrimLeft(text, " \t"), []byte{'{'})
	pkg, notes := readLine(bytes.TrimSuffix(text, []byte{'\n'}))
	for _, n := range notes {
		place := constraints.Place{Line: line, Col: n.offset + 1}
		l.problems = append(l.problems, constraints.Problem{Place: place, Msg: n.msg, Hint: n.hint})
	}
	if len(notes) == 0 {
		l.packages = append(l.packages, linePackage{pkg, line})
	}
}

// merge puts the results of the workers in the order of the file.
func merge(file string, results []lineResults, readErr error) ([]packed, error) {
	var lines []linePackage
	var problems constraints.Problems
	object := false
	for _, r := range results {
		lines = append(lines, r.packages...)
		problems = append(problems, r.problems...)
		object = object || r.object
	}
	if !object && len(problems) > 0 {
		problems = constraints.Problems{noFacts(problems)}
	}
	slices.SortFunc(lines, func(a, b linePackage) int { return cmp.Compare(a.line, b.line) })
	packages := make([]packed, 0, len(lines))
	first := make(map[constraints.Name]int, len(lines))
	for _, l := range lines {
		if line, ok := first[l.name]; ok {
			problems = append(problems, constraints.Problem{
				Place: constraints.Place{Line: l.line, Col: 1},
				Msg:   fmt.Sprintf("package %s is there twice", l.name),
				Hint:  fmt.Sprintf("first on line %d, perhaps in another spelling", line),
			})
			continue
		}
		first[l.name] = l.line
		packages = append(packages, l.packed)
	}
	return packages, report(file, problems, readErr)
}

// noFacts returns the one problem of a file that must be meant for something else.
func noFacts(problems constraints.Problems) constraints.Problem {
	first := slices.MinFunc(problems, func(a, b constraints.Problem) int { return a.Place.Compare(b.Place) })
	return constraints.Problem{Place: first.Place, Msg: "these are no index facts", Hint: `a line of them is a JSON object: {"name": ..., "versions": ...}; index/FORMAT.md says more`}
}

// report returns the problems in the order of the file, the first of them only
// when there are too many, and after them that of reading.
func report(file string, problems constraints.Problems, readErr error) error {
	for i := range problems {
		problems[i].Place.File = file
	}
	slices.SortStableFunc(problems, func(a, b constraints.Problem) int { return a.Place.Compare(b.Place) })
	whole := constraints.Place{File: file}
	if n := len(problems); n > maxProblems {
		problems = append(problems[:maxProblems], constraints.Problem{Place: whole, Msg: fmt.Sprintf("and %d more problems", n-maxProblems)})
	}
	if readErr != nil {
		problems = append(problems, constraints.Problem{Place: whole, Msg: readFault(readErr)})
	}
	return problems.Err()
}
