"""Says how pip reads requirements files: one JSON case a line in, one answer a line out.

A case is {"data": base64, "env": {...}}, {"files": {name: base64}, "root": name} or {"requirement": text}.
"""
import base64, json, os, sys, tempfile

import pip
from pip._internal.req import req_file
from pip._vendor.packaging.utils import canonicalize_name

try:
    from pip._internal.utils.encoding import auto_decode as decode
except ImportError:
    def decode(data):
        return req_file._decode_req_file(data, "case")

DESTS = [
    "index_url", "extra_index_urls", "no_index", "constraints", "requirements", "editables", "find_links",
    "prefer_binary", "require_hashes", "pre", "trusted_hosts", "features_enabled", "global_options", "hashes",
    "config_settings",
]


def read_lines(case):
    try:
        content = decode(base64.b64decode(case.get("data", "")))
    except (UnicodeError, LookupError) as fault:
        return {"undecodable": str(fault)}
    os.environ.clear()
    os.environ.update(case.get("env") or {})
    parse = req_file.get_line_parser(None)
    out = []
    for number, line in req_file.preprocess(content):
        one = {"line": number, "text": line}
        try:
            args, opts = parse(line)
            one["args"] = args
            one["options"] = {d: getattr(opts, d) for d in DESTS if getattr(opts, d, None)}
        except Exception as fault:
            one["error"] = str(getattr(fault, "msg", fault))
        out.append(one)
    return {"lines": out}


def read_tree(case):
    with tempfile.TemporaryDirectory() as folder:
        for name, data in case["files"].items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as out:
                out.write(base64.b64decode(data))
        out = []
        try:
            for r in req_file.parse_requirements(os.path.join(folder, case["root"]), session=None):
                source = r.comes_from.split(" ", 1)[1].rsplit(" (line ", 1)
                name = os.path.relpath(os.path.normpath(source[0]), folder)
                out.append([name, int(source[1].rstrip(")")), r.requirement, r.is_editable, r.constraint])
        except Exception as fault:
            return {"error": str(fault), "parsed": out}
        return {"parsed": out}


def read_requirement(case):
    from pip._internal.req.constructors import install_req_from_line

    try:
        r = install_req_from_line(case["requirement"])
    except Exception as fault:
        return {"error": str(fault) or "refused"}
    return {
        "name": canonicalize_name(r.name) if r.name else "",
        "extras": sorted(r.extras),
        "direct": r.link is not None,
        "marked": r.markers is not None,
        "pinned": r.link is None and r.is_pinned,
    }


def answer(case):
    if "files" in case:
        return read_tree(case)
    return read_requirement(case) if "requirement" in case else read_lines(case)


sys.stderr = open(os.devnull, "w")
print(json.dumps({"pip": pip.__version__}))
for text in sys.stdin:
    case = json.loads(text)
    print(json.dumps(answer(case)))
