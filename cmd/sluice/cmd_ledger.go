package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"sluice/constraints/ledger"
	"sluice/resolver/gate"
)

func ledgerCommand() command {
	return command{
		name:    "ledger",
		args:    "list | add | lift | expire | check | retest ...",
		summary: "look into ledger.toml, the memory of the gate, edit it, or test it anew",
		details: `  list [PACKAGE | KIND ...]      what is remembered
  add KIND KEY=VALUE ...         a new entry: hold, rejection, waiver,
                                 expected-failure, freeze or approval; lists have
                                 commas between: environments=py310,py311. For
                                 short, the package may come first: 'rope<2'
  lift ENTRY ...                 take entries out
  expire [ENTRY ... --on DATE]   take out what counts no more; or set the last day
                                 on which entries count
  check                          what in it means nothing, or is there twice
  retest [ENTRY ...]             judge anew what is held and rejected, and propose
                                 to lift what nothing speaks against any more

An ENTRY is PACKAGE, PACKAGE==VERSION, KIND:PACKAGE or the LINE that it begins at.
Edits change no other byte of the file, and wait for each other.

retest asks as sluice gate would, without the entry, and with lower pins, freezes,
windows, ages and approvals left aside. It runs no tests: what was rejected for
another reason than requirements and metadata stays the word of its owner.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			k := &keeper{app: a}
			k.options.addFlags(flags)
			k.options.addOutputFlags(flags)
			flags.StringVar(&k.on, "on", "", "expire: the last `DATE` on which the entries count, 2027-01-31, or never")
			flags.BoolVar(&k.all, "all", false, "lift, expire: all entries that an ENTRY means, if it means several")
			flags.BoolVarP(&k.dryRun, "dry-run", "n", false, "add, lift, expire: say what would be done, and leave the file as it is")
			return k.run
		},
	}
}

// keeper is the ledger command with its flags.
type keeper struct {
	app     *app
	options options
	on      string
	all     bool
	dryRun  bool

	*settings
	pinned    []string     // names, once they were asked for
	pins      []ledger.Pin // likewise
	suggested int          // how often
}

func (k *keeper) run(args []string) (int, error) {
	actions := map[string]func([]string) (*ledgerAnswer, error){
		"list": k.list, "add": k.add, "lift": k.lift, "expire": k.expire, "check": k.check, "retest": k.retest,
	}
	if len(args) == 0 || actions[args[0]] == nil {
		return 0, unknownAction(args, slices.Sorted(maps.Keys(actions)))
	}
	if err := k.validate(args[0]); err != nil {
		return 0, err
	}
	var err error
	if k.settings, err = k.options.settings(k.app); err != nil {
		return 0, err
	}
	answer, err := actions[args[0]](args[1:])
	if err != nil {
		return 0, err
	}
	answer.Action = args[0]
	k.app.tell(answer.Notes)
	if k.options.format == "json" {
		return answer.status(), writeJSON(k.app.stdout, answer)
	}
	return answer.status(), writeLedger(k.app.stdout, answer, k.app.color(), k.options.full)
}

func unknownAction(args, actions []string) error {
	if len(args) == 0 {
		return usageError{msg: "ledger takes one of " + strings.Join(actions, ", "), hint: "sluice help ledger explains them"}
	}
	return usageError{msg: fmt.Sprintf("ledger cannot %q", args[0]), hint: cmp.Or(didYouMean(args[0], actions), "it takes one of "+strings.Join(actions, ", "))}
}

// validate finds flags that an action has no use for.
func (k *keeper) validate(action string) error {
	var errs []error
	useless := func(flag string, given bool, of ...string) {
		if given && !slices.Contains(of, action) {
			errs = append(errs, usageError{msg: fmt.Sprintf("ledger %s has no %s", action, flag), hint: "it is for " + strings.Join(of, " and ")})
		}
	}
	useless("--on", k.on != "", "expire")
	useless("--all", k.all, "lift", "expire")
	useless("--dry-run", k.dryRun, "add", "lift", "expire")
	return errors.Join(errs...)
}

// list answers what is remembered of packages, or of kinds.
func (k *keeper) list(args []string) (*ledgerAnswer, error) {
	entries, err := k.asked(args)
	if err != nil {
		return nil, err
	}
	return k.answer(entries), nil
}

// asked returns the entries that arguments mean, all where there is none.
func (k *keeper) asked(args []string) ([]ledger.Entry, error) {
	file, err := k.readLedger()
	if err != nil {
		return nil, err
	}
	entries := file.Ledger().Entries
	if len(args) == 0 {
		return entries, nil
	}
	return chosen(entries, args, true)
}

// lift takes entries out.
func (k *keeper) lift(args []string) (*ledgerAnswer, error) {
	if len(args) == 0 {
		return nil, usageError{msg: "no entry given to lift", hint: "sluice ledger list shows them; name one by its package or its line"}
	}
	var lifted []ledger.Entry
	err := k.edit(func(f *ledger.File) (*ledger.File, error) {
		var err error
		if lifted, err = chosen(f.Ledger().Entries, args, k.all); err != nil {
			return nil, err
		}
		return f.Remove(lifted...)
	})
	if err != nil {
		return nil, err
	}
	return k.answer(lifted), nil
}

// expire takes out what counts no more, or says when entries are to.
func (k *keeper) expire(args []string) (*ledgerAnswer, error) {
	at, err := lastMoment(k.on)
	switch {
	case err != nil:
		return nil, err
	case len(args) == 0 && k.on != "":
		return nil, usageError{msg: "--on is for entries, and none is given"}
	case len(args) > 0 && k.on == "":
		return nil, usageError{msg: "no date given for the entries to expire", hint: "--on 2027-01-31 is the last day on which they count; sluice ledger lift takes them out"}
	}
	var changed []ledger.Entry
	err = k.edit(func(f *ledger.File) (edited *ledger.File, err error) {
		if len(args) == 0 {
			changed = f.Ledger().Expired(k.now)
			return f.Remove(changed...)
		}
		entries := f.Ledger().Entries
		meant, err := chosen(entries, args, k.all)
		if err != nil {
			return nil, err
		}
		for i, e := range entries {
			if slices.Contains(meant, e) {
				if f, err = f.Expire(f.Ledger().Entries[i], at); err != nil {
					return nil, err
				}
				changed = append(changed, f.Ledger().Entries[i])
			}
		}
		return f, nil
	})
	if err != nil {
		return nil, err
	}
	x := k.answer(changed)
	x.TakenOut = len(args) == 0
	return x, nil
}

// edit edits the ledger, or shows only whether that can be done.
func (k *keeper) edit(edit func(*ledger.File) (*ledger.File, error)) error {
	if !k.dryRun {
		return k.editLedger(edit)
	}
	f, err := k.readLedger()
	if err == nil {
		_, err = edit(f)
	}
	return err
}

// lastMoment reads a date of --on: the moment from which on an entry counts no more, the
// zero time for never.
func lastMoment(text string) (time.Time, error) {
	if text == "" || text == "never" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.DateOnly, text)
	if at = at.AddDate(0, 0, 1); err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	if err != nil || at.Year() < 1970 || at.Year() > 9000 {
		return time.Time{}, usageError{msg: fmt.Sprintf("--on: %q is no date", text), hint: "write it as 2027-01-31 or 2027-01-31T12:00:00Z"}
	}
	return at.UTC(), nil
}

// answer returns the answer that lists entries.
func (k *keeper) answer(entries []ledger.Entry) *ledgerAnswer {
	x := &ledgerAnswer{SchemaVersion: gate.SchemaVersion, Command: "ledger", Ledger: k.Ledger, Entries: []rememberedEntry{}, DryRun: k.dryRun, Notes: k.notes}
	for _, e := range entries {
		x.Entries = append(x.Entries, k.remembered(e))
	}
	return x
}
