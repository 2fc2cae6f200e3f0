// SPDX-License-Identifier: GPL-2.0-or-later
// Nightlies and their reports as users meet them: shards, histories, what was killed half way, what is broken.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/jobs.h"
#include "cli/test_run.h"
#include "reports/pipe_through.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Ran {
  int code = -1;
  std::string out, err;
};

Ran run(std::vector<std::string> words) {
  words.insert(words.begin(), LOCKSTEP_BINARY);
  const auto ran = pipe_through(words, "", 300000);
  return {WIFEXITED(ran.status) ? WEXITSTATUS(ran.status) : -1, ran.out, ran.error};
}

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

class NightlyFolder : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/lockstep-nightly-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    test::use_cache_without_kernels(folder_ / "no-kernels");
  }
  void TearDown() override {
    unsetenv("LOCKSTEP_CACHE");
    fs::remove_all(folder_);
  }

  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  Ran nightly(const std::string& name, std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"nightly", "--seed", "3", "-o", at(name)};
    if (std::find(more.begin(), more.end(), "--traces") == more.end()) words.insert(words.end(), {"--traces", "40"});
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  Json report(const std::string& name) const { return Json::parse(slurp(folder_ / name / "report.json")); }
  int count(const std::string& name, const std::string& from) const {
    SQLite::Database database(at(name + "/history.sqlite"));
    return database.execAndGet("SELECT count(*) FROM " + from);
  }

  fs::path folder_;
};

// Obligations as they are whether or not a run before has answered them.
void without_time(Json& obligations) {
  for (auto& each : obligations) each.erase("seconds"), each.erase("cached");
}

// What two runs must have in common: everything but when they ran, how long, and where their files are.
Json comparable(Json results) {
  Json jobs = Json::object();
  for (auto& r : results) {
    r.erase("seconds");
    for (const auto* list : {"notes", "missing", "shortcomings"}) std::sort(r[list].begin(), r[list].end());
    for (auto& line : r["statistics"])
      if (line["name"] == "states/s" || line["name"] == "slowest obligation" || line["name"] == "obligations")
        line.erase("value");
    for (auto& row : r["proofs"]) {
      row.erase("seconds");
      without_time(row["obligations"]);
    }
    without_time(r["lemmas"]);
    for (auto& find : r["finds"]) {
      if (find["name"].get<std::string>().find("/finds/") == std::string::npos) continue;  // the corpus has it
      find["name"] = fs::path(find["name"].get<std::string>()).filename();
      find.erase("reproduce");
    }
    jobs[r["job"].get<std::string>()] = r;
  }
  return jobs;
}

TEST_F(NightlyFolder, FourShardsMergedAreTheWhole) {
  ASSERT_EQ(nightly("whole", {"--traces", "400"}).code, 0);
  std::vector<std::string> merge{"report", "merge", "-o", at("merged")};
  for (const auto* index : {"4", "2", "1", "3"}) {
    const auto ran = nightly(index, {"--traces", "400", "--shard", std::string(index) + "/4"});
    ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
    merge.push_back(at(index));
  }
  const auto merged = run(merge);
  const auto whole = comparable(report("whole")["results"]), joined = comparable(report("merged")["results"]);
  ASSERT_EQ(joined.size(), whole.size());
  int code = 0;
  for (const auto& [job, result] : whole.items()) {
    // What is live may be taken by another process for one run and not for another.
    if (result["target"] == "live" && (result["skipped"] != 0 || joined[job]["skipped"] != 0)) {
      printf("\n!!! SKIPPED: %s could not be run\n\n", job.c_str());
      if (joined[job]["steps"] != 0) code = 4;  // some shards of it were
      continue;
    }
    EXPECT_EQ(joined[job], result) << job;
  }
  EXPECT_EQ(merged.code, code) << merged.out << merged.err;
  EXPECT_GE(whole["canary"]["finds"].size(), 2u);  // so there is something to join
  const auto joined_report = report("merged");
  EXPECT_EQ(joined_report["run"]["shard"], "merged 4");
  const auto& canary = *std::find_if(joined_report["results"].begin(), joined_report["results"].end(),
                                     [](const auto& result) { return result["job"] == "canary"; });
  for (const auto& find : canary["finds"]) {
    EXPECT_TRUE(fs::exists(find["name"].get<std::string>()));
    const auto page = "counterexamples/canary-" + find["identity"].get<std::string>() + "/index.html";
    EXPECT_TRUE(fs::exists(folder_ / "merged" / page));
    EXPECT_NE(slurp(folder_ / "merged/index.html").find("href=\"" + page + "\""), std::string::npos);
  }
  EXPECT_EQ(count("merged", "runs"), 1);

  const auto again = run(merge);
  EXPECT_EQ(again.code, code) << again.err;
  EXPECT_EQ(count("merged", "runs"), 1);
  merge.pop_back();
  const auto three = run(merge);
  EXPECT_EQ(three.code, 4) << three.out;
  EXPECT_NE(three.out.find("shard 3/4 is missing"), std::string::npos);
  merge.push_back(at("1"));
  const auto twice = run(merge);
  EXPECT_EQ(twice.code, 2);
  EXPECT_NE(twice.err.find("are both shard 1/4"), std::string::npos) << twice.err;
  EXPECT_EQ(run({"report", "merge", at("1"), at("whole"), "-o", at("x")}).code, 2);
  EXPECT_EQ(run({"report", "merge", at("1"), at("2"), "-o", at("1")}).code, 2);
  EXPECT_EQ(run({"report", "merge", at("none"), "-o", at("x")}).code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "x"));
}

// Such a find has no model but its trace's own, and no file but the corpus's.
TEST_F(NightlyFolder, AnUnexpectedDivergenceOfTheCorpusHasItsPage) {
  fs::create_directory(folder_ / "corpus");
  write(folder_ / "corpus/a.trace",
        "lockstep 1\nmodel v5-intended\nexpect sim:v5 CONFORMS\nP1 append event=0 -> R1\nP1 fork -> P2\n"
        "P2 append event=0 -> R2\n");
  const auto ran = nightly("n", {"--corpus", at("corpus")});
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_NE(ran.err.find("report: " + at("n/index.html")), std::string::npos) << ran.err;
  const auto page = slurp(folder_ / "n/index.html");
  EXPECT_NE(page.find("<h1>1 new divergence</h1>"), std::string::npos);
  const auto link = page.find("href=\"counterexamples/corpus-sim-v5-");
  ASSERT_NE(link, std::string::npos);
  const auto drawn = slurp(folder_ / "n" / page.substr(link + 6, page.find('"', link + 6) - link - 6));
  EXPECT_NE(drawn.find("<h1>sim:v5 breaks isolation at step 3</h1>"), std::string::npos);
}

// QEMU as it ends when a kernel panics at once.
TEST_F(NightlyFolder, AGuestThatDoesNotComeUpIsNoSkip) {
  const auto kernel = folder_ / "no-kernels/kernels/6.1";
  fs::create_directories(kernel);
  for (const auto* name : {"bzImage", "release"}) write(kernel / name, "6.1\n");
  write(folder_ / "qemu-system-x86_64", "#!/bin/sh\nexit 1\n");
  fs::permissions(folder_ / "qemu-system-x86_64", fs::perms::owner_all);
  const std::string path = getenv("PATH");
  setenv("PATH", (folder_.string() + ":" + path).c_str(), 1);
  const auto ran = nightly("n", {"--shard", "2/40"});
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(ran.code, 4) << ran.err;
  const auto results = report("n")["results"];
  const auto of = [&](const std::string& job) {
    return *std::find_if(results.begin(), results.end(), [&](const auto& r) { return r["job"] == job; });
  };
  EXPECT_EQ(of("fuzz-vm-6.1")["conclusion"], "inconclusive");
  EXPECT_NE(of("fuzz-vm-6.1")["shortcomings"].dump().find("the guest does not come up"), std::string::npos);
  EXPECT_EQ(of("fuzz-vm-6.12")["conclusion"], "skipped");
}

TEST_F(NightlyFolder, AReportMadeAgainIsTheSame) {
  ASSERT_EQ(nightly("n").code, 0);
  const auto text = slurp(folder_ / "n/report.txt"), json = slurp(folder_ / "n/report.json"),
             xml = slurp(folder_ / "n/report.xml"), page = slurp(folder_ / "n/index.html");
  fs::remove(folder_ / "n/index.html");
  fs::remove(folder_ / "n/report.txt");
  fs::remove(folder_ / "n/report.xml");
  const auto again = run({"report", at("n")});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.out.find("\nVerdict: "), std::string::npos);
  EXPECT_EQ(slurp(folder_ / "n/report.txt"), text);
  EXPECT_EQ(slurp(folder_ / "n/report.json"), json);
  EXPECT_EQ(slurp(folder_ / "n/report.xml"), xml);
  EXPECT_EQ(slurp(folder_ / "n/index.html"), page);
  EXPECT_EQ(count("n", "runs"), 1);
}

TEST_F(NightlyFolder, ABrokenReportIsRefusedAndNothingWritten) {
  fs::create_directories(folder_ / "n");
  EXPECT_EQ(run({"report"}).code, 2);
  EXPECT_EQ(run({"report", at("none")}).code, 2);
  const auto check = run({"check", LOCKSTEP_SOURCE_DIR "/corpus/v5-intended/story.trace", "--format", "json"}).out;
  for (const auto& bad : {std::string(), std::string("{}"), std::string("{\"schema_version\": 1}"),
                          std::string("\x7f"
                                      "ELF"),
                          check.substr(0, check.size() / 2), check, std::string(100000, '[')}) {
    write(folder_ / "n/report.json", bad);
    for (const auto& words :
         {std::vector<std::string>{"report", at("n")}, {"report", "merge", at("n"), "-o", at("m")}}) {
      const auto ran = run(words);
      EXPECT_EQ(ran.code, 2) << bad.substr(0, 60);
      EXPECT_NE(ran.err.find(at("n/report.json")), std::string::npos) << ran.err;
      EXPECT_EQ(ran.err.find("json.exception"), std::string::npos) << ran.err;
    }
  }
  EXPECT_FALSE(fs::exists(folder_ / "m"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "n"), {}), 1);
}

TEST_F(NightlyFolder, ADamagedHistoryIsKnownBeforeTheRun) {
  fs::create_directories(folder_ / "n");
  const std::string damaged = "this is no database, and it is long enough for one to be looked for";
  write(folder_ / "n/history.sqlite", damaged);
  const auto ran = nightly("n");
  EXPECT_EQ(ran.code, 3) << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err.find(at("n/history.sqlite")), std::string::npos) << ran.err;
  EXPECT_EQ(slurp(folder_ / "n/history.sqlite"), damaged);
  EXPECT_FALSE(fs::exists(folder_ / "n/report.json"));
}

// As after a kill between the record and the end of the journal.
TEST_F(NightlyFolder, ARunThatWasRecordedAndNotReportedIsNotRecordedTwice) {
  fs::create_directories(folder_ / "n/report.txt/in the way");
  const auto failed = nightly("n");
  EXPECT_EQ(failed.code, 3) << failed.err;
  EXPECT_EQ(count("n", "runs"), 1);
  const auto results = count("n", "results"), sightings = count("n", "sightings");
  EXPECT_TRUE(fs::exists(folder_ / "n/journal.json"));
  fs::remove_all(folder_ / "n/report.txt");
  const auto again = nightly("n");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.err.find("going on with the nightly in"), std::string::npos) << again.err;
  EXPECT_EQ(count("n", "runs"), 1);
  EXPECT_EQ(count("n", "results"), results);
  EXPECT_EQ(count("n", "sightings"), sightings);
  EXPECT_FALSE(fs::exists(folder_ / "n/journal.json"));
  EXPECT_NE(slurp(folder_ / "n/report.txt").find("No run before this one"), std::string::npos);
  ASSERT_EQ(nightly("n").code, 0);
  EXPECT_EQ(count("n", "runs"), 2);
  EXPECT_NE(slurp(folder_ / "n/report.txt").find("nothing is new, and nothing is gone"), std::string::npos);
}

// Other traces every day, the same canary; a run that was killed yesterday goes on with yesterday's.
// With the kernels that are in the user's own cache.
class VmNightly : public NightlyFolder {
 protected:
  void SetUp() override {
    NightlyFolder::SetUp();
    unsetenv("LOCKSTEP_CACHE");
  }
};

TEST_F(VmNightly, GuestsThatCanBeHadTakePartAndTheOthersAreLoudSkips) {
  ASSERT_EQ(nightly("n", {"--traces", "3"}).code, 0);
  const auto results = comparable(report("n")["results"]);
  int ran = 0;
  for (const auto& job : cli::nightly_jobs()) {
    if (!job.target.starts_with("vm:")) continue;
    const auto& result = results[std::string(job.id)];
    const auto notes = result["notes"].dump();
    if (result["skipped"] == 1 && result["traces"] == 0) {
      EXPECT_NE(notes.find("skipped: " + std::string(job.target)), std::string::npos) << notes;
      printf("\n!!! SKIPPED: %s\n\n", notes.c_str());
      continue;
    }
    ++ran;
    EXPECT_EQ(result["skipped"], 0) << job.id;
    EXPECT_NE(notes.find(std::string(job.target) + " is Linux "), std::string::npos) << notes;
    EXPECT_GE(result["traces"], job.kind == cli::JobKind::fuzz ? 3 : 10) << job.id;
    EXPECT_EQ(!result["finds"].empty(), job.id == "corpus-vm-v5") << job.id;
  }
  if (ran == 0) GTEST_SKIP();
}

TEST_F(NightlyFolder, TheDayIsTheSeed) {
  fs::create_directories(folder_ / "n/report.txt/in the way");
  const std::vector<std::string> words{"nightly", "--traces", "1", "-o", at("n")};
  EXPECT_EQ(run(words).code, 3);
  auto journal = slurp(folder_ / "n/journal.json");
  const auto today = std::to_string(Json::parse(journal)["seed"].get<uint64_t>());
  EXPECT_EQ(today.size(), 8u);
  EXPECT_EQ(today.substr(0, 2), "20");
  const std::string yesterday = "20170301";
  for (size_t at = 0; (at = journal.find(today, at)) != std::string::npos;)
    journal.replace(at, today.size(), yesterday);
  write(folder_ / "n/journal.json", journal);
  fs::remove_all(folder_ / "n/report.txt");
  const auto again = run(words);
  EXPECT_NE(again.err.find("going on with the nightly"), std::string::npos) << again.err;
  EXPECT_EQ(report("n")["run"]["seed"], 20170301);
  const auto results = comparable(report("n")["results"]);
  EXPECT_EQ(results["canary"]["seed"], 1);
  EXPECT_EQ(results["fuzz-v5-posted"]["seed"], 20170301);
}

TEST_F(NightlyFolder, AnotherPlanIsAnotherRun) {
  fs::create_directories(folder_ / "n/report.txt/in the way");
  EXPECT_EQ(nightly("n").code, 3);
  fs::remove_all(folder_ / "n/report.txt");
  const auto other = nightly("n", {"--traces", "41"});
  EXPECT_EQ(other.err.find("going on"), std::string::npos) << other.err;
  EXPECT_EQ(count("n", "runs"), 2);
  EXPECT_EQ(run({"nightly", "--traces", "5", "--for", "5s", "-o", at("n")}).code, 2);
}

TEST_F(NightlyFolder, SomebodyElsesCounterexamplesStay) {
  fs::create_directories(folder_ / "n/counterexamples");
  write(folder_ / "n/counterexamples/mine", "precious");
  const auto ran = nightly("n");
  EXPECT_EQ(ran.code, 2) << ran.err;
  EXPECT_NE(ran.err.find("name another folder"), std::string::npos) << ran.err;
  EXPECT_EQ(slurp(folder_ / "n/counterexamples/mine"), "precious");
}

TEST_F(NightlyFolder, LeftoversOfAKilledRunGo) {
  ASSERT_EQ(nightly("n").code, 0);
  fs::create_directories(folder_ / "n/counterexamples");
  fs::create_directories(folder_ / "n/finds");
  for (const auto* name : {"report.json.part-AbC123", "finds/x.trace.part-000000", "counterexamples/y.part-zzzzzz"})
    write(folder_ / "n" / name, "half");
  ASSERT_EQ(nightly("n").code, 0);
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "n"))
    EXPECT_EQ(entry.path().string().find(".part-"), std::string::npos) << entry.path();
}

TEST_F(NightlyFolder, OneRunAtATimeInAFolder) {
  fs::create_directories(folder_ / "n");
  const int fd = open(at("n").c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(flock(fd, LOCK_EX), 0);
  const auto second = nightly("n");
  close(fd);
  EXPECT_EQ(second.code, 3);
  EXPECT_NE(second.err.find("another lockstep is at work there"), std::string::npos) << second.err;
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "n"), {}), 0);
}

TEST_F(NightlyFolder, EveryCheckingCommandSaysWhatItsResultsWereGotOn) {
  setenv("XDG_STATE_HOME", at("state").c_str(), 1);
  const std::string trace = LOCKSTEP_SOURCE_DIR "/corpus/v5-intended/story.trace";
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"check", trace},
           {"replay", trace, "--target", "sim:v5"},
           {"fuzz", "--model", "v6-posted", "--target", "sim:v6", "--traces", "3", "--seed", "1"},
           {"nightly", "--traces", "3", "-o", at("n")}}) {
    auto with = words;
    with.insert(with.end(), {"--format", "json"});
    const auto json = Json::parse(run(with).out);
    const auto& p = json["provenance"];
    EXPECT_TRUE(json["tool"]["version"].get<std::string>().starts_with("0.")) << words[0];
    EXPECT_NE(p["kernel"].get<std::string>().find(' '), std::string::npos) << words[0];
    const auto all = p["more"].dump();
    for (const auto* what :
         {"Boost", "SQLite", "libbpf", "Z3", "compiler", "RapidCheck", "graphviz", "model parameters"})
      EXPECT_NE(all.find(what), std::string::npos) << words[0] << " " << what;
    // A hash, or the reason that there is none.
    EXPECT_TRUE(p["btf_sha256"].get<std::string>().size() == 64 || all.find("\"BTF\"") != std::string::npos);
    EXPECT_TRUE(p["config_sha256"].get<std::string>().size() == 64 ||
                all.find("kernel configuration") != std::string::npos);
    EXPECT_EQ(json.contains("run"), words[0] == "nightly");
  }
  EXPECT_NE(slurp(folder_ / "n/report.txt").find("\n  kernel: "), std::string::npos);
  EXPECT_NE(slurp(folder_ / "n/report.xml").find("<property name=\"kernel\" value=\""), std::string::npos);
}

}  // namespace
}  // namespace lockstep
