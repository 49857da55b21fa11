package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"sluice/index/fetch"
)

func TestAClientIsAskedOnceADay(t *testing.T) {
	dir := t.TempDir()
	program, log := filepath.Join(dir, "client"), filepath.Join(dir, "log")
	write := func(says string) {
		script := "#!/bin/sh\necho asked >>" + log + "\necho " + says + "\n"
		if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
			t.Skip("skip: no script can be written")
		}
	}
	write("one")
	now := time.Now()
	m := memory{fetch.NewStore(t.TempDir()), func() time.Time { return now }}
	ask := func(want string, asked int) {
		t.Helper()
		got, err := m.run(t.Context(), program, "--help")
		if err != nil {
			t.Skip("skip: no script can be run: " + err.Error())
		}
		lines, _ := os.ReadFile(log)
		if string(got) != want+"\n" || len(lines) != asked*len("asked\n") {
			t.Errorf("%q, asked %d times, want %q and %d", got, len(lines)/len("asked\n"), want, asked)
		}
	}
	ask("one", 1)
	ask("one", 1)
	now = now.Add(25 * time.Hour)
	ask("one", 2)
	write("two")
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(program, later, later); err != nil {
		t.Fatal(err)
	}
	ask("two", 3)
}
