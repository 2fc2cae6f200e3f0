#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages as their readers meet them. `page_test.py FOLDER GROUP`: FOLDER is what page_samples made, GROUP a class
below. The checkers are checked themselves: each finds fault with a page that was spoilt on purpose."""

import glob
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402
from page_check import problems_of  # noqa: E402

SAMPLES = ""
SKIPPED = 77


def reports():
    return sorted(glob.glob(os.path.join(SAMPLES, "*", "index.html")))


def counterexamples(name):
    return sorted(glob.glob(os.path.join(SAMPLES, name, "counterexamples", "*", "index.html")))


def some_pages():
    return reports() + counterexamples("nightly") + counterexamples("awkward") + counterexamples("thousand")[:2]


def walked():
    """A counterexample of three steps or more, with pictures."""
    return max(counterexamples("nightly"), key=lambda page: len(glob.glob(os.path.dirname(page) + "/*.svg")))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Spoilt:
    """A page with something replaced, as a file beside the real one so that its links lead where they did."""

    def __init__(self, page, old, new):
        text = read(page)
        assert old in text, old
        self.path = os.path.join(os.path.dirname(page), "spoilt.html")
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new, 1))

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        os.remove(self.path)


class Files(unittest.TestCase):
    """Without a browser."""

    def test_every_page_is_sound(self):
        pages = reports() + counterexamples("nightly") + counterexamples("awkward") + counterexamples("thousand")[::20]
        self.assertGreater(len(pages), 50)
        for page in pages:
            self.assertEqual(problems_of(page), [], page)

    def test_every_find_has_its_page(self):
        for name in ("nightly", "awkward", "thousand"):
            text = read(os.path.join(SAMPLES, name, "index.html"))
            for page in counterexamples(name):
                self.assertIn(f'href="counterexamples/{os.path.basename(os.path.dirname(page))}/index.html"', text)

    def test_a_thousand_counterexamples_stay_small(self):
        self.assertEqual(len(counterexamples("thousand")), 1000)
        size = os.path.getsize(os.path.join(SAMPLES, "thousand", "index.html"))
        print(f"a report with 1,000 counterexamples: {size / 1e6:.1f} MB")
        self.assertLess(size, 20e6)

    def test_the_checker_finds_what_is_wrong(self):
        page = walked()
        policy = read(page).split('content="', 1)[1].split('"', 1)[0]
        for old, new, problem in (
                ("<meta http-equiv=\"Content-Security-Policy\"", "<meta name=\"x\"", "0 content security policies"),
                ("default-src 'none'", "default-src *", "default-src"),
                (policy, policy + "; img-src *", "also allows img-src"),
                ("<main>", "<main><script>alert(1)</script>", "not exactly one <script>"),
                ("\"use strict\"", "'use strict'", "not for this <script>"),
                ("<main>", "<main><p style=\"color:red\">x</p>", "style="),
                ("<main>", "<main><img src=\"x\">", "<img> is none of ours"),
                ("<main>", "<main><a href=\"https://localhost/\">x</a>", "out of the report"),
                ("href=\"#step-1\"", "href=\"#step-99\"", "to no place"),
                ("href=\"explain.txt\"", "href=\"nothing.txt\"", "a link to nothing"),
                ("id=\"step-1\"", "id=\"step-0\"", "step-0 twice"),
                ("<main>", "<main><p onclick=\"x()\"></p>", "onclick="),
                ("<main>", "<main><b>", "none of ours"),
                ("</main>", "</div></main>", "</div> closes"),
                ("<main>", "<main>\x1b[31m", "character 0x1b"),
                ("<main>", "<main>\u202e", "character 0x202e"),
                ("<h1>", "<h2>", "0 <h1>"),
                ("<caption", "<p", "caption")):
            with Spoilt(page, old, new) as spoilt:
                self.assertTrue(any(problem in each for each in problems_of(spoilt)), (new, problems_of(spoilt)))


class InBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.browser.screen(1366, 768)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def open(self, page, fragment=""):
        self.browser.open("about:blank")
        self.browser.open("file://" + page + fragment)

    def text(self, selector="body"):
        return self.browser.run(f"document.querySelector({selector!r}).innerText")

    def focus(self):
        return self.browser.run("document.activeElement.outerHTML.slice(0, 120)")

    def tab_to(self, word, limit=60):
        for _ in range(limit):
            self.browser.press("Tab")
            if word in self.focus():
                return
        self.fail(f"the keyboard does not come to {word}")


class Walking(InBrowser):
    def shown(self):
        return self.browser.run("[...document.querySelectorAll('.step')].filter(s => s.offsetHeight).map(s => s.id).join()")

    def last(self):
        return self.browser.run("document.querySelectorAll('.step').length - 1")

    def test_arrows_walk_and_stop_at_the_ends(self):
        self.open(walked(), "#step-0")
        last = self.last()
        self.assertGreaterEqual(last, 3)
        for step in list(range(1, last + 1)) + [last]:
            self.browser.press("ArrowRight")
            self.assertEqual(self.shown(), f"step-{step}")
        for step in list(range(last - 1, -1, -1)) + [0]:
            self.browser.press("ArrowLeft")
            self.assertEqual(self.shown(), f"step-{step}")
        self.browser.press("End")
        self.assertEqual(self.shown(), f"step-{last}")
        self.browser.press("Home")
        self.assertEqual(self.shown(), "step-0")
        self.assertEqual(self.browser.run("location.hash"), "#step-0")

    def test_begins_where_it_went_wrong(self):
        self.open(walked())
        self.assertEqual(self.shown(), f"step-{self.last()}")
        self.assertIn("wrong", self.browser.run("document.querySelector('[aria-current]').className"))

    def test_an_address_names_a_step(self):
        self.open(walked(), "#step-1")
        self.assertEqual(self.shown(), "step-1")
        self.browser.run("location.hash = '#step-2'")
        self.browser.run("new Promise(done => setTimeout(done, 50))")
        self.assertEqual(self.shown(), "step-2")
        self.open(walked(), "#step-999999")
        self.assertEqual(self.shown(), f"step-{self.last()}")

    def test_list_and_picture_go_together(self):
        self.open(walked())
        self.browser.run("document.querySelector('.list a[href=\"#step-1\"]').click()")
        self.assertEqual(self.shown(), "step-1")
        self.assertEqual(self.browser.run("document.querySelectorAll('[aria-current]').length"), 1)
        self.assertEqual(self.browser.run("document.querySelector('[aria-current]').dataset.step"), "1")
        self.assertEqual(self.text(".stepper [role=status]"), f"Step 1 of {self.last()}")

    def test_buttons_by_keyboard(self):
        self.open(walked(), "#step-1")
        self.tab_to("data-go=\"on\"")
        self.browser.press("Enter")
        self.assertEqual(self.shown(), "step-2")
        self.browser.press("Tab", modifiers=8)  # back
        self.browser.press("Enter")
        self.assertEqual(self.shown(), "step-1")

    def test_keys_of_others_are_left_alone(self):
        self.open(walked(), "#step-1")
        self.browser.press("ArrowRight", modifiers=1)  # Alt: forward in the browser's history
        self.assertEqual(self.shown(), "step-1")
        self.browser.screen(390, 844, phone=True)
        self.browser.run("document.querySelector('.current .picture').focus()")
        self.browser.press("ArrowRight")  # the picture is wider than the phone: it moves
        self.assertEqual(self.shown(), "step-1")
        self.browser.screen(1366, 768)

    def test_every_task_has_a_column(self):
        self.open(walked())
        heads = self.browser.run("[...document.querySelectorAll('.list thead th')].map(h => h.innerText).join()")
        self.assertRegex(heads, r"^Step,P1,P2")

    def test_the_command_is_copied(self):
        self.browser.call("Browser.grantPermissions",
                          {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}, session=None)
        self.open(walked())
        self.browser.run("document.querySelector('.copy button').click()")
        self.browser.run("new Promise(done => setTimeout(done, 200))")
        self.assertEqual(self.text(".copy button"), "Copied")
        self.assertRegex(self.browser.run("navigator.clipboard.readText()"), r"^lockstep replay counterexample\.trace --model ")

    def test_says_what_was_promised_and_how_to_read_it(self):
        self.open(walked())
        self.assertIn("Promised", self.text("header"))
        self.assertIn("explains one count", self.browser.run("document.querySelector('.legend').textContent"))
        self.assertIn("See it again", self.text("main"))


class Links(InBrowser):
    def test_report_to_counterexample_and_back_by_keyboard(self):
        report = os.path.join(SAMPLES, "nightly", "index.html")
        self.open(report)
        self.tab_to("counterexamples/")
        self.browser.press("Enter")
        self.browser.wait_for("Page.loadEventFired")
        self.assertIn("/counterexamples/", self.browser.run("location.pathname"))
        self.tab_to("class=\"back\"", 3)
        self.browser.press("Enter")
        self.browser.wait_for("Page.loadEventFired")
        self.assertEqual(self.browser.run("location.pathname"), report)

    def test_folded_groups_open_by_keyboard(self):
        self.open(os.path.join(SAMPLES, "thousand", "index.html"))
        self.tab_to("<summary>")
        self.assertFalse(self.browser.run("document.activeElement.parentElement.open"))
        self.browser.press("Enter")
        self.assertTrue(self.browser.run("document.activeElement.parentElement.open"))

    def test_from_a_property_to_its_proof_by_keyboard(self):
        self.open(os.path.join(SAMPLES, "nightly", "index.html"))
        self.tab_to("class=\"cell\"", 200)
        self.browser.press("Enter")
        self.browser.run("new Promise(done => setTimeout(done, 50))")
        target = "document.querySelector(decodeURIComponent(location.hash))"
        self.assertTrue(self.browser.run(f"{target}.open && {target}.parentElement.open"))
        text = self.browser.run(f"{target}.innerText")
        for word in ("Proof", "While something runs", "oracle/rules.h", "judge_view", "Traces that break it"):
            self.assertIn(word, text)

    def test_every_cell_leads_to_its_own_proof(self):
        self.open(os.path.join(SAMPLES, "nightly", "index.html"))
        hrefs = self.browser.run("[...document.querySelectorAll('#proofs a.cell')].map(a => a.getAttribute('href'))")
        self.assertGreaterEqual(len(hrefs), 40)
        self.assertEqual(len(set(hrefs)), len(hrefs))
        self.assertIn("refuted, as expected", self.text("#proofs"))
        self.assertIn("? unknown", self.text("#proofs"))
        broken = self.browser.run("document.querySelectorAll('#proofs details.proof a[href^=\"counterexamples/prove-\"]').length")
        self.assertGreater(broken, 3)

    def test_focus_is_seen(self):
        for page in (os.path.join(SAMPLES, "nightly", "index.html"), walked()):
            self.open(page)
            for _ in range(12):
                self.browser.press("Tab")
                self.assertEqual(self.browser.run("getComputedStyle(document.activeElement).outlineStyle"), "solid", self.focus())

    def test_the_verdict_stands_first(self):
        for name, head in (("nightly", "2 new divergences"), ("quiet", "All as expected"), ("empty", "Nothing was run"),
                           ("inconclusive", "Nothing was run")):
            self.open(os.path.join(SAMPLES, name, "index.html"))
            self.assertEqual(self.text("h1"), head)
            order = self.browser.run("[...document.querySelectorAll('main section')].map(s => s.id).join()")
            self.assertRegex(order, r"^new,(known,)?expected,matrix,(proofs,)?results,coverage,speed,gaps,provenance$")

    def test_what_was_not_checked_is_loud(self):
        self.open(os.path.join(SAMPLES, "nightly", "index.html"))
        self.assertIn("Not everything was checked", self.text("header"))
        for word in ("SKIPPED: 1 trace: there is no kernel", "UNOBSERVED: 37 facts: counters are held outside"):
            self.assertIn(word, self.text("#gaps"))
        self.assertIn("MISSING:", self.text("#expected"))
        self.open(os.path.join(SAMPLES, "quiet", "index.html"))
        self.assertNotIn("Not everything", self.text("header"))


class Closed(InBrowser):
    """Nothing is loaded, nothing complains, and what is not ours does not run."""

    def test_nothing_is_fetched_and_nothing_complains(self):
        for page in some_pages():
            self.open(page)
            for _ in range(3):
                self.browser.press("ArrowLeft")
            self.assertEqual(self.browser.complaints(), [], page)
            self.assertEqual(self.browser.requests(), ["file://" + page])
            self.assertEqual(self.browser.run("performance.getEntriesByType('resource').length"), 0)

    def test_a_script_put_into_the_page_does_not_run(self):
        attack = "<main><script>window.ran = 1</script><svg onload=\"window.ran = 1\"></svg>"
        for page in (os.path.join(SAMPLES, "nightly", "index.html"), walked()):
            with Spoilt(page, "<main>", attack) as spoilt:
                self.open(spoilt)
                self.assertIsNone(self.browser.run("window.ran"))
                self.assertIn("Content Security Policy", " ".join(self.browser.complaints()))

    def test_nor_is_a_picture_loaded_or_a_style_obeyed(self):
        attack = "<main><img id=\"i\" src=\"counterexample.trace\"><p id=\"p\" style=\"color: rgb(1, 2, 3)\">x</p>"
        with Spoilt(walked(), "<main>", attack) as spoilt:
            self.open(spoilt)
            self.assertNotEqual(self.browser.run("getComputedStyle(p).color"), "rgb(1, 2, 3)")
            self.assertEqual(self.browser.run("i.naturalWidth"), 0)
            self.assertGreaterEqual(len(self.browser.complaints()), 2)

    def test_without_the_policy_these_checks_would_fail(self):
        with Spoilt(walked(), "Content-Security-Policy", "X-Nothing") as open_page:
            with Spoilt(open_page, "<main>", "<main><script>window.ran = 1; console.error('x')</script>") as spoilt:
                self.open(spoilt)
                self.assertEqual(self.browser.run("window.ran"), 1)
                self.assertNotEqual(self.browser.complaints(), [])
            shutil.copy(walked(), open_page)  # for the outer one to remove


class Awkward(InBrowser):
    """Names and messages from outside hold markup, control characters and bytes that are no text."""

    PARTS = ("<script>document.title='owned'</script>", "<img src=x onerror=alert(1)>", "]]>", "\\x1b[31m\\r\\n\\t\\x7f\\xff",
             "\\u{202e}abc\\u{202c}", "\\x00end")

    def check(self, page):
        self.open(page)
        text = self.browser.run("document.body.textContent")
        missing = [part for part in self.PARTS if part not in text]
        if "owned" == self.browser.run("document.title"):
            missing.append("a script ran")
        if self.browser.run("document.querySelectorAll('img').length + document.scripts.length") != 1:
            missing.append("markup from outside")
        return missing

    def test_all_of_it_is_text(self):
        for page in [os.path.join(SAMPLES, "awkward", "index.html")] + counterexamples("awkward"):
            self.assertEqual(self.check(page), [], page)

    def test_great_length_is_cut_and_said(self):
        self.open(os.path.join(SAMPLES, "awkward", "index.html"))
        self.assertIn("(cut: 100000 characters)", self.text("#gaps"))
        self.assertLess(self.browser.run("document.body.textContent.length"), 100000)

    def test_the_checker_finds_a_name_that_was_not_escaped(self):
        page = os.path.join(SAMPLES, "awkward", "index.html")
        escaped = "<time>&lt;script&gt;document.title='owned'&lt;/script&gt;"
        with Spoilt(page, escaped, "<time><script>document.title='owned'</script>") as spoilt:
            self.assertIn("markup from outside", self.check(spoilt))
            self.assertNotEqual(problems_of(spoilt), [])


class NoScript(InBrowser):
    def setUp(self):
        self.browser.call("Emulation.setScriptExecutionDisabled", {"value": True})

    def tearDown(self):
        self.browser.call("Emulation.setScriptExecutionDisabled", {"value": False})

    def heights(self):
        metrics = self.browser.call("Page.getLayoutMetrics")
        return metrics["cssContentSize"]["height"]

    def visible(self, selector):
        """Asked of the browser, not of the page, which has no script now."""
        root = self.browser.call("DOM.getDocument", {"depth": -1})["root"]["nodeId"]
        ids = self.browser.call("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]
        count = 0
        for each in ids:
            try:
                count += self.browser.call("DOM.getBoxModel", {"nodeId": each})["model"]["height"] > 0
            except browser.BrowserError:
                pass  # has no box: it is hidden
        return count, len(ids)

    def test_all_steps_stand_one_below_the_other(self):
        self.open(walked())
        seen, all_of_them = self.visible(".step .picture")
        self.assertGreaterEqual(all_of_them, 4)
        self.assertEqual(seen, all_of_them)
        self.assertEqual(self.visible(".stepper")[0], 0)  # buttons that would do nothing

    def test_a_link_leads_to_its_step(self):
        self.open(walked(), "#step-2")
        offset = self.browser.call("Page.getLayoutMetrics")["cssVisualViewport"]["pageY"]
        self.assertGreater(offset, 200)

    def test_the_report_is_all_there(self):
        self.open(os.path.join(SAMPLES, "nightly", "index.html"))
        seen, all_of_them = self.visible("section")
        self.assertEqual(seen, all_of_them)
        self.assertGreaterEqual(seen, 9)


class Looks(InBrowser):
    CONTRAST = r"""
    (() => {
      const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return {rgb: m.slice(0, 3), a: m[3] ?? 1}; };
      const light = rgb => { const [r, g, b] = rgb.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                             return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
      const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.a > 0) return c.rgb; } return [255, 255, 255]; };
      const holds = (box, text) => { const x = text.x + text.width / 2, y = text.y + text.height / 2;
                                     return box.x < x && x < box.x + box.width && box.y < y && y < box.y + box.height; };
      const inPicture = e => {  // the box that is drawn before the text, or the picture's ground
        for (let s = e.previousElementSibling; s; s = s.previousElementSibling)
          if (/path|polygon/.test(s.localName) && getComputedStyle(s).fill !== 'none' && holds(s.getBBox(), e.getBBox())) return parse(getComputedStyle(s).fill).rgb;
        return behind(e.closest('.picture'));
      };
      const low = new Set();
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const e = walk.currentNode.parentElement;
        if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest(':disabled')) continue;
        const picture = e.closest('.graph');
        const style = getComputedStyle(e);
        const r = picture ? ratio(parse(style.fill).rgb, inPicture(e)) : ratio(parse(style.color).rgb, behind(e));
        if (r < 4.5) low.add(`${r.toFixed(2)} ${picture ? style.fill + ' in picture' : style.color} ${e.localName}.${e.className.baseVal ?? e.className}: ${walk.currentNode.data.slice(0, 40)}`);
      }
      return [...low];
    })()"""

    def test_every_text_has_contrast(self):
        for dark in (False, True):
            self.browser.screen(1366, 768, dark)
            for page in [p for p in reports() if "thousand" not in p] + counterexamples("nightly"):
                self.open(page)
                self.browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
                self.assertEqual(self.browser.run(self.CONTRAST), [], (page, dark))

    def test_the_checker_finds_a_faint_text(self):
        self.open(walked())
        self.browser.run("document.querySelector('h1').attributeStyleMap.set('color', '#999')")
        self.assertNotEqual(self.browser.run(self.CONTRAST), [])

    def test_no_page_moves_sideways(self):
        few = [os.path.join(SAMPLES, "nightly", "index.html"), walked()]
        for width, height, pages in ((360, 640, some_pages()), (768, 1024, few), (1366, 768, few), (1920, 1080, few)):
            self.browser.screen(width, height, phone=width < 500)
            for page in pages:
                if "thousand" in page:
                    continue  # holds nothing else than the others, but much of it
                self.open(page)
                self.browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
                self.assertLessEqual(self.browser.run("document.documentElement.scrollWidth"), width, (page, width))
        self.browser.screen(1366, 768)

    def test_dark_is_dark_and_light_is_light(self):
        for dark, limit in ((False, lambda value: value > 200), (True, lambda value: value < 60)):
            self.browser.screen(1366, 768, dark)
            self.open(walked())
            for script in ("getComputedStyle(document.documentElement).backgroundColor",
                           "getComputedStyle(document.querySelector('.current .graph polygon')).fill"):
                value = int(self.browser.run(script).split("(")[1].split(",")[0])
                self.assertTrue(limit(value), (dark, script, value))

    def test_pictures_share_no_names(self):
        self.open(walked())
        self.assertEqual(self.browser.run("document.querySelectorAll('.graph [id], .graph [class], .graph title').length"), 0)
        self.assertGreater(self.browser.run("document.querySelectorAll('.graph text').length"), 10)


class Large(InBrowser):
    def test_a_thousand_counterexamples_open(self):
        page = os.path.join(SAMPLES, "thousand", "index.html")
        times = []
        for _ in range(5):
            self.open(page)
            times.append(self.browser.run(
                "performance.getEntriesByType('navigation').map(n => n.loadEventEnd)[0]"))
        print(f"a report with 1,000 counterexamples opens in {min(times):.0f} ms, at worst {max(times):.0f} ms, of 5")
        self.assertLess(min(times), 20000)
        self.assertEqual(self.browser.run("document.querySelectorAll('a[href^=counterexamples]').length"), 1000)

    def test_without_dot_the_states_are_text_and_that_is_said(self):
        self.open(counterexamples("thousand")[0])
        self.assertIn("NO PICTURES: `dot` cannot be run", self.text("main"))
        self.assertGreater(len(self.text(".step.current pre")), 20)
        self.browser.press("Home")
        self.assertEqual(self.text(".stepper [role=status]").split(" of ")[0], "Step 0")


def main():
    global SAMPLES
    if len(sys.argv) != 3:
        sys.exit("usage: page_test.py FOLDER GROUP")
    SAMPLES = os.path.abspath(sys.argv[1])
    if sys.argv[2] != "Files" and browser.find_chromium() is None:
        print("SKIPPED: Chromium is missing, so the pages were not opened; apt-get install chromium", file=sys.stderr)
        sys.exit(SKIPPED)
    suite = unittest.defaultTestLoader.loadTestsFromName(sys.argv[2], sys.modules[__name__])
    sys.exit(not unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful())


if __name__ == "__main__":
    main()
