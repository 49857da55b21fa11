package constraints

// Name is the normalised name of a package, of an extra or of a group: two
// spellings that an ecosystem takes for the same package have the same Name.
// Only an ecosystem's own normaliser (such as pep508.NormalizeName) makes one
// from text that somebody wrote.
type Name string
