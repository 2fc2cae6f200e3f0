// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/model.h"

#include <algorithm>

#include "model/model_of.h"

namespace lockstep {

namespace {

constexpr const char* kBranchNames[] = {
#define X(name, text) #name,
    LOCKSTEP_BRANCHES(X)
#undef X
};
constexpr const char* kBranchTexts[] = {
#define X(name, text) text,
    LOCKSTEP_BRANCHES(X)
#undef X
};

using enum Branch;

// The system call's own checks and what every design does with rules.
const std::vector<Branch> kRuleBranches = {
    no_nnp,     no_cap,       null_arg,   bad_flags, bad_arg,     closed_fd,        other_fd,
    wrong_type, first_append, over_limit, no_rule,   no_events,   no_filled_events, events_freed,
    prog_freed, rules_end,    rule_kept,  no_task,   fork_shares, exit_puts,        slot_empty};

std::vector<Branch> with(std::initializer_list<Branch> more, std::vector<Branch> all = kRuleBranches) {
  all.insert(all.end(), more);
  return all;
}

const std::vector<Branch> kSeccompBranches = {
    bad_flags,       bad_arg,    bad_length,       no_nnp,          no_cap,     no_filter,
    no_instructions, no_program, bad_instructions, refused_program, over_limit, no_task,
    fork_shares,     users_end,  still_used,       refs_end,        still_held, bad_path};

const std::vector<ModelInfo> kModels = {
    {"v5-intended",
     "v5-intended",
     PromiseKind::node,
     "the Landlock v5 node design as its thread describes it",
     with({no_node, nodes_end, node_kept, owner_here, owner_exits}),
     {rule_kept}},
    {"v5-new-hierarchy",
     "v5-new-hierarchy",
     PromiseKind::node,
     "v5-intended with the option that the thread proposes",
     with({no_node, nodes_end, node_kept, owner_here, owner_exits, new_hierarchy}),
     {rule_kept},
     "It promises that an append with the option makes a new set of rules even for an owner, so that tasks forked "
     "before get neither this rule nor a later one. It can keep that, if the caller's ownership of the nodes that it "
     "leaves ends, which the thread does not say: an owner that stays named there lets a later task of the same "
     "address add to nodes that are not its own. There is no way back, and a check is no more of a snapshot than in "
     "v5-intended (docs/proposals.md)."},
    {"v5-posted",
     "v5-posted",
     PromiseKind::node,
     "the Landlock v5 node design as it was posted",
     with({events_charged, no_node, nodes_end, node_kept, owner_here, owner_put, becomes_owner, owned_by_other,
           rule_in_use, fork_no_node, fork_no_events, fork_slot_empty, node_shared}),
     {owner_here, owner_put, becomes_owner, owned_by_other, rule_in_use, fork_no_node, fork_no_events, fork_slot_empty,
      node_shared, node_kept}},
    {"v6-posted",
     "v6-posted",
     PromiseKind::copy,
     "the next revision: no nodes, events copied when shared",
     with({events_charged, rule_in_use}),
     {rule_in_use}},
    {"seccomp",
     "seccomp",
     PromiseKind::copy,
     "seccomp filter trees, Linux 6.11 and later: exit drops the filter",
     kSeccompBranches,
     {}},
    {"seccomp@6.1",
     "seccomp",
     PromiseKind::copy,
     "seccomp filter trees, Linux up to 6.10: the reap drops the filter",
     kSeccompBranches,
     {}},
    {"seccomp-nodes",
     "seccomp-nodes",
     PromiseKind::node,
     "seccomp filters in nodes, as the v5 thread proposes",
     with({no_filters, owner_here, no_node, nodes_end, node_kept, owner_exits, exit_puts}, kSeccompBranches),
     {still_used, still_held},
     "It promises for filters what v5-intended promises for rules: a later filter of a parent reaches whoever was "
     "forked from it since its first one. It can keep that, and not what seccomp keeps today: an ancestor's attach "
     "makes a descendant's path longer than the bound and reaches tasks without no_new_privs, a check along two "
     "owners' nodes is no snapshot, and a node whose owner has exited stays as it is (docs/proposals.md)."},
};

}  // namespace

const char* name_of(Branch branch) { return kBranchNames[static_cast<size_t>(branch)]; }
const char* text_of(Branch branch) { return kBranchTexts[static_cast<size_t>(branch)]; }

std::span<const ModelInfo> models() { return kModels; }

const ModelInfo* find_model(std::string_view name) {
  auto found = std::find_if(kModels.begin(), kModels.end(), [&](const auto& m) { return m.name == name; });
  return found == kModels.end() ? nullptr : &*found;
}

std::unique_ptr<Model> make_model(std::string_view name) {
  const auto* info = find_model(name);
  if (info == nullptr) return nullptr;
  return with_machine<ConcreteWorld>(name, [&](auto machine) { return model_of(*info, std::move(machine)); });
}

}  // namespace lockstep
