// SPDX-License-Identifier: GPL-2.0-or-later
// What the two sides of a library's child process say to each other, over a stream socket. A message is a Header and
// `size` bytes. The parent asks, the child answers each request once; the child's first message is its hello.
//
//   child  -> hello    uint32 shows, then the layout's bytes
//   child  -> refusal  a sentence: the library cannot be used. Instead of hello; the child ends
//   parent -> reset    lockstep_sim_start            child -> int32 result
//   parent -> step     lockstep_sim_step             child -> int32 result
//   parent -> observe  uint16 task numbers           child -> records
//
// A record is a uint32 tag and what the tag says. Both sides are the same program, so layouts agree; but the library
// shares the child's memory, so the parent checks each size and value.
#pragma once

#include <cstdint>

#include "harness/bytes.h"

namespace lockstep::sim_wire {

enum class What : uint32_t { hello = 1, refusal, reset, step, observe };

struct Header {
  What what{};
  uint32_t size = 0;
};

enum class Tag : uint32_t {
  view = 1,  // ViewHead, uint16 rule numbers
  object,    // lockstep_sim_object
  pointer,   // lockstep_sim_pointer
  fault,     // uint32 length, bytes
  broken,    // uint32 length, bytes: the library broke the interface in a way that only the child can see
};

struct ViewHead {
  uint32_t task_index = 0;
  uint32_t event = 0;
  uint32_t count = 0;
};

// More than the largest honest observation: 65,534 objects and eight pointers for each of them.
inline constexpr uint32_t kMaxMessage = 64U << 20;

}  // namespace lockstep::sim_wire
