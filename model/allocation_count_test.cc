// SPDX-License-Identifier: GPL-2.0-or-later
// Counts what the test program allocates. In a file of its own: where the compiler sees both sides of a replaced
// operator new it warns of them.
#include "model/allocation_count_test.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<uint64_t> allocations = 0;
}

void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace lockstep {
uint64_t allocations_so_far() { return allocations; }
}  // namespace lockstep
