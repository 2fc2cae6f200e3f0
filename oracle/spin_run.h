// SPDX-License-Identifier: GPL-2.0-or-later
// Has SPIN compile a Promela program into a verifier and runs it, in a folder of its own (tests and benchmarks).
#pragma once

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>

namespace lockstep {

struct SpinCount {
  uint64_t states = 0, errors = 0;
  double seconds = 0;  // of processor time, so that what else runs on the machine does not count
  double bytes = 0;    // for the states and their table; the search's stack is not counted
};

class SpinRun {
 public:
  static bool installed() { return std::system("spin -V >/dev/null 2>&1") == 0; }

  // Throws std::runtime_error, with the log, if it does not compile. FLAGS are the C compiler's.
  SpinRun(const std::string& program, const std::string& flags) {
    folder_ = mkdtemp((std::filesystem::temp_directory_path() / "promela-XXXXXX").string().data());
    std::ofstream(folder_ / "m.pml") << program;
    if (!command("spin -o2 -a m.pml") || !command("cc " + flags + " -DSAFETY -DNOREDUCE -o pan pan.c"))
      throw std::runtime_error("SPIN: " + log());
  }
  ~SpinRun() { std::filesystem::remove_all(folder_); }
  SpinRun(const SpinRun&) = delete;
  SpinRun& operator=(const SpinRun&) = delete;

  // Walks all states, and goes on after errors. Throws std::runtime_error if its answer cannot be read, or if the
  // search was not exhaustive. EXPECTED states: the table gets a slot for each.
  SpinCount count(uint64_t expected) {
    std::filesystem::remove(folder_ / "log");
    const double before = used();
    command(fmt::format("./pan -c0 -m1000000 -w{}", std::bit_width(std::max<uint64_t>(expected, 1))));
    const double seconds = used() - before;
    const auto text = log();
    if (text.find("max search depth too small") != std::string::npos) throw std::runtime_error("SPIN: " + text);
    const auto megabytes = [&](const char* pattern) { return number(text, pattern) * 1024 * 1024; };
    // SPIN counts one state more: the program before its first statement.
    return {.states = static_cast<uint64_t>(number(text, "([0-9]+) states, stored")) - 1,
            .errors = static_cast<uint64_t>(number(text, "errors: ([0-9]+)")),
            .seconds = seconds,
            .bytes = megabytes("([0-9.]+)\ttotal actual memory") - megabytes("([0-9.]+)\tmemory used for DFS stack")};
  }

 private:
  bool command(const std::string& text) {
    return std::system(fmt::format("cd {} && {} >>log 2>&1", folder_.string(), text).c_str()) == 0;
  }
  std::string log() const {
    std::ostringstream text;
    text << std::ifstream(folder_ / "log").rdbuf();
    return text.str();
  }
  // By programs that have ended.
  static double used() {
    rusage use;
    getrusage(RUSAGE_CHILDREN, &use);
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
  }
  static double number(const std::string& text, const char* pattern) {
    std::smatch match;
    if (!std::regex_search(text, match, std::regex(pattern))) throw std::runtime_error("SPIN: " + text);
    return std::stod(match[1]);
  }
  std::filesystem::path folder_;
};

}  // namespace lockstep
