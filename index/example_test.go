package index_test

import (
	"errors"
	"fmt"
	"strings"

	"sluice/constraints/pep440"
	"sluice/index"
)

func Example() {
	facts, err := index.Read("facts.jsonl", strings.NewReader(
		`{"name": "quill", "versions": {"1.0": {"requires_dist": ["inkwell>=2"]}, "1.1": {"yanked": "nib breaks"}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer facts.Close()

	quill, err := facts.Package("quill")
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, v := range quill.Versions() {
		r := quill.Release(i)
		fmt.Printf("%s requires %q, yanked: %q\n", v, r.Requirements, r.YankedReason)
	}
	one, err := pep440.Parse("1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(quill.Find(one)) // 1 is 1.0

	_, err = facts.Package("quil")
	var notFound *index.NotFoundError
	if errors.As(err, &notFound) {
		fmt.Println(notFound, notFound.Suggestions())
	}
	// Output:
	// 1.0 requires ["inkwell>=2"], yanked: ""
	// 1.1 requires [], yanked: "nib breaks"
	// 0 true
	// no package named quil [quill]
}
