// SPDX-License-Identifier: GPL-2.0-or-later
// Runs other programs: apt, tar, make. One that is not awaited any more is ended with all that it started.
#pragma once

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace lockstep::kernels {

// Somebody asked us to stop, and nothing that we started still runs.
struct Stopped : std::runtime_error {
  Stopped() : std::runtime_error("stopped") {}
};

// What a long piece of work tells, and asks, whoever ordered it.
struct Work {
  std::function<void(const std::string&)> say = [](const std::string&) {};
  std::function<bool()> stop = [] { return false; };
};

struct Command {
  std::vector<std::string> words;                                            // the first is looked for in PATH
  std::filesystem::path folder = {};                                         // where it runs; empty: here
  std::function<void(const std::string&)> line = [](const std::string&) {};  // each line of its output
};

struct Ended {
  int code = 0;        // 127: there is no such program; 128 + number: a signal ended it
  std::string output;  // its end, of both streams together: at most kOutputKept
};
inline constexpr size_t kOutputKept = 1 << 20;

// Its language is English, its standard input empty. Throws Stopped.
Ended run(const Command& command, const Work& work);

}  // namespace lockstep::kernels
