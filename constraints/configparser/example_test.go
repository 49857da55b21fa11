package configparser_test

import (
	"fmt"

	"sluice/constraints/configparser"
)

func ExampleParser() {
	setuptools := configparser.Parser{KeepCase: true}
	f := setuptools.Parse("setup.cfg", []byte("[metadata]\nName = nova\n[options]\ninstall_requires =\n  pbr>=5.8.0\nnova\n"))
	for _, section := range f.Sections {
		for _, o := range f.Options(section) {
			fmt.Printf("%v: %s = %q\n", o.Place, o.Key, o.Value())
		}
	}
	for _, fault := range f.Faults {
		fmt.Println(fault.Place, fault.Kind == configparser.Malformed)
	}
	// Output:
	// setup.cfg:2:1: Name = "nova"
	// setup.cfg:4:1: install_requires = "\npbr>=5.8.0"
	// setup.cfg:6:1 true
}
