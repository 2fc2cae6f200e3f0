// SPDX-License-Identifier: GPL-2.0-or-later
// Which text each transition of a model restates: a kernel's function, with a digest of what was reviewed, or a section
// of a design's page. docs/transitions.md shows these tables.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace lockstep {

// Debian's source packages whose text was read, by their versions.
inline constexpr std::array<std::string_view, 2> kReviewedReleases = {"6.1.192-2", "6.12.117-1~deb12u1"};

// A kernel's function and the SHA-256 of its function_text() in each of these releases.
struct ReviewedFunction {
  std::string_view file, name;
  std::array<std::string_view, kReviewedReleases.size()> sha256;
};
std::span<const ReviewedFunction> reviewed_functions();
// Null: nobody reviewed it.
const ReviewedFunction* find_reviewed(std::string_view name);

// A function template of the model, and one text that it restates.
struct Restated {
  std::string_view file, transition;  // below model/
  std::string_view function;          // a kernel's, among reviewed_functions(); empty: of a design
  std::string_view place;  // of a design: the section of docs/mechanisms.md or docs/proposals.md, and what of it
};
std::span<const Restated> restated();

}  // namespace lockstep
