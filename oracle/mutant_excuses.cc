// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutant_excuses.h"

namespace lockstep {

namespace {
constexpr Excuse kExcuses[] = {
    {"", "", true, ""},
};

// Whether a list of words with a blank between them has this one.
bool names(std::string_view list, std::string_view word) {
  while (true) {
    const auto end = list.find(' ');
    if (list.substr(0, end) == word) return true;
    if (end == std::string_view::npos) return false;
    list.remove_prefix(end + 1);
  }
}
}  // namespace

std::span<const Excuse> excuses() { return kExcuses; }

const Excuse* find_excuse(std::string_view full_name) {
  const auto model = full_name.substr(0, full_name.find(' '));
  for (const auto& excuse : kExcuses)
    if (names(excuse.models, model) && full_name.substr(model.size() + 1) == excuse.mutant) return &excuse;
  return nullptr;
}

}  // namespace lockstep
