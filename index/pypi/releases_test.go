package pypi

import (
	stdcmp "cmp"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/fixtures/vectors"
	"sluice/index"
)

// files returns files of these names.
func filesNamed(names ...string) []File {
	files := make([]File, len(names))
	for i, name := range names {
		files[i] = File{File: index.File{Name: name}, URL: URL(pageURL + name)}
	}
	return files
}

// outline tells releases as "VERSION: FILE FILE".
func outline(releases []index.Release) string {
	var lines []string
	for _, r := range releases {
		line := r.Version.String() + ":"
		for _, f := range r.Files {
			line += " " + f.Name
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestFilesBelongToTheVersionThatTheirNameStates(t *testing.T) {
	page := &Page{Name: quillPen, Files: filesNamed(
		"quill_pen-1.0-py3-none-any.whl", "quill-pen-1.0.tar.gz", "Quill.Pen-2.0rc1.zip", "QUILL__pen-0.9.tgz",
		"quill_pen-1.0-1.zip", "quill_pen-1.0-2-py3-none-any.whl", "quill_pen-1!0.1.tar.bz2", "quill-pen-1.0+ubuntu.1.tar.xz",
		"quill_pen-1.0.egg", "quill_pen-1.0-py2.7.egg", "quill_pen-1.0.win32-py2.7.exe", "quill_pen-1.0.msi", "quill_pen-1.0-1.noarch.rpm",
		"quill_pen-1.0.tar.gz.asc",
	)}
	releases, files, remarks := Releases(page)
	want := `0.9: QUILL__pen-0.9.tgz
1.0: quill-pen-1.0.tar.gz quill_pen-1.0-2-py3-none-any.whl quill_pen-1.0-py3-none-any.whl
1.0+ubuntu.1: quill-pen-1.0+ubuntu.1.tar.xz
1.0.post1: quill_pen-1.0-1.zip
2.0rc1: Quill.Pen-2.0rc1.zip
1!0.1: quill_pen-1!0.1.tar.bz2`
	if diff := cmp.Diff(want, outline(releases)); diff != "" || len(remarks) != 0 {
		t.Errorf("%s%v", diff, remarks)
	}
	for i, r := range releases {
		for j, f := range r.Files {
			if files[i][j].Name != f.Name || string(files[i][j].URL) != pageURL+f.Name {
				t.Errorf("file %d of %s is %s, and beside it %s", j, r.Version, f.Name, files[i][j].URL)
			}
		}
	}
}

func TestFilesOfNoVersionAreRemarkedUpon(t *testing.T) {
	for name, want := range map[string]string{
		"quill_pen-nightly.tar.gz":                `invalid version "nightly"`,
		"quill_pen-1.0.linux-x86_64.tar.gz":       `invalid version "1.0.linux-x86_64"`,
		"quill_pen-1.0-py2.7.zip":                 `invalid version "1.0-py2.7"`,
		"quill_pen-.zip":                          `invalid version ""`,
		"quill_pen-1.0.whl":                       "five or six parts",
		"quill__pen-1.0-py3-none-any.whl":         "no name of a package",
		"inkwell-1.0-py3-none-any.whl":            "it is a wheel of inkwell",
		"inkwell-1.0.tar.gz":                      "its name does not begin with that of the project and a dash",
		"quill_pen1.0.tar.gz":                     "its name does not begin with that of the project and a dash",
		"quill_pen-1.0.TAR.GZ":                    "neither a wheel nor a source archive",
		"index.html":                              "neither a wheel nor a source archive",
		"quill_pen-1.0-py3-none-any.whl.gz":       "neither a wheel nor a source archive",
		"quill_pen-1.0-cp3/../x-none-any.whl\x1b": "neither a wheel nor a source archive",
	} {
		releases, _, remarks := Releases(&Page{Name: quillPen, Files: filesNamed(name)})
		if len(releases) != 0 || len(remarks) != 1 || !strings.Contains(remarks[0].Error(), want) || strings.Contains(remarks[0].Error(), "\x1b") {
			t.Errorf("%q: %s, %v, want %s", name, outline(releases), remarks, want)
		}
	}
}

func TestVersionsWithoutFilesAreReleasesToo(t *testing.T) {
	page := &Page{Name: quillPen, Versions: []string{"2.0", "1.0.0", "1.0", "nightly", "2", "3.0"}, Files: filesNamed("quill_pen-2.tar.gz")}
	releases, files, remarks := Releases(page)
	if got, want := outline(releases), "1.0.0:\n2: quill_pen-2.tar.gz\n3.0:"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if releases[0].Files == nil || len(files) != 3 || len(files[0]) != 0 || releases[0].Yanked {
		t.Errorf("a release without files is %+v", releases[0])
	}
	if len(remarks) != 1 || remarks[0].About != "nightly" {
		t.Errorf("%v", remarks)
	}
}

func TestAReleaseIsYankedWhenAllItsFilesAre(t *testing.T) {
	files := filesNamed("quill_pen-1-py3-none-any.whl", "quill_pen-1.0.zip", "quill_pen-2.zip", "quill_pen-2-py3-none-any.whl", "quill_pen-3.zip")
	for _, i := range []int{0, 1, 2, 4} {
		files[i].Yanked = true
	}
	files[1].YankedReason, files[2].YankedReason = "leaks", "half"
	releases, _, _ := Releases(&Page{Name: quillPen, Files: files})
	got := ""
	for _, r := range releases {
		got += fmt.Sprintf("%s %t %q; ", r.Version, r.Yanked, r.YankedReason)
	}
	if want := `1 true "leaks"; 2 false ""; 3 true ""; `; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestAReleaseWasUploadedWithItsFirstFile(t *testing.T) {
	files := filesNamed("quill_pen-1.zip", "quill_pen-1.tar.gz", "quill_pen-1.tgz", "quill_pen-2.zip")
	noon := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)
	files[1].Uploaded, files[2].Uploaded = noon.Add(time.Hour), noon
	releases, _, _ := Releases(&Page{Name: quillPen, Files: files})
	if !releases[0].Uploaded.Equal(noon) || !releases[1].Uploaded.IsZero() {
		t.Errorf("%v and %v", releases[0].Uploaded, releases[1].Uploaded)
	}
}

func TestRequiresPythonIsKnownWhereAllFilesAgree(t *testing.T) {
	files := filesNamed("quill_pen-1.zip", "quill_pen-1.tar.gz", "quill_pen-2.zip", "quill_pen-2.tar.gz")
	files[0].RequiresPython, files[1].RequiresPython, files[2].RequiresPython = ">=3.8", ">=3.8", ">=3.9"
	releases, _, _ := Releases(&Page{Name: quillPen, Files: files})
	if releases[0].RequiresPython != ">=3.8" || releases[1].RequiresPython != "" {
		t.Errorf("%q and %q", releases[0].RequiresPython, releases[1].RequiresPython)
	}
}

func TestOfTwoFilesWithOneNameTheFirstCounts(t *testing.T) {
	files := filesNamed("quill_pen-1.zip", "quill_pen-1.tar.gz", "quill_pen-1.zip")
	files[2].Size = 7
	releases, links, _ := Releases(&Page{Name: quillPen, Files: files})
	if got := outline(releases); got != "1: quill_pen-1.tar.gz quill_pen-1.zip" || len(links[0]) != 2 || links[0][1].Size != 0 {
		t.Errorf("%s, %+v", got, links)
	}
}

func TestPackageIndexAcceptsThePagesThatCanBeRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := drawFiles(t)
		for i := range files {
			files[i].Size = rapid.Int64Range(0, 1<<40).Draw(t, "size")
			if rapid.Bool().Draw(t, "timed") {
				files[i].Uploaded = time.Unix(rapid.Int64Range(-1e9, 1e10).Draw(t, "uploaded"), 123456789).UTC()
			}
		}
		versions := rapid.SliceOf(rapid.SampledFrom(versionTexts)).Draw(t, "versions")
		base, _ := url.Parse(pageURL)
		page, err := ParsePage(ContentTypeJSON, base, []byte(inJSON(versions, files)), quillPen)
		if err != nil {
			t.Fatal(err)
		}
		checkAccepted(t, page)
	})
}

// checkAccepted checks that a package can be made of a page, and that nothing of
// the page is lost without a remark.
func checkAccepted(t rapid.TB, page *Page) {
	releases, files, remarks := Releases(page)
	pkg, err := index.NewPackage(page.Name, releases)
	if err != nil {
		t.Fatalf("%v\n%s", err, outline(releases))
	}
	if pkg.Len() != len(releases) || len(files) != len(releases) {
		t.Fatalf("%d versions of %d releases with files of %d", pkg.Len(), len(releases), len(files))
	}
	count := 0
	for i, r := range releases {
		packed, err := pkg.Files(i)
		if err != nil || len(packed) != len(files[i]) || !r.MetadataMissing || r.Files == nil {
			t.Fatalf("release %s: %v, %d and %d files, %+v", r.Version, err, len(packed), len(files[i]), r)
		}
		for j, f := range files[i] {
			if packed[j].Name != f.Name {
				t.Fatalf("file %d of %s is %s and %s", j, r.Version, packed[j].Name, f.Name)
			}
		}
		count += len(files[i])
	}
	for _, f := range page.Files {
		if hasEnding(f.Name, ".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg", ".asc") {
			count++
		}
	}
	for _, r := range remarks {
		if strings.HasSuffix(r.Msg, "; left out") && !strings.Contains(r.Msg, "the index lists it") {
			count++
		}
	}
	if count != len(page.Files) && len(remarks) <= maxRemarks {
		t.Fatalf("%d of %d files are accounted for", count, len(page.Files))
	}
}

func TestSourceEndingsAreThoseOfPackageIndex(t *testing.T) {
	for _, ending := range append(sourceEndings(), ".whl", ".egg", ".exe", ".gz", ".7z", ".tar.zst", "") {
		name := "quill_pen-1.0" + ending
		stem, ok := cutSourceEnding(name)
		if f := (index.File{Name: name}); f.IsSource() != ok || ok && stem != "quill_pen-1.0" {
			t.Errorf("%s: IsSource is %t, the stem %q", name, f.IsSource(), stem)
		}
	}
}

func TestManyVersionsAreNoTrouble(t *testing.T) {
	var versions []string
	for i := range 100_000 {
		versions = append(versions, fmt.Sprintf("%d.%d.%d", i/1000, i/10%100, i%10))
	}
	files := []File{}
	for _, v := range versions {
		files = append(files, File{File: index.File{Name: "quill_pen-" + v + ".tar.gz"}, URL: "x/" + URL(v)})
	}
	page := readPage(t, ContentTypeJSON, inJSON(versions, files))
	releases, _, remarks := Releases(page)
	pkg, err := index.NewPackage(quillPen, releases)
	if err != nil || pkg.Len() != 100_000 || len(remarks)+len(page.Remarks) != 0 {
		t.Error(err, len(releases), page.Remarks, remarks)
	}
}

// TestFileNamesOfTheVectors reads file names of the conformance vectors that lie
// beside the checkout. A source archive is looked for under the name that packaging
// gives it; what pip reads besides, such as other endings, packaging refuses.
func TestFileNamesOfTheVectors(t *testing.T) {
	var file struct {
		Filenames []struct {
			Filename, Name, Version string
			Valid                   bool
		}
	}
	vectors.Read(t, "names_files_tags.json.gz", &file)
	for _, v := range file.Filenames {
		project := constraints.Name(v.Name)
		if !v.Valid {
			name, _, _ := strings.Cut(v.Filename, "-")
			project = pep508.NormalizeName(stdcmp.Or(name, "unnamed"))
		}
		version, why := distributionVersion(project, v.Filename)
		want, _ := pep440.Parse(v.Version)
		switch {
		case v.Valid && (why != "" || !version.Equal(want)):
			t.Errorf("%s is %s (%s), want %s", v.Filename, version, why, v.Version)
		case !v.Valid && !version.IsZero():
			t.Errorf("%s is %s", v.Filename, version)
		}
	}
	t.Logf("%d file names", len(file.Filenames))
}
