package manifest

import "sluice/constraints"

// Consumer is a project, as the one who depends on others.
type Consumer struct {
	// Name is what reports call the project: Options.Name, or the last element of
	// Dir, or Dist where Dir is ".".
	Name string

	// Dir is the project's folder within the file system that it was read from.
	Dir string

	// Dist is the distribution that the project publishes, "" if no manifest says.
	Dist constraints.Name

	// RequiresPython is the versions of Python that the project supports, nil if
	// none are stated; RequiresPythonPlace is where they are.
	RequiresPython      constraints.Range
	RequiresPythonPlace constraints.Place

	// Requirements is what the project requires, in the order of Files and within
	// them in file order. What a group or extra includes from another stands in
	// both. A requirement on Dist itself is among them only where it stands in a
	// requirements file.
	Requirements []Declared

	// Constraints is what the files named by -c in the requirements files say.
	Constraints []Declared

	// Files are the files that were read, those included by others too, in order,
	// each once.
	Files []string

	// Extras are the extras that the distribution offers, in the order declared.
	Extras []constraints.Name

	// Dynamic are the fields of [project] that the build backend computes
	// (PEP 621, "dynamic").
	Dynamic []string

	// Unread tells of requirements that the project has, or may have, and that
	// could not be read: a verdict on the project is open.
	Unread constraints.Problems

	// Notes tells what else was seen and not read, and why: what asks for nothing,
	// or only its developers' tools ask for.
	Notes constraints.Problems

	// Settings tells of options in requirements files that say how to install and not
	// what, such as --index-url. Their values are not told, which may be secret.
	Settings constraints.Problems

	// Sources tells of lines in requirements files that install the project itself, or
	// something that they do not name: what that requires is not among Requirements.
	Sources constraints.Problems

	// Problems is all that is wrong with the manifests: what Load returned as its
	// error.
	Problems constraints.Problems
}

// Declared is one requirement where it is declared.
type Declared struct {
	constraints.Requirement

	// Place is where the text of the requirement begins.
	Place constraints.Place

	// Group is what it is declared for.
	Group Group

	// Text is the requirement as written, without a comment.
	Text string
}
