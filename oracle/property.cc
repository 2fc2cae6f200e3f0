// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/property.h"

#include <cassert>

namespace lockstep {

namespace {

struct Named {
  const char* name;
  const char* text;
};
constexpr Named kNames[kProperties] = {
    {"isolation", "an append changes no view but the caller's and those that the promise names"},
    {"inheritance", "a child starts with its parent's view, and later appends reach it exactly where promised"},
    {"append-only", "while a task lives, no rule leaves its view"},
    {"no-use-after-free", "no live pointer leads to a freed object, nothing is freed twice, no counter goes below 0"},
    {"refcount-exact", "every counter equals the number of references to its object"},
    {"no-leak", "an object that nothing references is freed"},
    {"owner-valid", "an owner names a live slot or task that holds this very node"},
    {"acyclic", "prev chains end, and so does every put"},
    {"limit", "an append fails for its size if and only if the stated sum exceeds the bound"},
    {"error-atomic", "a failed operation leaves every view, counter and object as before"},
    {"reachable-branches", "every branch of the mechanism can be taken"},
    {"linearizable", "concurrent operations come out as in some order of them"},
};

constexpr const char* kRules = "oracle/rules.h";
constexpr const char* kPage = "docs/proofs.md";
constexpr RuntimeCheck kChecks[kProperties] = {
    {"after every step each living task's view may have gained only what the promise names", kRules, "judge_view",
     kPage},
    {"a new task's view is held against its parent's before the step, and what was promised must have come", kRules,
     "judge_first_view", kPage},
    {"after every step the old view must be left in the new one, in its order", kRules, "judge_view", kPage},
    {"after every step no pointer may lead to what was freed, and no counter may be below 0", kRules, "judge_objects",
     kPage},
    {"after every step the references to each object are counted and held against its counters", kRules,
     "judge_objects", kPage},
    {"after every step whatever is there must be reached from a task", kRules, "judge_objects", kPage},
    {"after every step each owner must name a live slot or task that holds this node", kRules, "judge_owners", kPage},
    {"a walk that does not end is a fault of the model, and ends the step", kRules, "property_of_fault", kPage},
    {"after every append the sum is computed anew from the caller's view, and held against the result",
     "oracle/checker.cc", "check_limit", kPage},
    {"after a step that failed the whole state is held against the one before", "oracle/checker.cc", "Checker::step",
     kPage},
    {"each run counts the branches that it took both ways", "oracle/explore_result.cc", "holes_of", kPage},
    {"each end of concurrent operations is held against the ends of all their orders", "oracle/linearizable.cc",
     "judge_ending", "docs/interleaving.md"},
};

using enum Property;
constexpr auto kHolds = Expected::holds;
constexpr auto kBroken = Expected::broken;
constexpr auto kNone = Expected::not_applicable;
constexpr std::string_view kFailedRuleLeaks =
    "a rule starts with usage 0; when the allocation after it fails, the put takes it to -1 and never frees it";

constexpr ExpectedOutcome kOutcomes[] = {
    {"v5-intended", refcount_exact, kHolds, "each pointer takes its reference and each put drops one"},
    {"v5-intended", no_use_after_free, kHolds, "an object is freed at 0, when no pointer to it is left"},
    {"v5-intended", no_leak, kHolds, "a failed append puts all that it made, and rules start with usage 1"},
    {"v5-intended", owner_valid, kHolds, "owner is the task that made the node, cleared at its exit"},
    {"v5-intended", isolation, kHolds, "only the owner updates a node in place; everybody else gets nodes of its own"},
    {"v5-intended", inheritance, kHolds, "new nodes link to the inherited ones, for all events at once"},
    {"v5-intended", append_only, kHolds, "a node's list only grows at its head"},
    {"v5-intended", error_atomic, kHolds, "nothing of the caller's is touched before the last allocation"},
    {"v5-intended", limit, kHolds, "an events object is counted where one takes the place of another"},
    {"v5-intended", acyclic, kHolds, "prev leads to what was there before"},
    {"v5-intended", reachable_branches, kBroken,
     "a rule is only ever held once, by its node or by the next rule, so its put always frees it"},
    {"v5-intended", linearizable, kBroken,
     "a walk along shared nodes is no snapshot: of two appends two tasks can see the one without the other, each "
     "another "
     "one; no rule is lost"},

    {"v5-new-hierarchy", refcount_exact, kHolds, "as v5-intended; new nodes take the place of old ones in the one way"},
    {"v5-new-hierarchy", no_use_after_free, kHolds, "an object is freed at 0, when no pointer to it is left"},
    {"v5-new-hierarchy", no_leak, kHolds, "the caller's old events are put, as an heir's are"},
    {"v5-new-hierarchy", owner_valid, kHolds, "the option ends the caller's ownership of the nodes that it leaves"},
    {"v5-new-hierarchy", isolation, kHolds, "new nodes are the caller's alone, those with the option too"},
    {"v5-new-hierarchy", inheritance, kHolds,
     "new nodes link to the old ones, and nobody adds to the old ones any more"},
    {"v5-new-hierarchy", append_only, kHolds, "a node's list only grows at its head"},
    {"v5-new-hierarchy", error_atomic, kHolds, "old nodes are given up after the last allocation"},
    {"v5-new-hierarchy", limit, kHolds, "an events object is counted where one takes the place of another"},
    {"v5-new-hierarchy", acyclic, kHolds, "prev leads to what was there before"},
    {"v5-new-hierarchy", reachable_branches, kBroken,
     "a rule is only ever held once, by its node or by the next rule, so its put always frees it"},
    {"v5-new-hierarchy", linearizable, kBroken,
     "a walk along shared nodes is no snapshot, as in v5-intended; an append with the option is seen by its caller "
     "alone, and changes nothing of that"},

    {"v5-posted", refcount_exact, kBroken, kFailedRuleLeaks},
    {"v5-posted", no_use_after_free, kBroken, "the usage of a rule whose append failed goes below 0"},
    {"v5-posted", no_leak, kBroken, kFailedRuleLeaks},
    {"v5-posted", owner_valid, kHolds, "the only owners are those of filled events, and these are in their slots"},
    {"v5-posted", isolation, kBroken,
     "owner is the address of a slot of events that fork shares, so a child counts as the owner of its parent's node"},
    {"v5-posted", inheritance, kBroken, "events stay shared with the child, whoever of the two appends later"},
    {"v5-posted", append_only, kHolds, "a node's list only grows at its head"},
    {"v5-posted", error_atomic, kBroken, kFailedRuleLeaks},
    {"v5-posted", limit, kBroken,
     "an in-place append to shared events pays for an events object that it does not make"},
    {"v5-posted", acyclic, kHolds, "prev leads to what was there before"},
    {"v5-posted", reachable_branches, kBroken,
     "whoever has events owns their nodes, so neither the taking over nor the node fork is ever reached"},
    {"v5-posted", linearizable, kBroken,
     "a rule is linked without a lock: of two that share a node and read the same newest rule, one is lost"},

    {"v6-posted", refcount_exact, kBroken, kFailedRuleLeaks},
    {"v6-posted", no_use_after_free, kBroken, "the usage of a rule whose append failed goes below 0"},
    {"v6-posted", no_leak, kBroken, kFailedRuleLeaks},
    {"v6-posted", owner_valid, kNone, "this design has no owners"},
    {"v6-posted", isolation, kHolds, "shared events are copied before they are changed"},
    {"v6-posted", inheritance, kHolds, "a child shares its parent's events until one of them appends"},
    {"v6-posted", append_only, kHolds, "a list only grows at its head"},
    {"v6-posted", error_atomic, kBroken, kFailedRuleLeaks},
    {"v6-posted", limit, kHolds, "an events object is counted where one takes the place of another"},
    {"v6-posted", acyclic, kHolds, "prev leads to what was there before"},
    {"v6-posted", reachable_branches, kBroken,
     "the WARN for a rule in use: a rule is linked once, straight after it is made"},
    {"v6-posted", linearizable, kHolds,
     "only the caller uses the events that an append changes (searched: 2 tasks of 2 operations, 3 of 1)"},

    {"seccomp", refcount_exact, kHolds,
     "refs and users are taken after the last failure point and dropped by one walk each"},
    {"seccomp", no_use_after_free, kHolds, "a filter is freed at refs 0, when no pointer to it is left"},
    {"seccomp", no_leak, kHolds, "the refs walk goes on along prev"},
    {"seccomp", owner_valid, kNone, "filters have no owners"},
    {"seccomp", isolation, kHolds, "an attached filter never changes; a new one is linked by the caller alone"},
    {"seccomp", inheritance, kHolds, "a child starts at its parent's filter"},
    {"seccomp", append_only, kHolds, "prev never changes"},
    {"seccomp", error_atomic, kHolds, "a filter that is not attached is freed directly"},
    {"seccomp", limit, kHolds, "the sum along prev is what is compared with the bound"},
    {"seccomp", acyclic, kHolds, "prev leads to what was there before"},
    {"seccomp", reachable_branches, kHolds, "no branch is there without need"},
    {"seccomp", linearizable, kHolds,
     "a leaf is its task's own, and filters do not change (searched: 2 tasks of 2 operations, 3 of 1; no TSYNC)"},

    {"seccomp-nodes", refcount_exact, kHolds,
     "each pointer takes its reference, and a node's put drops all that it holds"},
    {"seccomp-nodes", no_use_after_free, kHolds, "a node is freed at usage 0, its filters with it"},
    {"seccomp-nodes", no_leak, kHolds, "the put goes on along prev; what an attach made and did not link is freed"},
    {"seccomp-nodes", owner_valid, kHolds,
     "owner is the task that made the node, cleared when it exits, not at the reap"},
    {"seccomp-nodes", isolation, kHolds, "only the owner adds to a node; everybody else gets a node of its own"},
    {"seccomp-nodes", inheritance, kHolds, "a new node links to the inherited one"},
    {"seccomp-nodes", append_only, kHolds, "a node's list only grows at its head"},
    {"seccomp-nodes", error_atomic, kHolds, "a filter and a node that are not linked are freed directly"},
    {"seccomp-nodes", limit, kHolds,
     "the sum along the caller's view is what is compared; of a descendant's longer view it says nothing"},
    {"seccomp-nodes", acyclic, kHolds, "prev leads to what was there before"},
    {"seccomp-nodes", reachable_branches, kBroken,
     "without listeners a filter is only ever held once, by its node or by the next filter, so its put always frees "
     "it"},
    {"seccomp-nodes", linearizable, kBroken,
     "a walk along shared nodes is no snapshot: of two attaches two tasks can see the one without the other, each "
     "another one; no filter is lost"},
};

}  // namespace

const char* name_of(Property property) { return kNames[static_cast<size_t>(property)].name; }
const char* text_of(Property property) { return kNames[static_cast<size_t>(property)].text; }

const RuntimeCheck& check_of(Property property) { return kChecks[static_cast<size_t>(property)]; }

std::optional<Property> find_property(std::string_view name) {
  for (int i = 0; i < kProperties; ++i)
    if (name == kNames[i].name) return static_cast<Property>(i);
  return std::nullopt;
}

bool checked_each_step(Property property) { return property != reachable_branches && property != linearizable; }

const char* name_of(Expected expected) {
  constexpr const char* kTexts[] = {"holds", "broken", "n/a"};
  return kTexts[static_cast<size_t>(expected)];
}

std::span<const ExpectedOutcome> expected_outcomes() { return kOutcomes; }

const ExpectedOutcome& expected_outcome(std::string_view model, Property property) {
  model = model.substr(0, model.find('@'));
  for (const auto& outcome : kOutcomes)
    if (outcome.model == model && outcome.property == property) return outcome;
  assert(!"a model without expected outcomes");
  return kOutcomes[0];
}

}  // namespace lockstep
