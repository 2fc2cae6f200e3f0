// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bisect.h"

#include <algorithm>
#include <string_view>

#include "cli/common.h"

namespace lockstep::cli {

bool asks_to_bisect(int argc, const char* const* argv) {
  const auto* end = std::find(argv, argv + argc, std::string_view("--"));
  return std::any_of(argv, end, [](std::string_view word) { return word == "--bisect"; });
}

int bisect_code(const Result& result) {
  if (result.verdict() == Verdict::conforms) return kOk;
  const bool judged = std::any_of(result.finds.begin(), result.finds.end(),
                                  [](const auto& find) { return find.divergence.property != "trace"; });
  return judged ? kUnexpected : kInconclusive;
}

int bisect_code(int code) {
  constexpr int kSkip = 125;
  return code == kOk || code == kUnexpected || code >= 128 ? code : kSkip;
}

}  // namespace lockstep::cli
