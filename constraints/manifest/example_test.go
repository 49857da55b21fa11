package manifest_test

import (
	"fmt"
	"testing/fstest"

	"sluice/constraints/manifest"
)

func ExampleLoad() {
	fsys := fstest.MapFS{
		"nova/setup.cfg": {Data: []byte(`[metadata]
name = nova
python_requires = >=3.8

[extras]
osprofiler =
  osprofiler>=1.4.0 # Apache-2.0
`)},
		"nova/requirements.txt":      {Data: []byte("pbr>=5.8.0 # Apache-2.0\n")},
		"nova/test-requirements.txt": {Data: []byte("hacking==4.0.0\n")},
	}
	nova, err := manifest.Load(fsys, "nova", manifest.Options{})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(nova.Dist, "on Python", nova.RequiresPython)
	for _, d := range nova.Requirements {
		fmt.Printf("%s: %s %q\n", d.Place, d.Text, d.Group.String())
	}
	// Output:
	// nova on Python >=3.8
	// nova/setup.cfg:7:3: osprofiler>=1.4.0 "extra:osprofiler"
	// nova/requirements.txt:1:1: pbr>=5.8.0 ""
	// nova/test-requirements.txt:1:1: hacking==4.0.0 "test"
}
