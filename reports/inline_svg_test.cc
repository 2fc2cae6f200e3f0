// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/inline_svg.h"

#include <gtest/gtest.h>

#include <set>

#include "reports/graph_style.h"
#include "reports/graphviz.h"
#include "reports/report_samples.h"
#include "reports/step_pictures.h"

namespace lockstep {
namespace {

std::string inlined(const std::string& content) {
  return inline_svg(
             "<?xml version=\"1.0\"?>\n<svg width=\"9pt\" viewBox=\"0.00 0.00 100.00 50.00\">" + content + "</svg>\n",
             "a \"label\"")
      .html();
}
const std::string kHead =
    "<svg class=\"graph\" role=\"img\" aria-label=\"a &quot;label&quot;\" width=\"120\" height=\"60\" viewBox=\"0 0 "
    "100 "
    "50\">";

TEST(InlineSvg, KeepsShapesTextAndLooks) {
  const std::string shapes =
      "<g transform=\"translate(1 2)\"><path fill=\"#ffffff\" d=\"M1,2\"/><text x=\"1\" y=\"2\">P1 "
      "&lt;x&gt;</text></g>";
  EXPECT_EQ(inlined(shapes), kHead + shapes + "</svg>");
}

TEST(InlineSvg, DropsNamesLinksStylesAndScripts) {
  EXPECT_EQ(inlined("<g id=\"node1\" class=\"node\" style=\"fill:red\" onload=\"x()\"><title>p1</title>"
                    "<a xlink:href=\"x\"><text x=\"1\">t</text></a></g>"),
            kHead + "<g><text x=\"1\">t</text></g></svg>");
  EXPECT_EQ(inlined("<script>alert(1)</script><style>*{}</style><image href=\"x\"/><use href=\"#x\"/>"),
            kHead + "</svg>");
  EXPECT_EQ(inlined("<!-- <script> --><foreignObject><b>x</b></foreignObject>"), kHead + "</svg>");
  EXPECT_EQ(inlined("<path fill=\"url(#g)\" d=\"M0\"/>"), kHead + "<path d=\"M0\"/></svg>");
}

TEST(InlineSvg, RefusesWhatIsNotWhole) {
  for (const char* text :
       {"", "hello", "<svg viewBox=\"0 0 1 1\">", "<svg></svg>", "<svg viewBox=\"0 0 1\"></svg>",
        "<svg viewBox=\"0 0 1 1\"><g></svg>", "<svg viewBox=\"0 0 1 1\"><g x=1></g></svg>",
        "<svg viewBox=\"0 0 1 1\"></svg><svg viewBox=\"0 0 1 1\"></svg>", "<svg viewBox=\"0 0 1 1\"><!-- x</svg>"})
    EXPECT_THROW(inline_svg(text, ""), std::runtime_error) << text;
}

std::set<std::string> colors_in(const std::string& svg) {
  std::set<std::string> colors;
  for (const char* name : {" fill=\"", " stroke=\""})
    for (size_t at = svg.find(name); at != std::string::npos; at = svg.find(name, at + 1)) {
      const auto begin = svg.find('"', at) + 1;
      colors.insert(svg.substr(begin, svg.find('"', begin) - begin));
    }
  return colors;
}

TEST(InlineSvg, EveryColourOfAPictureHasOneForTheDark) {
  std::set<std::string> known{"none", "transparent"}, used;
  for (const auto& shade : kDarkShades) EXPECT_TRUE(known.insert(shade.light).second) << shade.light;
  const std::string kills = "lockstep 1\nP1 attach -> F1\nP1 fork -> P2\nP2 attach -> F2\nP2 exit\n";
  for (const auto& [model, target, text] :
       {std::tuple("v5-intended", "v5-posted", std::string(kIsolationTrace)),
        std::tuple("v5-posted", "v5-posted", std::string(kLeakTrace)), std::tuple("seccomp", "seccomp@6.1", kills)}) {
    auto spec = make_spec(target);
    StepPictures pictures(model, spec.get(), 5);
    Conformer(model, spec.get()).run(parse_trace(text, "t"), [&](const StepRecord& record) {
      used.merge(colors_in(inline_svg(render_svg(pictures.add(record, "wrong")), "").html()));
    });
  }
  EXPECT_GT(used.size(), 15u);
  for (const auto& color : used) EXPECT_TRUE(known.contains(color)) << color;
  for (const auto kind : {Kind::task, Kind::events, Kind::node, Kind::rule, Kind::prog, Kind::filter}) {
    EXPECT_TRUE(known.contains(tint_of(kind).fill));
    EXPECT_TRUE(known.contains(tint_of(kind).line));
  }
}

}  // namespace
}  // namespace lockstep
