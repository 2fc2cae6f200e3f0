#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kills nightlies at random moments and looks at what is left, each time:
the history opens and is whole, no finished job is lost, no process lives on; the next start goes on where the killed one
was, says so, and clears up.

  kill_test.py LOCKSTEP [--kills N] [--seed S] [--traces N]      LOCKSTEP_KILLS=50 does the same as --kills 50
"""
import argparse
import collections
import ctypes
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

PR_SET_CHILD_SUBREAPER = 36
DYING_TIME_S = 20


def require(holds, what):
    if not holds:
        sys.exit(f"FAILED: {what}")


def read_json(path):
    return json.loads(path.read_text()) if path.exists() else None


class Nightlies:
    def __init__(self, options, folder):
        self.words = [options.lockstep, "nightly", "--traces", str(options.traces), "--seed", "1", "-o", str(folder)]
        self.folder, self.log = folder, folder.parent / "log"
        self.recorded = set()  # ids of runs that the history has

    def start(self):
        with open(self.log, "wb") as log:
            return subprocess.Popen(self.words, stdout=log, stderr=log)

    def journal(self):
        return read_json(self.folder / "journal.json")

    def history(self):
        """Its runs, read from a copy: what SQLite still has to mend is left for lockstep to mend."""
        with tempfile.TemporaryDirectory() as copy:
            for name in ("history.sqlite", "history.sqlite-journal"):
                if (self.folder / name).exists():
                    shutil.copy(self.folder / name, copy)
            database = pathlib.Path(copy) / "history.sqlite"
            if not database.exists():
                return set()
            connection = sqlite3.connect(database)
            require(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the history is damaged")
            require(not connection.execute("PRAGMA foreign_key_check").fetchall(), "the history has loose ends")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchall():
                return set()
            runs = connection.execute(
                "SELECT id, count(results.run) FROM runs LEFT JOIN results ON run = number GROUP BY number").fetchall()
            connection.close()
        ids = [run for run, _ in runs]
        require(len(ids) == len(set(ids)), f"a run stands twice: {ids}")
        require(all(results == self.jobs for _, results in runs), f"half a run: {runs}")
        return set(ids)

    def run_to_the_end(self):
        code = self.start().wait()
        require(code in (0, 4), f"exit code {code}:\n{self.log.read_text()}")  # 4: what is live was taken
        require(self.journal() is None, "the journal is left")
        report = read_json(self.folder / "report.json")
        self.jobs = len(report["results"])
        return report

    def check_clear(self):
        left = [p for p in self.folder.rglob("*") if ".part-" in p.name or p.name.endswith("-journal")]
        require(not left, f"left behind: {left}")

    def check_nothing_lost(self, before, after, report):
        """Jobs that a killed run had finished: the same bytes later."""
        if before is None:
            return
        if after is not None and after["id"] == before["id"]:
            for job, text in before["jobs"].items():
                require(after["jobs"].get(job) == text, f"{job} is lost or changed")
        else:
            require(report is not None and report["run"]["id"] == before["id"], f"the run {before['id']} is lost")
            results = {r["job"]: r for r in report["results"]}
            for job, text in before["jobs"].items():
                require(results[job] == json.loads(text)["results"][0], f"{job} is lost or changed")

    def check_says_so(self, before, after, ended):
        """Whoever went further than the killed run has said that it goes on."""
        further = ended or (after is not None and len(after["jobs"]) > len(before["jobs"]))
        if further:
            require("going on with the nightly in" in self.log.read_text(), "it does not say that it goes on")


def no_process_left():
    """We are the subreaper of whatever a killed nightly leaves: that must die, and soon."""
    end = time.monotonic() + DYING_TIME_S
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.01)
        except ChildProcessError:
            return
    sys.exit("FAILED: processes live on")


def where(journal, ended):
    if ended:
        return "after its end"
    if journal is None:
        return "before the first job"
    return f"after {len(journal['jobs'])} jobs"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lockstep")
    parser.add_argument("--kills", type=int, default=int(os.environ.get("LOCKSTEP_KILLS", "8")))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--traces", type=int, default=60)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.kills} kills", flush=True)
    chance = random.Random(options.seed)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    with tempfile.TemporaryDirectory(prefix="lockstep-kills-") as name:
        runs = Nightlies(options, pathlib.Path(name) / "nightly")
        start = time.monotonic()
        runs.run_to_the_end()
        length = time.monotonic() - start
        known = runs.history()
        moments, resumed, finished = collections.Counter(), 0, 1
        journal, report = None, read_json(runs.folder / "report.json")
        for _ in range(options.kills):
            process = runs.start()
            time.sleep(chance.uniform(0, length))
            process.send_signal(signal.SIGKILL)
            ended = process.wait() != -signal.SIGKILL
            no_process_left()
            before, journal = journal, runs.journal()
            last, report = report, read_json(runs.folder / "report.json")
            completed = journal is None and (before is not None or report["run"]["id"] != last["run"]["id"])
            runs.check_nothing_lost(before, journal, report)
            if before is not None:
                runs.check_says_so(before, journal, completed)
                resumed += 1
            now = runs.history()
            require(known <= now, f"runs are lost: {known - now}")
            require(len(now - known) <= 1, f"more than one run was recorded: {now - known}")
            known = now
            finished += completed
            moments[where(journal, ended or completed)] += 1
        before = journal
        last = runs.run_to_the_end()
        no_process_left()
        runs.check_nothing_lost(before, None, last)
        if before is not None:
            runs.check_says_so(before, None, True)
        now = runs.history()
        finished += 1
        require(last["run"]["id"] in now and len(now) == finished, f"{finished} runs ended, the history has {len(now)}")
        runs.check_clear()
    print(f"a whole run takes {length:.1f} s; {resumed} starts found a killed run, {finished} runs came to their end")
    print("killed " + ", ".join(f"{what}: {count}" for what, count in sorted(moments.items())))


main()
