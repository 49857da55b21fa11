package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/constraints/pinfile"
)

func exportCommand() command {
	return command{
		name:    "export",
		args:    "--consumer C --environment E",
		summary: "write the plain constraints file of one job",
		details: `Markers are decided for the environment, the consumer's own name is left out,
since it is installed from its source, and so that pip can take siblings from
their sources too: --sibling NAME replaces the pin of another consumer by its
folder, --sibling all that of every other consumer.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			var o options
			var e export
			o.addPinFlags(flags)
			o.addConsumerFlags(flags)
			flags.StringVar(&e.consumer, "consumer", "", "the `CONSUMER` that the job is of")
			flags.StringArrayVar(&e.siblings, "sibling", nil, "a `CONSUMER` that is installed from its source too, or all (repeatable)")
			flags.StringVarP(&e.output, "output", "o", "-", "write to this `FILE`, - for stdout")
			return func(args []string) (int, error) { return a.export(&o, e, args) }
		},
	}
}

type export struct {
	consumer string
	siblings []string
	output   string
}

func (a *app) export(o *options, e export, args []string) (int, error) {
	if len(args) > 0 {
		return 0, usagef("export takes no arguments, not %q", args[0])
	}
	if e.consumer == "" {
		return 0, usageError{msg: "whose job is it?", hint: "give --consumer NAME"}
	}
	if len(o.environments) > 1 {
		return 0, usageError{msg: "an export is for one environment", hint: "give --environment once"}
	}
	s, err := o.settings(a)
	if err != nil {
		return 0, err
	}
	if len(s.Environments) != 1 {
		return 0, usageError{msg: "for which environment?", hint: "give --environment NAME, one of the matrix or a preset such as py312"}
	}
	env, err := s.Environments[0].environment()
	if err != nil {
		return 0, err
	}
	in := &inputs{settings: s}
	if err := errors.Join(in.loadConstraints(), in.loadConsumers()); err != nil {
		return 0, err
	}
	data, err := e.lines(in, env)
	if err != nil {
		return 0, err
	}
	a.tell(s.notes)
	if e.output == "-" {
		_, err = a.stdout.Write(data)
		return exitOK, err
	}
	if filepath.Clean(s.abs(e.output)) == filepath.Clean(s.abs(s.Constraints)) {
		return 0, usageError{msg: "the export would replace the constraints file itself", hint: "name another file"}
	}
	return exitOK, s.write(e.output, data)
}

// lines returns the constraints of the job.
func (e export) lines(in *inputs, env *constraints.Environment) ([]byte, error) {
	own, file, err := e.withSiblings(in)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	pinned := make(map[constraints.Name]constraints.Place)
	for _, entry := range file.Entries() {
		name := entry.Requirement.Name
		if entry.Kind != pinfile.Requirement || name == own || !entry.Requirement.Applies(env, "") {
			continue
		}
		if first, twice := pinned[name]; twice && entry.Fixes() {
			return nil, constraints.Problems{{
				Place: entry.Place,
				Msg:   fmt.Sprintf("%s is pinned here and at %s in %s", name, first, env.Name()),
				Hint:  "narrow the markers, so that one line is active",
			}}
		}
		if entry.Fixes() {
			pinned[name] = entry.Place
		}
		fmt.Fprintln(&out, undecorated(entry))
	}
	return out.Bytes(), nil
}

// undecorated returns an entry as it is written, without its marker and comment.
func undecorated(e pinfile.Entry) string {
	r := e.Requirement
	r.Marker = nil
	if r.URL != "" {
		return r.Line()
	}
	if text, _, marked := strings.Cut(e.Arg, ";"); marked || e.Requirement.Marker == nil {
		return strings.TrimSpace(text)
	}
	return r.Line()
}

// withSiblings returns what the consumer publishes itself, "" for nothing, and
// the constraints with the pins of its siblings replaced by their folders.
func (e export) withSiblings(in *inputs) (own constraints.Name, file *pinfile.File, err error) {
	i := slices.IndexFunc(in.consumers, func(c *consumer) bool { return c.name == e.consumer })
	if i < 0 {
		return "", nil, unknownConsumer(in, e.consumer)
	}
	file = in.file
	for _, sibling := range e.siblings {
		found := sibling == "all"
		for j, c := range in.consumers {
			found = found || c.name == sibling
			if j == i || sibling != "all" && c.name != sibling || !lists(file, c.dist()) {
				continue
			}
			if file, err = file.Replace(c.dist(), in.settings.abs(c.folder), nil); err != nil {
				return "", nil, err
			}
		}
		if !found {
			return "", nil, unknownConsumer(in, sibling)
		}
	}
	return in.consumers[i].dist(), file, nil
}

// lists reports whether a constraints file has a line for a name.
func lists(file *pinfile.File, name constraints.Name) bool {
	return slices.ContainsFunc(file.Entries(), func(e pinfile.Entry) bool {
		return e.Kind == pinfile.Requirement && e.Requirement.Name == name
	})
}
