package pep440_test

import (
	"errors"
	"fmt"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

func ExampleParse() {
	a, _ := pep440.Parse("v1.0.0-ALPHA.1")
	b, _ := pep440.Parse("1.0a1")
	fmt.Println(a, b, a.Equal(b), a.IsPrerelease())
	// Output: 1.0.0a1 1.0a1 true true
}

func ExampleParseSpecifierSet() {
	set, err := pep440.ParseSpecifierSet("~=1.4.2, !=1.4.5")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"1.4.1", "1.4.2", "1.4.5+local", "1.4.9", "1.5"} {
		v, _ := pep440.Parse(text)
		fmt.Println(v, set.Contains(v))
	}
	// Output:
	// 1.4.1 false
	// 1.4.2 true
	// 1.4.5+local false
	// 1.4.9 true
	// 1.5 false
}

func ExampleParseSpecifierSet_error() {
	_, err := pep440.ParseSpecifierSet(">=1.0,=>2")
	var syntax *constraints.SyntaxError
	if errors.As(err, &syntax) {
		fmt.Println(syntax)
		fmt.Println("at byte", syntax.Offset)
		fmt.Println(syntax.Hint)
	}
	// Output:
	// invalid specifier set ">=1.0,=>2": expected an operator, found '='
	// at byte 6
	// => is not an operator; did you mean >=?
}

func ExampleScanSpecifierSet() {
	line := `(>=1.26,<3) ; python_version < "3.12"`
	set, n, _ := pep440.ScanSpecifierSet(line[1:])
	fmt.Printf("%v, then %q\n", set, line[1+n:])
	// Output: <3,>=1.26, then ") ; python_version < \"3.12\""
}

func ExampleSpecifierSet_IsDisjoint() {
	app, _ := pep440.ParseSpecifierSet(">=2")
	lib, _ := pep440.ParseSpecifierSet("<1.27,>=1.25.4")
	next, _ := pep440.ParseSpecifierSet("<2.1")
	fmt.Println(app.IsDisjoint(lib), app.IsDisjoint(next))
	fmt.Println(app.Intersect(next))
	// Output:
	// true false
	// <2.1,>=2
}

func ExampleSpecifierSet_Filter() {
	var published []constraints.Version
	for _, text := range []string{"1.0", "1.1", "2.0rc1"} {
		v, _ := pep440.Parse(text)
		published = append(published, v)
	}
	set, _ := pep440.ParseSpecifierSet(">1.0")
	only, _ := pep440.ParseSpecifierSet(">1.1")
	fmt.Println(set.Filter(published, pep440.Default))
	fmt.Println(set.Filter(published, pep440.Allow))
	fmt.Println(only.Filter(published, pep440.Default))
	fmt.Println(only.Filter(published, pep440.Deny))
	// Output:
	// [1.1]
	// [1.1 2.0rc1]
	// [2.0rc1]
	// []
}

func ExampleFieldsOf() {
	v, _ := pep440.Parse("1!2.0.0rc1.post3+ubuntu.1")
	f := pep440.FieldsOf(v)
	fmt.Println(f.Epoch, f.Release, f.Pre, f.PreNumber, f.Post, f.Local)
	fmt.Println(f.Public(), f.Base())
	// Output:
	// 1 [2 0 0] rc 1 3 ubuntu.1
	// 1!2.0.0rc1.post3 1!2.0.0
}
