package constraints_test

import (
	"fmt"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// Two spellings of a version are equal, and each keeps its own.
func ExampleVersion() {
	short, _ := pep440.Parse("1.0")
	long, _ := pep440.Parse("1.0.0")
	fmt.Println(short, long, short.Equal(long))
	// Output:
	// 1.0 1.0.0 true
}

func ExamplePlace_String() {
	fmt.Println(constraints.Place{File: "upper-constraints.txt", Line: 7, Col: 1})
	// Output:
	// upper-constraints.txt:7:1
}
