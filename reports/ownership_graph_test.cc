// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/ownership_graph.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "model/model.h"
#include "model/target.h"
#include "reports/graph_columns.h"
#include "reports/graphviz.h"
#include "reports/report_samples.h"

namespace lockstep {
namespace {

constexpr const char* kRed = "#b3261e";
constexpr const char* kBlue = "#0b5cad";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The states of a model along a trace: the first one is the start.
std::vector<Snapshot> states(const std::string& model, const std::string& trace) {
  std::vector<Snapshot> all;
  Conformer conformer(model, nullptr);
  conformer.run(parse_trace(trace, "t"), [&](const StepRecord& record) { all.push_back(*record.model); });
  return all;
}

size_t index_of(const Snapshot& s, const std::string& name) {
  for (size_t i = 0; i < s.objects.size(); ++i)
    if (object_name(s, i) == name) return i;
  ADD_FAILURE() << "no " << name;
  return 0;
}

TEST(OwnershipGraph, ShowsEveryTaskAndObject) {
  for (const auto& [model, trace] :
       {std::pair("v5-intended", std::string(kIsolationTrace)), std::pair("v5-posted", std::string(kLeakTrace)),
        std::pair("v6-posted",
                  std::string("lockstep 1\nP1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=1 -> R2\n")),
        std::pair("seccomp", std::string("lockstep 1\nP1 attach -> F1\nP1 fork -> P2\nP2 attach -> F2\nP2 exit\n"))})
    for (const auto& state : states(model, trace)) {
      const auto dot = dot_of(state);
      for (size_t i = 0; i < state.objects.size(); ++i)
        EXPECT_TRUE(has(dot, "<B>" + object_name(state, i) + "</B>")) << model;
      for (const auto& task : state.tasks)
        EXPECT_TRUE(has(dot, "<B>P" + std::to_string(task.number) + "</B>")) << model;
      EXPECT_NO_THROW(render_svg(dot)) << dot;
    }
}

TEST(OwnershipGraph, SoundStateHasNothingRedAndNothingNew) {
  const auto all = states("v5-intended", kIsolationTrace);
  const auto dot = dot_of(all.back(), &all.back(), &all.back());
  EXPECT_FALSE(has(dot, kRed));
  EXPECT_FALSE(has(dot, kBlue));
}

TEST(OwnershipGraph, MarksWhatChanged) {
  const auto all = states("v5-intended", kIsolationTrace);
  const auto dot = dot_of(all[3], &all[2]);
  EXPECT_TRUE(has(dot, kBlue));
  EXPECT_TRUE(has(dot, "usage <FONT COLOR=\"#0b5cad\"><B>1</B></FONT><FONT COLOR=\"#0b5cad\"> (was 2)</FONT>"));
  EXPECT_FALSE(has(dot, kRed));
}

TEST(OwnershipGraph, LeakedRuleIsRed) {
  const auto all = states("v5-posted", kLeakTrace);
  const auto dot = dot_of(all[1]);
  EXPECT_TRUE(has(dot, "<FONT COLOR=\"#b3261e\"><B>leaked</B></FONT>"));
  EXPECT_TRUE(has(dot, "<FONT COLOR=\"#b3261e\"><B>explained 0</B></FONT>"));
}

TEST(OwnershipGraph, AllThreeNumbersWhereTheyDiffer) {
  const auto all = states("v5-intended", kIsolationTrace);
  auto other = all[2];
  other.objects[index_of(other, "E1")].counter[0] = 3;
  const Panel panel{.now = &all[2], .other = &other, .other_name = "kernel"};
  EXPECT_TRUE(has(dot_of({&panel, 1}), "usage 2 / <FONT COLOR=\"#b3261e\"><B>kernel 3</B></FONT></FONT>") ||
              has(dot_of({&panel, 1}), "usage 2 / <FONT COLOR=\"#b3261e\"><B>kernel 3</B></FONT> / explained 2"));
  EXPECT_TRUE(has(dot_of({&panel, 1}), "/ explained 2"));
}

TEST(OwnershipGraph, DifferentViewIsRedEvenWithOtherObjects) {
  const auto intended = states("v5-intended", kIsolationTrace), posted = states("v5-posted", kIsolationTrace);
  const Panel panel{.now = &posted[3], .other = &intended[3], .other_name = "expected", .counters = false};
  EXPECT_TRUE(has(dot_of({&panel, 1}), "<FONT COLOR=\"#b3261e\"><B>expected R1</B></FONT>"));
}

TEST(OwnershipGraph, FreedObjectIsHatched) {
  auto state = states("v5-intended", kIsolationTrace)[1];
  state.objects[index_of(state, "N1")].freed = true;
  const auto dot = dot_of(state);
  EXPECT_TRUE(has(dot, "style=\"striped,dashed\""));
  EXPECT_TRUE(has(dot, "freed, and a pointer leads here"));
  EXPECT_NO_THROW(render_svg(dot));
}

TEST(OwnershipGraph, CycleDoesNotHangTheLayout) {
  auto state = states("v5-intended", kIsolationTrace)[3];
  const auto n1 = static_cast<uint16_t>(index_of(state, "N1")), n3 = static_cast<uint16_t>(index_of(state, "N3"));
  state.pointers.push_back({Link::node_prev, 0, n1, n3});
  EXPECT_NO_THROW(render_svg(dot_of(state)));
}

TEST(OwnershipGraph, HostileTextsStayText) {
  auto state = states("v5-intended", kIsolationTrace)[1];
  state.faults.push_back(kHostile);
  const Panel panel{.now = &state, .heading = kHostile};
  const auto svg = render_svg(dot_of({&panel, 1}, {kHostile, kHostile, kHostile}));
  EXPECT_FALSE(has(svg, "<b>"));
  EXPECT_TRUE(has(svg, "a&lt;b&gt;"));
}

TEST(OwnershipGraph, RulesOfAListStandNewestFirst) {
  const auto state =
      states("v5-intended", "lockstep 1\nP1 append event=0 -> R1\nP1 append event=0 -> R2\nP1 append event=1 -> R3\n")
          .back();
  std::vector<std::string> names;
  for (auto rule : columns_of(state).rules) names.push_back(object_name(state, rule));
  EXPECT_EQ(names, (std::vector<std::string>{"R2", "R1", "R3"}));
}

TEST(Graphviz, SvgRefersToNothingOutside) {
  auto svg = render_svg(dot_of(states("v5-intended", kIsolationTrace).back()));
  EXPECT_TRUE(has(svg, "</svg>"));
  for (const auto* name_space : {"\"http://www.w3.org/2000/svg\"", "\"http://www.w3.org/1999/xlink\""}) {
    const auto at = svg.find(name_space);  // names, never loaded
    if (at != std::string::npos) svg.erase(at, std::string(name_space).size());
  }
  for (const auto* outside : {"http", "href", "url(", "<image", "<!DOCTYPE", "<script"})
    EXPECT_FALSE(has(svg, outside));
}

TEST(Graphviz, MissingDotNamesTheRemedy) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  std::string said;
  try {
    render_svg("digraph {}");
  } catch (const Unavailable& why) {
    said = why.what();
  }
  setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(has(said, "apt-get install graphviz")) << said;
}

TEST(Graphviz, BrokenTextIsSaidToBe) { EXPECT_THROW(render_svg("digraph {"), Unavailable); }

}  // namespace
}  // namespace lockstep
