// SPDX-License-Identifier: GPL-2.0-or-later
// How the pictures look. Light fills and dark lines: they can be told apart on white, in print and in grey. What
// matters is never said by colour alone: new is thick, wrong has words.
#pragma once

#include "model/facts.h"

namespace lockstep {

struct Tint {
  const char* fill;
  const char* line;
};

inline constexpr const char* kFont = "Helvetica,Arial,sans-serif";
inline constexpr const char* kInk = "#1f2933";
inline constexpr const char* kFaint = "#5b6673";
inline constexpr const char* kPaper = "white";
inline constexpr const char* kArrow = "#52606d";
inline constexpr const char* kOwner = "#8c7fb0";
inline constexpr const char* kWrong = "#b3261e";
inline constexpr const char* kWrongFill = "#fdecea";
inline constexpr const char* kNew = "#0b5cad";
inline constexpr const char* kZombieFill = "#f3f4f6";
inline constexpr Tint kGone{"#e4e7eb:#ffffff:#e4e7eb:#ffffff:#e4e7eb:#ffffff:#e4e7eb:#ffffff:#e4e7eb", "#8a94a0"};

constexpr Tint tint_of(Kind kind) {
  switch (kind) {
    case Kind::task:
      return {"#e6eef8", "#4c6f9e"};
    case Kind::events:
      return {"#f8f0dc", "#9a7b32"};
    case Kind::node:
      return {"#e5f2ea", "#487f5c"};
    case Kind::rule:
    case Kind::filter:
      return {"#f1e9f5", "#76558a"};
    case Kind::prog:
      return {"#f3f4f6", "#8a94a0"};
  }
  return {"#ffffff", kInk};
}

// What each colour above becomes in a page on a dark screen; a test looks that none is missing.
struct Shades {
  const char* light;
  const char* dark;
};
inline constexpr Shades kDarkShades[] = {
    {kPaper, "#171c22"},    {kInk, "#e3e8ee"},      {kFaint, "#a3afbc"},     {kArrow, "#9aa7b5"},
    {kOwner, "#a99bd1"},    {kWrong, "#ff9a90"},    {kWrongFill, "#3f1c1a"}, {kNew, "#7ab8f5"},
    {"#e6eef8", "#1c2c40"}, {"#4c6f9e", "#7f9fca"}, {"#f8f0dc", "#352c17"},  {"#9a7b32", "#c9a655"},
    {"#e5f2ea", "#1a3324"}, {"#487f5c", "#74b08a"}, {"#f1e9f5", "#31233a"},  {"#76558a", "#b18cc8"},
    {"#f3f4f6", "#262c33"}, {"#8a94a0", "#7d8996"}, {"#e4e7eb", "#2b323a"},  {"#ffffff", "#171c22"},
};

}  // namespace lockstep
