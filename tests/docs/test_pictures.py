"""The pictures of the pages: each is shown somewhere, and each is drawn by `make pictures`."""

import re
import shlex

from demo.figures.__main__ import FIGURES, _parser
from tests.docs.documents import PAGES, ROOT, links

IMAGES = ROOT / "docs" / "images"
RECIPE = re.search(r"^PAGES = .*?^docs:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[0]


def test_every_picture_is_shown_by_a_page():
    shown = {(page.parent / link).resolve() for page in PAGES for link in links(page)}
    assert set(IMAGES.iterdir()) - shown == set()


def test_every_picture_is_drawn_by_the_target():
    listed = shlex.split(re.search(r"^PAGE_FIGURES = (.*)$", RECIPE, re.MULTILINE)[1])
    named = {*_parser().parse_args(listed).figures, *re.findall(r"demo\.figures (\w+)", RECIPE)}
    copied = set(re.findall(r"\$\(PAGES\)/(\w+)\.jpg", RECIPE))
    assert named <= set(FIGURES)
    assert {path.stem for path in IMAGES.iterdir()} == named | copied
