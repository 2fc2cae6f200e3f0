// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutant_excuses.h"

namespace lockstep {

namespace {
constexpr std::string_view kUsersGo =
    "the users of a node's filters are read nowhere but in this walk, and go with the filters' memory in the same put; "
    "a "
    "listener that outlives them would tell, and there is none in this model";
constexpr Excuse kExcuses[] = {
    {"v5-intended v5-new-hierarchy", "put_rule dec_and_test#1 skipped-as-zero", true,
     "a rule is held once, by its node or by the newer rule, so a put is always the last one; the usage that is left "
     "at 1 goes with the rule's memory, in the same round"},
    {"v5-posted", "put_node dec_and_test#1 skipped-as-zero", true,
     "only a node fork shares nodes, and none is ever reached, so a put is always the last one; the usage that is left "
     "at 1 goes with the node's memory, in the same round"},
    {"v5-posted", "put_events branch#3 negated", true,
     "an owner that is not cleared stays in a node that the next line frees: nothing else holds a node"},
    {"v5-posted", "put_events store#1 skipped", true,
     "an owner that is not cleared stays in a node that the next line frees: nothing else holds a node"},
    {"v5-intended v5-new-hierarchy v5-posted v6-posted", "exit store#1 skipped", true,
     "the pointer goes with the task's memory, which the reap frees in the same step; nobody but the task reads it"},
    {"seccomp@6.1", "take_filter store#1 skipped", true,
     "the pointer goes with the task's memory, which the reap frees in the same step; with 6.11 a zombie keeps it"},
    {"seccomp-nodes", "walk_refs dec_and_test#1 skipped-as-zero", true,
     "a filter is held once, by its node or by the newer filter, so a put is always the last one; the refs that are "
     "left "
     "at 1 go with the filter's memory, in the same round"},
    {"seccomp-nodes", "walk_users branch#1 negated", true, kUsersGo},
    {"seccomp-nodes", "walk_users branch#2 negated", true, kUsersGo},
    {"seccomp-nodes", "walk_users dec_and_test#1 skipped", true, kUsersGo},
    {"seccomp-nodes", "walk_users dec_and_test#1 skipped-as-zero", true, kUsersGo},
    {"seccomp-nodes", "walk_users dec_and_test#1 doubled", true, kUsersGo},
    {"seccomp-nodes", "walk_users dec_and_test#1 negated", true, kUsersGo},
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
