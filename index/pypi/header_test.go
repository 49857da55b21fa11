package pypi

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// emailDriver says what Python's email parser reads: one document a line in, as a
// list of bytes, and its fields out, as pairs of lists of bytes.
const emailDriver = `
import email, email.policy, json, sys
for line in sys.stdin:
    message = email.message_from_bytes(bytes(json.loads(line)), policy=email.policy.compat32)
    print(json.dumps([[list(part.encode("ascii", "surrogateescape")) for part in item] for item in message.raw_items()]))
`

// pieces are what documents are put together from.
var pieces = []string{
	"Name", "Requires-Dist", "requires-dist", "X", "From", "From ", ":", ": ", " ", "  ", "\t", "\n", "\r\n", "\r", "\n\n", "\n ", "\r\n\t", "\n\n ",
	"value", "a: b", "é", "\xe9", "\xff", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\x7f", "!", "~", "=?utf-8?q?=C3=A9?=", "",
	"Content-Type: multipart/mixed; boundary=x\n", "--x\n", "Content-Type: message/rfc822\n",
}

// drawDocument returns a document that is not always one.
func drawDocument(r *rand.Rand) string {
	var b strings.Builder
	if r.IntN(2) == 0 {
		b.WriteString("Name: value\n")
	}
	for range r.IntN(24) {
		if r.IntN(3) == 0 {
			b.WriteString("Name: value\n"[:r.IntN(13)])
		}
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func TestHeadersAreReadAsPythonReadsThem(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("skip: no python3 here to compare with its email parser")
	}
	r := rand.New(rand.NewPCG(1, 2))
	documents := []string{wholeMetadata, string(benchMetadata())}
	for range 20_000 {
		documents = append(documents, drawDocument(r))
	}
	var in, talk bytes.Buffer
	for _, d := range documents {
		numbers := make([]int, len(d))
		for i := range numbers {
			numbers[i] = int(d[i])
		}
		if err := json.NewEncoder(&in).Encode(numbers); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(python, "-c", emailDriver)
	cmd.Stdin, cmd.Stderr = &in, &talk
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, talk.String())
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 64<<20)
	fields := 0
	for i := 0; lines.Scan(); i++ {
		var want [][2][]int
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		var theirs, own []string
		for _, item := range want {
			theirs = append(theirs, textOf(item[0])+"="+strings.TrimLeft(textOf(item[1]), " \t\r\n"))
		}
		for _, f := range readHeader([]byte(documents[i])).fields {
			own = append(own, f.name+"="+f.text())
		}
		if diff := cmp.Diff(theirs, own); diff != "" {
			t.Fatalf("document %d: Python (-) and we (+) differ on\n%q\n%s", i, documents[i], diff)
		}
		fields += len(own)
	}
	t.Logf("%d documents, %d fields", len(documents), fields)
}

func textOf(numbers []int) string {
	text := make([]byte, len(numbers))
	for i, n := range numbers {
		text[i] = byte(n)
	}
	return string(text)
}
