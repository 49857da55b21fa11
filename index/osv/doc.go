// Package osv reads databases of known vulnerabilities in the OSV format
// (https://ossf.github.io/osv-schema/), given as a folder of JSON files or as a zip
// archive of them, and tells which records affect a version of a Python package.
//
// A record that cannot be read is reported, and so is a part of one that cannot be
// judged: nobody is to take a version for clean because of them.
package osv
