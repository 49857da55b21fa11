package pypi

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const (
	askTimeout = 20 * time.Second // for one run of a client
	maxHelp    = 1 << 20          // bytes of its output that are looked at
)

// NoIndexError says that nothing on this machine tells where packages are.
type NoIndexError struct {
	Asked []error // what became of asking each client for the default it was built with
}

// Error says what to set.
func (e *NoIndexError) Error() string {
	msg := "no package index is known: give --index-url URL, or set url under [index] in sluice.toml, or the variable PIP_INDEX_URL or UV_DEFAULT_INDEX"
	if len(e.Asked) > 0 {
		msg += fmt.Sprintf("\n(neither pip nor uv could be asked for its own: %v)", errors.Join(e.Asked...))
	}
	return msg
}

// Unwrap returns what became of asking each client.
func (e *NoIndexError) Unwrap() []error { return e.Asked }

// helpCommand is a way to have a client print its help.
type helpCommand struct {
	name string
	args []string
}

func (c helpCommand) String() string { return c.name + " " + strings.Join(c.args, " ") }

// helpCommands returns the ways to have a client print its help, the best first, and the
// flags beside which its default index is printed.
func helpCommands(client, goos string) (commands []helpCommand, flags []string) {
	if client == "uv" {
		return []helpCommand{{"uv", []string{"pip", "install", "--help"}}}, []string{"--default-index", "--index-url"}
	}
	interpreters := []string{"python3", "python"}
	if goos == "windows" {
		interpreters = []string{"python", "py"}
	}
	for _, name := range interpreters {
		// Isolated (-I), or a pip.py in the working directory would be run for pip.
		commands = append(commands, helpCommand{name, []string{"-I", "-m", "pip", "install", "--help"}})
	}
	return append(commands, helpCommand{"pip", []string{"install", "--help"}}), []string{"--index-url"}
}

// askClients asks one client after the other for the default index that it was built
// with, and returns the settings of the first that answers.
func askClients(ctx context.Context, host Host, clients []*settings) (*Indexes, error) {
	none := &NoIndexError{}
	if host.Run == nil {
		return nil, none
	}
	for _, s := range clients {
		commands, flags := helpCommands(s.indexes.Client, host.GOOS)
		for _, c := range commands {
			found, err := askDefault(ctx, host, c, flags)
			if err == nil {
				s.indexes.Default = Location{found, c.String()}
				return s.result()
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			none.Asked = append(none.Asked, err)
		}
	}
	return nil, none
}

// askDefault returns the default index in the help that a command prints.
func askDefault(ctx context.Context, host Host, c helpCommand, flags []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	out, err := host.Run(ctx, c.name, c.args...)
	if err != nil {
		return "", err
	}
	help := string(out[:min(len(out), maxHelp)])
	for _, flag := range flags {
		if u := defaultIn(help, flag); u != nil {
			return u.String(), nil
		}
	}
	return "", fmt.Errorf("%s: its help names no default index", c)
}

// defaultIn returns the URL that help text gives as the default of a flag, nil if it
// gives none. The text may be broken anywhere to fit a terminal, inside the URL too.
// A user and password in the URL are masked there and left out here.
func defaultIn(help, flag string) *url.URL {
	text := strings.Join(strings.Fields(flagHelp(help, flag)), "")
	for {
		_, after, found := strings.Cut(text, "default")
		if !found {
			return nil
		}
		text = after
		after = strings.TrimLeft(after[:min(len(after), maxURL)], ":<")
		if !strings.HasPrefix(after, "http") {
			continue
		}
		if end := strings.IndexAny(after, ")>]"); end >= 0 {
			after = after[:end]
		}
		u, err := url.Parse(after)
		if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
			u.User = nil
			return u
		}
	}
}

// flagHelp returns the part of help text that is about a flag: from the line that begins
// with it to the next that begins with one.
func flagHelp(help, flag string) string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(help) {
		words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\r' || r == '\t' })
		if len(words) > 0 && strings.HasPrefix(words[0], "-") {
			inside = words[0] == flag || len(words) > 1 && len(words[0]) == 2 && words[1] == flag
		}
		if inside {
			b.WriteString(line)
		}
	}
	return b.String()
}
