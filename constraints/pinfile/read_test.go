package pinfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"sluice/constraints/pinfile"
)

// liar is a file system whose files say that they are empty.
type liar struct{ fstest.MapFS }

type lyingFile struct{ fs.File }

type lyingInfo struct{ fs.FileInfo }

func (l liar) Open(name string) (fs.File, error) {
	file, err := l.MapFS.Open(name)
	return lyingFile{file}, err
}

func (f lyingFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	return lyingInfo{info}, err
}

func (lyingInfo) Size() int64 { return 0 }

func TestReadBoundedTakesWholeFilesUpToTheBound(t *testing.T) {
	const bound = 1 << 20
	files := fstest.MapFS{
		"empty":         {},
		"full":          {Data: make([]byte, bound)},
		"over":          {Data: make([]byte, bound+1)},
		"folder/inside": {},
		"pipe":          {Mode: fs.ModeNamedPipe},
		"device":        {Mode: fs.ModeDevice | fs.ModeCharDevice},
	}
	for name, want := range map[string]string{
		"empty": "", "full": "", "over": "is larger than 1 MiB", "none": "file does not exist",
		"folder": "is not a regular file", "pipe": "is not a regular file", "device": "is not a regular file",
	} {
		for _, fsys := range []fs.FS{files, liar{files}} {
			data, err := pinfile.ReadBounded(fsys, name, bound)
			switch {
			case want == "" && (err != nil || len(data) != len(files[name].Data)):
				t.Errorf("%s: %d bytes, %v", name, len(data), err)
			case want != "" && (err == nil || pinfile.Cause(err) != want || !strings.Contains(err.Error(), name)):
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
	}
}

func TestADeviceIsNotRead(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("skip: no /dev/zero here")
	}
	dir := t.TempDir()
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "requirements.txt")); err != nil {
		t.Skip("skip: no symbolic links here: ", err)
	}
	var fault *fs.PathError
	if _, err := pinfile.Load(os.DirFS(dir), "requirements.txt", pinfile.Options{}); !errors.As(err, &fault) {
		t.Error(err)
	}
}
