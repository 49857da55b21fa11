package pinfile_test

import (
	"fmt"
	"testing/fstest"

	"sluice/constraints"
	"sluice/constraints/pinfile"
)

func ExampleParse() {
	f, err := pinfile.Parse("upper-constraints.txt", []byte("# header\nNova===27.1.0;python_version>='3.9'  # Apache-2.0\nfoo=1\n"))
	for _, e := range f.Entries() {
		_, version, pinned := e.Pin()
		fmt.Printf("%v %v %q %v %q\n", e.Place, e.Kind, version, pinned, e.Comment)
	}
	for _, p := range err.(constraints.Problems) {
		fmt.Println(p.Place, p.Hint)
	}
	// Output:
	// upper-constraints.txt:2:1 requirement "27.1.0" true "# Apache-2.0"
	// upper-constraints.txt:3:1 invalid "" false ""
	// upper-constraints.txt:3:4 a single = is not an operator; did you mean ==?
}

func ExampleFile_Set() {
	f, _ := pinfile.Parse("upper-constraints.txt", []byte("Foo_Bar===1.0;python_version<'3.9'  # old\nFoo_Bar===2.0;python_version>='3.9'\n"))
	f, err := f.Set("foo-bar", "2.1", func(e pinfile.Entry) bool {
		_, version, _ := e.Pin()
		return version == "2.0"
	})
	fmt.Printf("%s%v\n", f.Bytes(), err)
	// Output:
	// Foo_Bar===1.0;python_version<'3.9'  # old
	// Foo_Bar===2.1;python_version>='3.9'
	// <nil>
}

func ExampleFile_Replace() {
	f, _ := pinfile.Parse("upper-constraints.txt", []byte("nova===27.1.0  # Apache-2.0\n"))
	f, _ = f.Replace("nova", "/src/nova", nil)
	fmt.Printf("%s", f.Bytes())
	// Output:
	// nova @ file:///src/nova  # Apache-2.0
}

func ExampleLoad() {
	fsys := fstest.MapFS{
		"nova/requirements.txt": {Data: []byte("eventlet>=0.30\n-c ../upper-constraints.txt\n")},
		"upper-constraints.txt": {Data: []byte("eventlet===0.33.1\n")},
	}
	tree, err := pinfile.Load(fsys, "nova/requirements.txt", pinfile.Options{})
	for _, e := range tree.Entries {
		fmt.Println(e.Place, e.Kind, e.Constraint)
	}
	fmt.Println(err)
	// Output:
	// nova/requirements.txt:1:1 requirement false
	// nova/requirements.txt:2:1 constrain false
	// upper-constraints.txt:1:1 requirement true
	// <nil>
}
