// SPDX-License-Identifier: GPL-2.0-or-later
// Adds lines of ours to files of somebody else's, so that none of their text has to stand in this repository.
//
//   # a comment
//   file PATH
//   before|after REGEX       the anchor: a regular expression that exactly one line of the file must match
//   lines of ours, as they are
//   end
//
// A file is named once; any number of insertions follow it.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::kernels {

struct InsertionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Insertion {
  std::string file;
  bool after = false;
  std::string anchor;
  std::string text;  // whole lines
};

// Throws InsertionError.
std::vector<Insertion> parse_insertions(std::string_view text);

// The content with the insertion's text at its place. Throws InsertionError if the anchor matches no line, or more than
// one, or if the text stands there already.
std::string insert(const std::string& content, const Insertion& insertion);

// All of them, or none: no file is written before each has its place. Throws InsertionError.
void insert_all(const std::vector<Insertion>& insertions, const std::filesystem::path& tree);

}  // namespace lockstep::kernels
