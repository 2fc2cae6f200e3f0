// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/news_text.h"

#include <fmt/format.h>

#include "model/utf8.h"

namespace lockstep {

namespace {

std::string new_line(const Find& find, const Result& r, const Sighting& sighting) {
  const bool again = sighting.first_seen != sighting.last_seen;
  return fmt::format("  {}  {}  {}, {}{}{}\n", again ? "again" : "new  ", sighting.identity, shown(r.job),
                     shown(find.divergence.cause), find.expected ? ", expected" : "",
                     again ? ", first seen " + shown(sighting.first_seen) : "");
}

}  // namespace

std::string news_text(const Run& run, const RunHistory& history) {
  if (history.earlier.empty()) return "No run before this one is known here.\n";
  std::string lines;
  for (const bool expected : {false, true})
    for (const auto& r : run.results)
      for (const auto& find : r.finds) {
        const auto at = history.sightings.find(finding_identity(find));
        if (find.expected == expected && at != history.sightings.end() && at->second.is_new)
          lines += new_line(find, r, at->second);
      }
  for (const auto& gone : history.gone)
    lines += fmt::format("  gone   {}  {}, {}\n", shown(gone.identity), shown(gone.job), shown(gone.cause));
  return fmt::format("Since the run of {}:{}", shown(history.earlier.back().started),
                     lines.empty() ? " nothing is new, and nothing is gone.\n" : "\n" + lines);
}

}  // namespace lockstep
