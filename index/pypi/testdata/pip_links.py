"""Says what pip reads from project pages: one JSON case a line in, one answer out.

A case has type, url, name and body; the first line out is pip's version.
"""
import json
import logging
import sys
from urllib.parse import unquote

import pip
from pip._internal.index.collector import IndexContent, parse_links
from pip._internal.index.package_finder import _extract_version_from_fragment
from pip._internal.models.link import Link
from pip._internal.models.wheel import Wheel
from pip._internal.utils.filetypes import ARCHIVE_EXTENSIONS
from pip._vendor.packaging.utils import canonicalize_name
from pip._vendor.packaging.version import InvalidVersion, Version

logging.disable(logging.CRITICAL)
if not hasattr(Link, "metadata_file_data"):
    raise ImportError("pip before 23.2 knows nothing of metadata files with hashes")


def version(link, name):
    """The version of a link as LinkEvaluator.evaluate_link finds it, or None."""
    stem, ext = link.splitext()
    if ext not in ARCHIVE_EXTENSIONS:
        return None
    if ext == ".whl":
        try:
            wheel = Wheel(link.filename)
        except Exception:
            return None
        text = wheel.version if canonicalize_name(wheel.name) == name else None
    else:
        text = _extract_version_from_fragment(stem, name)
    try:
        return str(Version(text)) if text else None
    except InvalidVersion:
        return None


def answer(case):
    content = IndexContent(case["body"].encode("utf-8"), case["type"], None, case["url"], False)
    links = []
    for link in parse_links(content):
        metadata = link.metadata_file_data
        links.append({
            "name": link.filename,
            "url": unquote(link.url_without_fragment),
            "python": link.requires_python or "",
            "yanked": link.is_yanked,
            "reason": link.yanked_reason or "",
            "metadata": metadata is not None,
            "metadata_hashes": dict((metadata and metadata.hashes) or {}),
            "hashes": dict(link._hashes),
            "version": version(link, case["name"]) or "",
        })
    return links


print(json.dumps(pip.__version__), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
