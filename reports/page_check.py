# SPDX-License-Identifier: GPL-2.0-or-later
"""What every page must be, checked on its text alone: well-formed, closed to the outside, its links leading somewhere."""

import base64
import hashlib
import html.parser
import os
import re
import urllib.parse

VOID = {"meta", "br", "link", "img", "input", "hr"}
SHAPES = {"path", "polygon", "polyline", "ellipse", "rect", "circle"}
ALLOWED = VOID - {"link", "img", "input"} | SHAPES | set(
    "html head title style script body header main nav section h1 h2 h3 h4 p a ul li dl div dt dd span strong code pre time "
    "table caption thead tbody tr th td details summary button svg g text figure figcaption".split())


class _Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.problems, self.open, self.tags, self.ids, self.links, self.raw = [], [], [], [], [], {}

    def problem(self, text):
        self.problems.append(f"line {self.getpos()[0]}: {text}")

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ALLOWED:
            self.problem(f"<{tag}> is none of ours")
        for name, value in attributes:
            if name == "style" or name.startswith("on") or name in ("src", "srcset", "action", "data", "srcdoc"):
                self.problem(f"an attribute {name}=")
            if name == "id":
                self.ids.append(value)
            if name in ("href", "xlink:href"):
                self.links.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.problem(f"</{tag}> closes <{self.open[-1] if self.open else '-'}>")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if self.open and self.open[-1] in ("style", "script"):
            self.raw.setdefault(self.open[-1], []).append(data)
        if bad := re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", data):
            self.problem(f"the character {ord(bad[0]):#x} in the text")


def _policy_problems(reader):
    policies = [a.get("content", "") for tag, a in reader.tags if tag == "meta"
                and (a.get("http-equiv") or "").lower() == "content-security-policy"]
    if len(policies) != 1:
        return [f"{len(policies)} content security policies"]
    directives = dict((words.split(None, 1) + [""])[:2] for words in policies[0].split(";") if words.strip())
    problems = []
    for name, wanted in (("default-src", "'none'"), ("base-uri", "'none'"), ("form-action", "'none'")):
        if directives.pop(name, None) != wanted:
            problems.append(f"the policy has no {name} {wanted}")
    for tag in ("script", "style"):
        blocks = reader.raw.get(tag, [])
        hashes = ["'sha256-" + base64.b64encode(hashlib.sha256(b.encode()).digest()).decode() + "'" for b in blocks]
        if len(blocks) != 1 or sum(t == tag for t, _ in reader.tags) != 1:
            problems.append(f"not exactly one <{tag}>")
        if directives.pop(tag + "-src", "").split() != hashes:
            problems.append(f"the policy is not for this <{tag}>")
    return problems + [f"the policy also allows {name}" for name in directives]


def _link_problems(reader, path):
    problems = []
    for link in reader.links:
        parts = urllib.parse.urlsplit(link)
        if parts.scheme or parts.netloc or link.startswith("/"):
            problems.append(f"a link out of the report: {link[:80]}")
        elif parts.path and not os.path.isfile(os.path.join(os.path.dirname(path), urllib.parse.unquote(parts.path))):
            problems.append(f"a link to nothing: {link[:80]}")
        elif not parts.path and parts.fragment not in reader.ids:
            problems.append(f"a link to no place of the page: {link[:80]}")
    return problems


def _structure_problems(reader):
    problems = []
    tags = [tag for tag, _ in reader.tags]
    for tag in ("title", "h1", "main", "header"):
        if tags.count(tag) != 1:
            problems.append(f"{tags.count(tag)} <{tag}>")
    if ("html", {"lang": "en"}) not in reader.tags:
        problems.append("no language")
    if tags.count("caption") != tags.count("table"):
        problems.append("a table without a caption")
    if any(tag == "th" and "scope" not in attributes for tag, attributes in reader.tags):
        problems.append("a <th> without a scope")
    if any(tag == "svg" and "aria-label" not in a and "aria-hidden" not in a for tag, a in reader.tags):
        problems.append("a picture without words")
    twice = {i for i in reader.ids if reader.ids.count(i) > 1} if len(set(reader.ids)) != len(reader.ids) else set()
    return problems + [f"the id {i} twice" for i in sorted(twice)]


def problems_of(path):
    """A list of sentences; empty if the page is sound."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return [str(error)]
    reader = _Reader()
    reader.feed(text)
    reader.close()
    problems = reader.problems + ([f"<{reader.open[-1]}> does not end"] if reader.open else [])
    return problems + _policy_problems(reader) + _link_problems(reader, path) + _structure_problems(reader)
