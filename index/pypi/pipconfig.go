package pypi

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"sluice/constraints"
	"sluice/constraints/configparser"
	"sluice/index/fetch"
)

// pipSections are the sections of pip's files that count for "pip install", the weakest
// first. What stands under [download] is for "pip download" alone; what is judged here
// is going to be installed.
var pipSections = [...]string{"global", "install"}

// pipKeys are the settings of pip that are of interest.
var pipKeys = [...]string{
	"index-url", "extra-index-url", "find-links", "no-index", "proxy", "cert", "client-cert", "trusted-host", "keyring-provider",
}

// readPip returns what pip is configured with, as "pip install" would have it: a
// variable goes before all files, a more special section before a more general one,
// then a file nearer to the user before one farther away. A value replaces all of a
// weaker one, lists too. pip does not expand variables in what it reads.
func readPip(host Host) *settings {
	s := &settings{host: host, indexes: Indexes{Client: "pip"}}
	sections := make(map[string]map[string]pipValue)
	for _, name := range pipSections {
		sections[name] = make(map[string]pipValue)
	}
	for _, path := range pipFiles(host) {
		s.readPipFile(path, sections)
	}
	values := make(map[string]pipValue)
	for _, name := range pipSections {
		s.take(values, sections[name])
	}
	s.take(values, pipEnvironment(host))
	s.applyPip(values)
	return s
}

// take puts stronger values over weaker ones. pip ignores an empty one only here: in a
// file it has hidden that of the same section of a weaker file already. A value that pip
// does not understand is wrong even where a stronger one hides it.
func (s *settings) take(values, stronger map[string]pipValue) {
	for _, key := range pipKeys {
		v, ok := stronger[key]
		if !ok || v.Value() == "" {
			continue
		}
		switch key {
		case "no-index":
			s.boolean(v.Lines[0].Place, v.Value())
		case "keyring-provider":
			s.oneOf(v.Lines[0].Place, v.Value(), "auto", "disabled", "import", "subprocess")
		}
		values[key] = v
	}
}

// pipEnvironment returns what pip's variables say.
func pipEnvironment(host Host) map[string]pipValue {
	values := make(map[string]pipValue)
	for _, key := range pipKeys {
		name := "PIP_" + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
		line := configparser.Line{Text: host.getenv(name), Place: constraints.Place{File: name}}
		values[key] = pipValue{configparser.Option{Key: key, Lines: []configparser.Line{line}}, "", inEnvironment}
	}
	return values
}

// applyPip makes settings of what pip was told.
func (s *settings) applyPip(values map[string]pipValue) {
	if v, ok := values["index-url"]; ok {
		s.decide(v.rank)
		s.indexes.Default = s.onlyIndex(v)
	}
	for _, w := range s.pipLocations(values["extra-index-url"]) {
		if l, ok := s.index(w); ok {
			s.indexes.Extra = append(s.indexes.Extra, l)
		}
	}
	for _, w := range s.pipLocations(values["find-links"]) {
		w.text = s.host.expand(w.text)
		if l, ok := s.links(w); ok {
			s.indexes.FindLinks = append(s.indexes.FindLinks, l)
		}
	}
	if v, ok := values["no-index"]; ok && isTrue(v.Value()) {
		s.decide(v.rank)
		s.indexes.NoIndex = true
	}
	s.indexes.Connection = fetch.Connection{
		Proxy:             values["proxy"].Value(),
		Certificates:      s.pipCertificates(values["cert"].Value()),
		ClientCertificate: s.pipPath(values["client-cert"].Value()),
	}
	for _, host := range values["trusted-host"].words() {
		s.indexes.Connection.TrustedHosts = append(s.indexes.Connection.TrustedHosts, host.Text)
	}
	s.indexes.Keyring = values["keyring-provider"].Value() == useKeyring
}

// pipLocations returns the words of a value. Relative paths, even those in files, are
// as the working directory sees them.
func (s *settings) pipLocations(v pipValue) []spelled {
	var all []spelled
	for _, word := range v.words() {
		all = append(all, spelled{word.Text, word.Place, v.label, s.host.Dir})
	}
	return all
}

// onlyIndex returns the one index that a value names.
func (s *settings) onlyIndex(v pipValue) Location {
	all := s.pipLocations(v)
	if len(all) > 1 {
		s.problem(all[1].place, "more than one URL", "further indexes are a matter of extra-index-url")
		return Location{}
	}
	l, _ := s.index(all[0])
	return l
}

// pipCertificates returns which certificates pip trusts. That the variables of its HTTP
// library go before its own setting is how it is, if not how it is documented.
func (s *settings) pipCertificates(setting string) string {
	return s.pipPath(cmp.Or(s.host.getenv("REQUESTS_CA_BUNDLE"), s.host.getenv("CURL_CA_BUNDLE"), setting, s.host.getenv("SSL_CERT_FILE")))
}

// pipPath returns the path of a file that pip is told of, "" for none.
func (s *settings) pipPath(text string) string {
	if text == "" {
		return ""
	}
	return under(s.host.Dir, s.host.expand(text))
}

// pipFiles returns where pip looks for its files, the weakest first. A file that is
// named by PIP_CONFIG_FILE is the strongest and, if it exists, keeps those of the user
// from being read; the null device keeps all from being read.
func pipFiles(host Host) []string {
	named := host.getenv("PIP_CONFIG_FILE")
	if named == nullDevice(host.GOOS) {
		return nil
	}
	if named != "" {
		named = under(host.Dir, named)
	}
	name := "pip.conf"
	if host.GOOS == "windows" {
		name = "pip.ini"
	}
	folders := pipSystemFolders(host)
	if named == "" || !host.has(named) {
		folders = append(folders, pipUserFolders(host)...)
	}
	for _, variable := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} { // where the interpreter is (sys.prefix)
		if prefix := host.getenv(variable); prefix != "" {
			folders = append(folders, prefix)
			break
		}
	}
	var files []string
	for _, folder := range folders {
		files = append(files, filepath.Join(folder, name))
	}
	if named != "" {
		files = append(files, named)
	}
	return files
}

func nullDevice(goos string) string {
	if goos == "windows" {
		return "nul"
	}
	return "/dev/null"
}

// pipSystemFolders returns the folders of the files for all users.
func pipSystemFolders(host Host) []string {
	switch host.GOOS {
	case "windows":
		if data := host.getenv("PROGRAMDATA"); data != "" {
			return []string{filepath.Join(data, "pip")}
		}
		return nil
	case "darwin":
		return []string{host.system("/Library/Application Support/pip")}
	}
	folders := []string{host.system("/etc/xdg/pip")}
	if list := host.getenv("XDG_CONFIG_DIRS"); list != "" {
		folders = nil
		for folder := range strings.SplitSeq(list, ":") {
			folders = append(folders, filepath.Join(host.expand(folder), "pip"))
		}
	}
	return append(folders, host.system("/etc"))
}

// pipUserFolders returns the folders of the files of the user, the old one first.
func pipUserFolders(host Host) []string {
	var folders []string
	add := func(base string, names ...string) {
		if base != "" {
			folders = append(folders, filepath.Join(append([]string{base}, names...)...))
		}
	}
	library := filepath.Join(host.Home, "Library", "Application Support", "pip")
	switch config := host.getenv("XDG_CONFIG_HOME"); {
	case host.GOOS == "windows":
		add(host.Home, "pip")
		add(host.getenv("APPDATA"), "pip")
	case host.GOOS == "darwin" && isFolder(library):
		add(host.Home, ".pip")
		add(library)
	case host.GOOS == "darwin" || config == "":
		add(host.Home, ".pip")
		add(host.Home, ".config", "pip")
	default:
		add(host.Home, ".pip")
		add(config, "pip")
	}
	return folders
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
