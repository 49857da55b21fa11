package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// add adds an entry.
func (k *keeper) add(args []string) (*ledgerAnswer, error) {
	entry, err := k.entry(args)
	if err != nil {
		return nil, err
	}
	if findings := k.meaningless(entry); len(findings) > 0 {
		var errs []error
		for _, f := range findings {
			errs = append(errs, usageError{msg: f.Message, hint: f.Hint})
		}
		return nil, errors.Join(errs...)
	}
	var added ledger.Entry
	identity := identityOf(entry)
	err = k.edit(func(f *ledger.File) (*ledger.File, error) {
		for _, e := range f.Ledger().Entries {
			if identityOf(e) == identity {
				return nil, usageError{msg: fmt.Sprintf("%s: the ledger has this %s already", e.Common().Place, e.Kind()), hint: "lift it first, or let it expire: sluice ledger expire " + fmt.Sprint(e.Common().Place.Line) + " --on DATE"}
			}
		}
		f, err := f.Append(entry)
		if err == nil {
			entries := f.Ledger().Entries
			added = entries[len(entries)-1]
		}
		return f, err
	})
	if err != nil {
		return nil, err
	}
	x := k.answer([]ledger.Entry{added})
	for _, f := range k.doubtful(added) {
		x.Notes = append(x.Notes, note{Message: f.Message, Hint: f.Hint})
	}
	return x, nil
}

// identityOf returns a text that two entries share which do the same, whoever wants it, why and
// how long. Two people's approvals are two.
func identityOf(e ledger.Entry) string {
	identity := ledger.Text(effectOf(e))
	if e.Kind() == ledger.KindApproval {
		identity += e.Common().Owner
	}
	return identity
}

// effectOf returns what an entry does: without its record, and with names and versions in
// the one form that all their spellings have.
func effectOf(e ledger.Entry) ledger.Entry {
	plain := func(p ledger.Pin) ledger.Pin {
		return ledger.Pin{Name: p.Name, Spelling: string(p.Name), Version: constraints.NewVersion("", fmt.Sprintf("%x", p.Version.Key()), false)}
	}
	e = ledger.WithRecord(e, ledger.Record{})
	switch e := e.(type) {
	case *ledger.Hold:
		e.Spelling = string(e.Package)
	case *ledger.Waiver:
		e.Spelling = string(e.Package)
	case *ledger.ExpectedFailure:
		e.Spelling = string(e.Package)
	case *ledger.Approval:
		e.Pin = plain(e.Pin)
	case *ledger.Rejection:
		e.Pin, e.Evidence, e.Rules, e.Rejected = plain(e.Pin), "", nil, time.Time{}
		e.With = slices.Clone(e.With)
		for i, p := range e.With {
			e.With[i] = plain(p)
		}
	}
	return e
}

// entry reads an entry from a command line: its kind, and KEY=VALUE for each key. It is
// written as the ledger would have it, and read by who reads that.
func (k *keeper) entry(args []string) (ledger.Entry, error) {
	if len(args) == 0 {
		return nil, usageError{msg: "no kind of entry given", hint: "there are " + strings.Join(ledger.KindNames(), ", ")}
	}
	if !slices.Contains(ledger.KindNames(), args[0]) {
		return nil, usageError{msg: fmt.Sprintf("there is no kind of entry %q", args[0]), hint: cmp.Or(didYouMean(args[0], ledger.KindNames()), "there are "+strings.Join(ledger.KindNames(), ", "))}
	}
	fields := spelledOut(args[0], args[1:])
	for _, arg := range fields {
		if _, err := pep508.ParseRequirement(arg); err != nil && strings.ContainsAny(arg, "<>!~") && !strings.Contains(strings.TrimLeft(arg, "abcdefghijklmnopqrstuvwxyz-"), "=") {
			return nil, usageError{msg: err.Error(), hint: hintOf(err, "such as 'rope<2'")}
		}
		if key, value, ok := strings.Cut(arg, "="); !ok || key == "" || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz-") != "" || value == "" {
			return nil, usageError{msg: fmt.Sprintf("%q is no KEY=VALUE", arg), hint: "such as 'sqlalchemy<2' 'reason=nova is not ready' owner=@db"}
		}
	}
	has := func(key string) bool {
		return slices.ContainsFunc(fields, func(arg string) bool { return strings.HasPrefix(arg, key+"=") })
	}
	if owner := k.app.getenv("SLUICE_OWNER"); owner != "" && !has("owner") {
		fields = append(slices.Clip(fields), "owner="+owner)
	}
	if args[0] == string(ledger.KindRejection) && !has("rejected") {
		fields = append(slices.Clip(fields), "rejected="+k.now.Truncate(time.Second).Format(time.RFC3339))
	}
	lines := []string{"[[" + args[0] + "]]"}
	for _, arg := range fields {
		lines = append(lines, field(arg))
	}
	file, err := ledger.Parse("", []byte(strings.Join(lines, "\n")+"\n"))
	if err != nil {
		return nil, onCommandLine(err, fields)
	}
	return file.Ledger().Entries[0], nil
}

// spelledOut returns the fields of a command line, of which the first may be a requirement
// for short: rope==2 for a package and a version, or its range.
func spelledOut(kind string, args []string) []string {
	if len(args) == 0 {
		return args
	}
	r, err := pep508.ParseRequirement(args[0])
	if err != nil || r.URL != "" || r.Marker != nil || len(r.Extras) > 0 {
		return args
	}
	fields := []string{"package=" + r.Spelling}
	set, _ := r.Range.(pep440.SpecifierSet)
	switch version, exact := set.Exact(); {
	case exact && (kind == string(ledger.KindRejection) || kind == string(ledger.KindApproval)):
		fields = append(fields, "version="+version)
	case set.String() != "":
		fields = append(fields, "range="+set.String())
	}
	return append(fields, args[1:]...)
}

// field returns KEY=VALUE of the command line as a ledger has it.
func field(arg string) string {
	key, value, _ := strings.Cut(arg, "=")
	switch key {
	case "with", "environments", "rules", "packages", "except":
		items := strings.Split(value, ",")
		for i, item := range items {
			items[i] = ledger.Quote(strings.TrimSpace(item))
		}
		return key + " = [" + strings.Join(items, ", ") + "]"
	case "from", "to", "expires", "rejected":
		if strings.Trim(value, "0123456789-+:.TZ") == "" {
			return key + " = " + value
		}
	}
	return key + " = " + ledger.Quote(value)
}

// onCommandLine returns the problems of an entry that a command line gives: of the line of
// a field, they are of its argument.
func onCommandLine(err error, fields []string) error {
	var problems constraints.Problems
	if !errors.As(err, &problems) {
		return err
	}
	var errs []error
	for _, p := range problems {
		msg := p.Msg
		if n := p.Place.Line - 2; n >= 0 && n < len(fields) {
			msg = fmt.Sprintf("%s: %s", fields[n], msg)
		}
		errs = append(errs, usageError{msg: msg, hint: p.Hint})
	}
	return errors.Join(errs...)
}
