// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/html.h"

#include <gtest/gtest.h>

#include "reports/plain_text.h"
#include "reports/report_samples.h"

namespace lockstep {
namespace {

TEST(Html, StringsAreEscapedAndMarkupIsNot) {
  EXPECT_EQ(html("<b title=\"{}\">{}</b>{}", "\"x\" onclick=\"y", std::string("<i>"), html("<br>")).html(),
            "<b title=\"&quot;x&quot; onclick=&quot;y\">&lt;i&gt;</b><br>");
  EXPECT_EQ(html("{:.1f} {} {}", 1.25, uint64_t{7}, std::string_view("&amp;")).html(), "1.2 7 &amp;amp;");
}

TEST(Html, WhatABrowserWouldObeyIsShownAsAnEscape) {
  EXPECT_EQ(html("{}", kHostile).html(), "a&lt;b&gt;&amp;&quot;'\\x1b[31m\\nx\\xff#y]]&gt;");
  EXPECT_EQ(html("{}", std::string(1, '\0')).html(), "\\x00");
  EXPECT_EQ(html("{}", "\u202e\u200b\u061c\ufeff\uffff").html(), "\\u{202e}\\u{200b}\\u{61c}\\u{feff}\\u{ffff}");
  EXPECT_EQ(block_html("a\nb\tc\r\n").html(), "a\nb\\tc\\r\n");
}

TEST(Html, BracesInStringsAreText) { EXPECT_EQ(html("<p>{}</p>", "{} {0} {{").html(), "<p>{} {0} {{</p>"); }

TEST(Html, GreatLengthIsCutByCharactersAndSaid) {
  std::string long_name;
  for (size_t i = 0; i < 100000; ++i) long_name += "ä";
  const auto name = name_html(long_name).html();
  EXPECT_LT(name.size(), 500u);
  EXPECT_NE(name.find("… (cut: 100000 characters)</code>"), std::string::npos);
  EXPECT_EQ(shortened("äöü", 3), "äöü");
  EXPECT_EQ(shortened("äöü", 2), "äö… (cut: 3 characters)");
  EXPECT_EQ(shortened("\xff\xff\xff", 2), "\xff\xff… (cut: 3 characters)");
  EXPECT_EQ(shortened("", 0), "");
}

TEST(Html, LargeNumbersAreGrouped) {
  EXPECT_EQ(count_html(0).html(), "0");
  EXPECT_EQ(count_html(999).html(), "999");
  EXPECT_EQ(count_html(1234567).html(), "1\u202f234\u202f567");
}

TEST(Html, ATableHasItsCaptionAndAName) {
  const auto table = table_html("a < b", html("<tbody></tbody>")).html();
  EXPECT_NE(table.find("aria-label=\"a &lt; b\""), std::string::npos);
  EXPECT_NE(table.find("<caption>a &lt; b</caption>"), std::string::npos);
}

}  // namespace
}  // namespace lockstep
