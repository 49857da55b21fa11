package pinfile

import (
	"errors"
	"path"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// schemes are the beginnings by which pip takes a line for a URL, in lower case.
var schemes = strings.Fields(`http https file ftp
	bzr+http bzr+https bzr+ssh bzr+sftp bzr+ftp bzr+lp bzr+file
	git+http git+https git+ssh git+git git+file
	hg+file hg+http hg+https hg+ssh hg+static-http
	svn+ssh svn+http svn+https svn+svn svn+file`)

// archives are the endings by which pip takes a name for an archive.
var archives = strings.Fields(".zip .whl .tar.bz2 .tbz .tar.xz .txz .tlz .tar.lz .tar.lzma .tar.gz .tgz .tar")

// isURL reports whether text begins with one of pip's URL schemes.
func isURL(text string) bool {
	scheme, _, ok := strings.Cut(text, ":")
	return ok && len(scheme) < 20 && slices.Contains(schemes, strings.ToLower(scheme))
}

// isPath reports whether pip takes text, a requirement without its marker, for
// a local folder or archive. pip looks whether there is such a folder; here only
// the text can tell, and what could be nothing else counts.
func isPath(text string) bool {
	name, _ := cutExtras(text)
	before, _, direct := strings.Cut(text, "@")
	direct = direct && !strings.Contains(before, "/") && !strings.HasPrefix(before, ".")
	if hasArchiveEnding(name) {
		return !direct
	}
	if strings.HasPrefix(text, ".") {
		return true
	}
	folder, _, ok := strings.Cut(text, "/")
	return ok && !direct && !strings.ContainsAny(folder, "<>=!~([ \t")
}

func hasArchiveEnding(name string) bool {
	name = strings.ToLower(path.Base(name))
	return slices.ContainsFunc(archives, func(end string) bool {
		return strings.HasSuffix(name, end) && len(name) > len(end)
	})
}

// cutExtras cuts "[EXTRAS]" off the end of text.
func cutExtras(text string) (rest, extras string) {
	if i := strings.IndexByte(text, '['); i > 0 && strings.IndexByte(text, ']') == len(text)-1 {
		return text[:i], text[i:]
	}
	return text, ""
}

// classify tells what arg, a line without its options, is to pip.
func classify(arg string) (Kind, constraints.Requirement, error) {
	separator := ";"
	if isURL(arg) {
		separator = "; "
	}
	target, marker, _ := strings.Cut(arg, separator)
	target = strings.TrimFunc(target, isBlank)
	switch {
	case isURL(arg):
		r, err := direct(target, arg, marker)
		return URL, r, err
	case isPath(target):
		r, err := direct(target, arg, marker)
		return Path, r, err
	}
	if strings.TrimFunc(marker, isBlank) == "" {
		arg = strings.TrimRightFunc(target, isBlank) // pip takes "NAME;" for "NAME"
	}
	r, err := pep508.ParseRequirement(arg)
	if err != nil {
		return Invalid, r, requirementHint(target, err)
	}
	return Requirement, r, nil
}

// direct returns what a URL or path demands, with the name as far as the text
// tells it.
func direct(target, arg, marker string) (constraints.Requirement, error) {
	r := named(target)
	if strings.TrimFunc(marker, isBlank) == "" {
		return r, nil
	}
	m, err := pep508.ParseMarker(marker)
	var fault *constraints.SyntaxError
	if errors.As(err, &fault) {
		moved := *fault
		moved.Offset += len(arg) - len(marker)
		return r, &moved
	}
	if err != nil {
		return r, err
	}
	r.Marker = m
	return r, nil
}

// named returns a requirement for the URL or path target with the name from its
// egg fragment, or from the file name of a wheel.
func named(target string) constraints.Requirement {
	r := constraints.Requirement{URL: target, Range: pep440.SpecifierSet{}}
	plain, extras := cutExtras(target)
	if egg, ok := fragment(target, "egg"); ok {
		plain, extras = cutExtras(egg)
		if pep508.ValidName(plain) {
			r.Spelling = plain
		}
	} else if wheel, err := pep508.ParseWheelFilename(fileName(plain)); err == nil {
		r.Spelling = string(wheel.Name)
	}
	if r.Spelling == "" {
		return r
	}
	r.Name = pep508.NormalizeName(r.Spelling)
	if with, err := pep508.ParseRequirement("x" + extras); err == nil {
		r.Extras = with.Extras
	}
	return r
}

// fileName returns the last element of a URL or path.
func fileName(target string) string {
	target, _, _ = strings.Cut(target, "#")
	target, _, _ = strings.Cut(target, "?")
	return path.Base(target)
}

// fragment returns the value of key in the fragment of a URL.
func fragment(url, key string) (string, bool) {
	_, after, _ := strings.Cut(url, "#")
	for part := range strings.SplitSeq(after, "&") {
		if name, value, ok := strings.Cut(part, "="); ok && name == key {
			return value, true
		}
	}
	return "", false
}

// requirementHint adds a hint where the fault is one of files rather than of
// requirements.
func requirementHint(target string, err error) error {
	var fault *constraints.SyntaxError
	if !errors.As(err, &fault) {
		return err
	}
	hinted := *fault
	switch {
	case strings.Contains(target, "${"):
		hinted.Hint = "the variable has no value here"
	case strings.Contains(target, "\t-"):
		hinted.Hint = "write a blank, not a tab, before an option"
	}
	return &hinted
}
