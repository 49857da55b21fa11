package pypi

import (
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"sluice/constraints"
)

// uvReader gathers what uv is configured with.
type uvReader struct {
	*settings
	entries []uvEntry // in the order in which uv lists them
	names   map[string]bool

	keyringNamed bool // something says whether to use the keyring
}

// uvEntry is an index that uv knows.
type uvEntry struct {
	location Location
	primary  bool // "default"
	rank     rank
}

// readUV returns what uv is configured with, as "uv pip install" would have it: what
// variables say comes before what files say, the [[index]] of files before their
// extra-index-url and index-url, the table [pip] before the one around it, and the
// project's file before the user's before the system's. Lists are joined in this order;
// of single values the first counts, of indexes with one name the first too, and of
// default ones as well. uv does not expand variables in what it reads.
//
// An [[index]] that is explicit is left out: it serves only what the project's own
// tool.uv.sources say, and constraints are for many projects. So is one that is the
// proxy of another.
//
// Differing from uv, a pyproject.toml that is not valid is a problem (uv warns and
// reads on), and in a workspace the member's own file counts, not the root's.
func readUV(host Host) *settings {
	r := &uvReader{settings: &settings{host: host, indexes: Indexes{Client: "uv"}}, names: make(map[string]bool)}
	r.environment()
	files := r.files()
	for _, f := range files {
		for i, x := range f.options.Index {
			r.table(f, i, x)
		}
	}
	var tables []uvTable
	for _, f := range files {
		r.trust(f.options.AllowInsecureHost)
		tables = append(tables, uvTable{f, "pip", f.options.Pip})
	}
	for _, f := range files {
		tables = append(tables, uvTable{f, "", f.options.uvSources})
	}
	r.sources(tables)
	r.conclude()
	return r.settings
}

// environment reads uv's variables. UV_NO_INDEX is none of them, whatever one reads.
func (r *uvReader) environment() {
	variable := func(name string, split func(string) []string, add func(spelled)) {
		for _, text := range split(r.host.getenv(name)) {
			if text = strings.TrimSpace(text); text != "" {
				add(spelled{text, constraints.Place{File: name}, "", r.host.Dir})
			}
		}
	}
	whole := func(text string) []string { return []string{text} }
	commas := func(text string) []string { return strings.Split(text, ",") }
	variable("UV_DEFAULT_INDEX", whole, func(w spelled) { r.named(w, true) })
	variable("UV_INDEX", strings.Fields, func(w spelled) { r.named(w, false) })
	variable("UV_EXTRA_INDEX_URL", strings.Fields, func(w spelled) { r.add(w, "", false, inEnvironment) })
	variable("UV_INDEX_URL", whole, func(w spelled) { r.add(w, "", true, inEnvironment) })
	variable("UV_FIND_LINKS", commas, r.addLinks)
	variable("UV_KEYRING_PROVIDER", whole, func(w spelled) { r.setKeyring(w.place, w.text) })
	if path := r.host.getenv("SSL_CERT_FILE"); path != "" {
		r.indexes.Connection.Certificates = under(r.host.Dir, path)
	}
	if path := r.host.getenv("SSL_CLIENT_CERT"); path != "" {
		r.indexes.Connection.ClientCertificate = under(r.host.Dir, path)
	}
	r.trust(strings.Fields(r.host.getenv("UV_INSECURE_HOST")))
}

// named adds an index of the form NAME=URL or URL.
func (r *uvReader) named(w spelled, primary bool) {
	name, text, found := strings.Cut(w.text, "=")
	if found && name != "" && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-_.") == "" {
		w.text = text
	} else {
		name = ""
	}
	r.add(w, name, primary, inEnvironment)
}

// add adds an index, unless there is one of its name.
func (r *uvReader) add(w spelled, name string, primary bool, at rank) {
	if name != "" && r.names[name] {
		return
	}
	r.names[name] = true
	if l, ok := r.index(w); ok {
		l.URL = r.withUser(l.URL, name)
		r.entries = append(r.entries, uvEntry{l, primary, at})
	}
}

// withUser returns the URL of an index with the user and password that variables have
// for its name.
func (r *uvReader) withUser(text, name string) string {
	u, err := url.Parse(text)
	if name == "" || err != nil || u.Host == "" {
		return text
	}
	variable := "UV_INDEX_" + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
	user, password := r.host.getenv(variable+"_USERNAME"), r.host.getenv(variable+"_PASSWORD")
	switch {
	case password != "":
		u.User = url.UserPassword(user, password)
	case user != "":
		u.User = url.User(user)
	default:
		return text
	}
	return u.String()
}

func (r *uvReader) addLinks(w spelled) {
	if l, ok := r.links(w); ok {
		r.indexes.FindLinks = append(r.indexes.FindLinks, l)
	}
}

// trust adds hosts whose certificates uv does not verify.
func (r *uvReader) trust(hosts []string) {
	r.indexes.Connection.TrustedHosts = append(r.indexes.Connection.TrustedHosts, hosts...)
}

// setKeyring takes the first provider that is named.
func (r *uvReader) setKeyring(place constraints.Place, provider string) {
	r.oneOf(place, provider, "disabled", useKeyring)
	if !r.keyringNamed {
		r.indexes.Keyring, r.keyringNamed = provider == useKeyring, true
	}
}

// table adds an [[index]].
func (r *uvReader) table(f *uvFile, i int, x uvIndex) {
	path := "index." + strconv.Itoa(i)
	label := "[[" + f.header("index") + "]]"
	if x.Name != "" {
		label += " " + x.Name
	}
	w := spelled{x.URL, f.at(path + ".url"), label, filepath.Dir(f.name)}
	switch {
	case x.URL == "":
		r.problem(f.at(path), "an index without a url", "")
	case x.ProxyFor != "" || x.Explicit && !x.Default: // an explicit default one keeps the built-in away
	case x.Format == "flat" && x.Default:
		r.problem(w.place, "a flat index cannot be the default here", "list it under find-links and set no-index")
	case x.Format == "flat":
		r.addLinks(w)
	default:
		r.add(w, x.Name, x.Default, inFile)
	}
}

// uvTable is a table of a file, "pip" or the one around it.
type uvTable struct {
	file *uvFile
	name string
	uvSources
}

// at returns the place of a value.
func (t uvTable) at(key string) constraints.Place {
	return t.file.at(strings.TrimPrefix(t.name+"."+key, "."))
}

// spell returns a location that stands under a key, or in the list there.
func (t uvTable) spell(text, key, item string) spelled {
	label := key
	if header := t.file.header(t.name); header != "" {
		label = "[" + header + "] " + key
	}
	return spelled{text, t.at(key + item), label, filepath.Dir(t.file.name)}
}

// sources reads what tables say besides [[index]], the strongest table first.
func (r *uvReader) sources(tables []uvTable) {
	for _, t := range tables {
		for i, text := range t.ExtraIndexURL {
			r.add(t.spell(text, "extra-index-url", "."+strconv.Itoa(i)), "", false, inFile)
		}
	}
	var noIndex *bool
	for _, t := range tables {
		if t.IndexURL != "" {
			r.add(t.spell(t.IndexURL, "index-url", ""), "", true, inFile) // only the first default one counts
		}
		for i, text := range t.FindLinks {
			r.addLinks(t.spell(text, "find-links", "."+strconv.Itoa(i)))
		}
		if noIndex == nil {
			noIndex = t.NoIndex
		}
		if t.KeyringProvider != "" {
			r.setKeyring(t.at("keyring-provider"), t.KeyringProvider)
		}
	}
	if noIndex != nil && *noIndex {
		r.indexes.NoIndex = true
		r.decide(inFile)
	}
}

// conclude takes the first default index for the default and all that are none for extra
// ones.
func (r *uvReader) conclude() {
	for _, e := range r.entries {
		switch {
		case !e.primary:
			r.indexes.Extra = append(r.indexes.Extra, e.location)
		case r.indexes.Default == Location{}:
			r.indexes.Default = e.location
			r.decide(e.rank)
		}
	}
}

// files returns uv's files that are there, the strongest first.
func (r *uvReader) files() []*uvFile {
	if path := r.host.getenv("UV_CONFIG_FILE"); path != "" {
		path = under(r.host.Dir, path)
		if !r.host.has(path) {
			r.problem(constraints.Place{File: path}, "there is no such file, and UV_CONFIG_FILE names it", "")
		}
		return r.read(nil, path, "")
	}
	if r.boolean(constraints.Place{File: "UV_NO_CONFIG"}, r.host.getenv("UV_NO_CONFIG")) {
		return nil
	}
	files := r.upward(r.host.Dir)
	if folder := uvUserFolder(r.host); folder != "" {
		files = r.read(files, filepath.Join(folder, "uv", "uv.toml"), "")
	}
	if r.boolean(constraints.Place{File: "UV_NO_SYSTEM_CONFIG"}, r.host.getenv("UV_NO_SYSTEM_CONFIG")) {
		return files
	}
	for _, path := range uvSystemFiles(r.host) {
		if r.host.has(path) {
			return r.read(files, path, "")
		}
	}
	return files
}

// upward returns the file of the nearest folder that has one: its uv.toml, or its
// pyproject.toml if that has a table of uv's.
func (r *uvReader) upward(dir string) []*uvFile {
	for dir != "" {
		path := filepath.Join(dir, "uv.toml")
		if r.host.has(path) {
			return r.read(nil, path, "")
		}
		if found := r.read(nil, filepath.Join(dir, "pyproject.toml"), "tool.uv"); found != nil {
			return found
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return nil
}

// read adds a file, if it is there and has settings.
func (r *uvReader) read(files []*uvFile, path, table string) []*uvFile {
	data, ok := r.readConfig(path)
	if !ok {
		return files
	}
	f, err := parseUV(path, table, data)
	if err != nil {
		r.problems = append(r.problems, uvProblem(path, err))
	}
	if f == nil {
		return files
	}
	return append(files, f)
}

// uvUserFolder returns the folder of configuration of the user, "" if there is none.
func uvUserFolder(host Host) string {
	if host.GOOS == "windows" {
		return host.getenv("APPDATA")
	}
	if folder := host.getenv("XDG_CONFIG_HOME"); filepath.IsAbs(folder) {
		return folder
	}
	if host.Home == "" {
		return ""
	}
	return filepath.Join(host.Home, ".config")
}

// uvSystemFiles returns where the file for all users may be; the first that is there
// counts.
func uvSystemFiles(host Host) []string {
	if host.GOOS == "windows" {
		if drive := host.getenv("SYSTEMDRIVE"); drive != "" {
			return []string{filepath.Join(drive+string(filepath.Separator), "ProgramData", "uv", "uv.toml")}
		}
		return nil
	}
	var files []string
	folders := host.getenv("XDG_CONFIG_DIRS")
	if folders == "" {
		folders = host.system("/etc/xdg")
	}
	for folder := range strings.SplitSeq(folders, ":") {
		if filepath.IsAbs(folder) {
			files = append(files, filepath.Join(folder, "uv", "uv.toml"))
		}
	}
	return append(files, host.system("/etc/uv/uv.toml"))
}
