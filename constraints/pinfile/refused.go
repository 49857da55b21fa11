package pinfile

import "sluice/constraints"

// RefusedAsConstraints returns the entries that pip refuses in a constraints file
// though it takes them in a requirements file: editables, what has no name, and
// extras.
func (f *File) RefusedAsConstraints() constraints.Problems {
	var problems constraints.Problems
	for _, e := range f.entries {
		if c := refusal(e); c != nil {
			problems = append(problems, c.at(e.Place))
		}
	}
	return problems
}

// refusal says why pip does not take e as a constraint, nil if it does.
func refusal(e Entry) *complaint {
	const hint = "write NAME==VERSION, or NAME @ URL"
	switch {
	case e.Kind == Editable:
		return &complaint{"an editable cannot be a constraint", hint}
	case (e.Kind == URL || e.Kind == Path) && e.Requirement.Name == "":
		return &complaint{"a constraint needs a name", hint}
	case len(e.Requirement.Extras) > 0:
		return &complaint{"a constraint cannot have extras", hint}
	}
	return nil
}
