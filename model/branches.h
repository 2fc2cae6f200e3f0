// SPDX-License-Identifier: GPL-2.0-or-later
// Every place where a mechanism decides. One table: the number, the name in reports, what it decides when taken.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lockstep {

#define LOCKSTEP_BRANCHES(X)                                                      \
  X(no_nnp, "the caller has no no_new_privs")                                     \
  X(no_cap, "the caller has no CAP_SYS_ADMIN")                                    \
  X(null_arg, "the argument pointer is null")                                     \
  X(bad_flags, "flags that are not known")                                        \
  X(bad_arg, "an argument cannot be read or written")                             \
  X(closed_fd, "the fd is not open")                                              \
  X(other_fd, "the fd is no program")                                             \
  X(wrong_type, "the program is of another type")                                 \
  X(first_append, "the caller has no events yet")                                 \
  X(events_charged, "an events object is added to the sum of pages")              \
  X(over_limit, "the sum is over the limit")                                      \
  X(no_rule, "no memory for the rule")                                            \
  X(no_events, "no memory for the events object")                                 \
  X(no_node, "no memory for a node")                                              \
  X(no_filled_events, "the caller's new events could not be made")                \
  X(owner_here, "the node's owner is the one that acts")                          \
  X(new_hierarchy, "the owner asks for new nodes")                                \
  X(becomes_owner, "nobody else uses the events: the caller takes the node over") \
  X(owned_by_other, "WARN: a node that is taken over has an owner")               \
  X(rule_in_use, "WARN: a rule that is linked has a usage already")               \
  X(fork_no_node, "no memory for the forked node")                                \
  X(fork_no_events, "no memory for the forked node's events")                     \
  X(fork_slot_empty, "WARN: the node fork copies an empty slot")                  \
  X(owner_put, "the events that are freed own the node in their slot")            \
  X(events_shared, "the events are shared, so the append copies them")            \
  X(node_shared, "the node fork shares a node of the old events")                 \
  X(slot_empty, "a slot is empty")                                                \
  X(owner_exits, "the task that leaves the node owns it")                         \
  X(events_freed, "the last reference on the events is dropped")                  \
  X(prog_freed, "the last reference on the program is dropped")                   \
  X(rules_end, "the walk along the rules is at its end")                          \
  X(rule_kept, "the rule has other references")                                   \
  X(nodes_end, "the walk along the nodes is at its end")                          \
  X(node_kept, "the node has other references")                                   \
  X(no_task, "no memory for the task")                                            \
  X(fork_shares, "the parent has something to share")                             \
  X(exit_puts, "the task has something to put")                                   \
  X(bad_length, "a program of no or too many instructions")                       \
  X(no_filters, "the caller has no filters yet")                                  \
  X(no_filter, "no memory for the filter")                                        \
  X(no_instructions, "the instructions' pointer is null")                         \
  X(no_program, "no memory for the program")                                      \
  X(bad_instructions, "the instructions cannot be read")                          \
  X(refused_program, "the checker refuses the program")                           \
  X(users_end, "the walk along the users is at its end")                          \
  X(still_used, "the filter has other users")                                     \
  X(refs_end, "the walk along the refs is at its end")                            \
  X(still_held, "the filter has other references")                                \
  X(bad_path, "the path of the new program cannot be read")

enum class Branch : uint8_t {
#define X(name, text) name,
  LOCKSTEP_BRANCHES(X)
#undef X
};
inline constexpr size_t kBranches = 0
#define X(name, text) +1
    LOCKSTEP_BRANCHES(X)
#undef X
    ;

const char* name_of(Branch branch);
const char* text_of(Branch branch);

}  // namespace lockstep
