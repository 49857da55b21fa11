// Package openstack reads a checkout of openstack/requirements as it is, and applies the
// rules of its requirements-check to what projects declare: by meaning, not by text.
//
// Tree.CheckLists judges the lists themselves, Tree.CheckProject what a project requires.
// Where the tool, which compares texts, would say something else, the findings tell that; the
// model of it is in reference.go.
package openstack
