// Package manifest reads what a project declares that it needs: requirements
// files, pyproject.toml and setup.cfg, each requirement with the place where it
// stands and the group that it belongs to. A project that is so read is a
// Consumer.
//
// Nothing of a project is run and nothing fetched; nothing is left out in silence
// either. Requirements that only that would tell (a setup.py, a field that the
// build backend computes, the -r of a URL), or that another tool keeps in its own
// form, are named in Consumer.Unread, for a verdict on the project is open then.
// Everything else that was seen and not read is named in Consumer.Notes.
//
// # What is read
//
// Without Options.Files, in this order, as far as present:
//
//	pyproject.toml
//	setup.cfg
//	requirements.txt
//	test-requirements.txt, requirements-dev.txt, ...   "requirements" as a word of the name
//	requirements/*.txt
//	doc/requirements.txt, docs/requirements.txt, ...   named as above, in doc and docs
//
// A name may end in ".in" instead of ".txt" (pip-tools). Where both are there,
// the .in is read and the .txt, which is made from it, is not. Names with
// "constraints" in them are not read: lower-constraints.txt,
// upper-constraints.txt. Other folders are not searched; Options.Files names what
// lies there.
//
// # Who says what
//
// A [project] table (PEP 621) speaks for the whole project: what setup.cfg says of
// a field is then read only if the table lists that field as dynamic, as
// setuptools does. Requirements files add their groups in any case.
package manifest
