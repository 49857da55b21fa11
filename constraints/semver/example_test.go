package semver_test

import (
	"fmt"

	"sluice/constraints/semver"
)

func ExampleClassOf() {
	fmt.Println(semver.ClassOf("1.26.16", "2.0.4"))
	fmt.Println(semver.ClassOf("2023.7.22", "2023.8.1"))
	// Output:
	// major
	// not semantic
}
