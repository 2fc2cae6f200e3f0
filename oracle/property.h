// SPDX-License-Identifier: GPL-2.0-or-later
// What every design is checked for (docs/mechanisms.md, section 4), and what is expected of each model.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lockstep {

// The gravest first: of all that a step breaks, the first names the divergence.
enum class Property : uint8_t {
  isolation,
  inheritance,
  append_only,
  no_use_after_free,
  refcount_exact,
  no_leak,
  owner_valid,
  acyclic,
  limit,
  error_atomic,
  reachable_branches,
  linearizable,
};
inline constexpr int kProperties = 12;
const char* name_of(Property property);  // "refcount-exact"
const char* text_of(Property property);  // one sentence
std::optional<Property> find_property(std::string_view name);
// Judged by what the model promises; the others by the objects that a state itself shows.
constexpr bool judged_by_promise(Property property) { return property <= Property::append_only; }
// Checked after every step of every run; the other two need a whole run, or interleavings.
bool checked_each_step(Property property);

// How a property is looked at while something runs.
struct RuntimeCheck {
  const char* text;      // one sentence
  const char* file;      // where it stands
  const char* function;  // and what it is called there
  const char* page;      // that explains it
};
const RuntimeCheck& check_of(Property property);

enum class Expected : uint8_t {
  holds,
  broken,
  not_applicable,
};
const char* name_of(Expected expected);

struct ExpectedOutcome {
  std::string_view model;  // without preset
  Property property{};
  Expected expected{};
  std::string_view reason;
};
std::span<const ExpectedOutcome> expected_outcomes();
// REQUIRES: model is one of models(); a preset has its model's outcomes.
const ExpectedOutcome& expected_outcome(std::string_view model, Property property);

}  // namespace lockstep
