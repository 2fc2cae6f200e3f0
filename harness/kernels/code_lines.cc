// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/code_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "model/target.h"

namespace lockstep::kernels {

namespace fs = std::filesystem;

namespace {

constexpr const char* kFolder = "/security/lockstep/";
// Functions that other files cannot see lie around those that they can.
constexpr uint64_t kAround = 0x10000;
constexpr size_t kAtOnce = 500;  // addresses on one command line

struct Range {
  uint64_t first = UINT64_MAX, last = 0;
};

void run_tool(const Command& command, const Work& work) {
  if (const Ended ended = run(command, work); ended.code != 0)
    throw Unavailable(fmt::format("{} ends with {}{}", command.words[0], ended.code,
                                  ended.code == 127 ? ": apt-get install binutils" : ""));
}

// Where the linker put our functions: next to each other.
Range find_functions(const fs::path& vmlinux, const Work& work) {
  Range range;
  const auto symbol = [&](const std::string& line) {
    const bool ours = line.find(" T landlock_") != std::string::npos || line.find(" T lockstep_") != std::string::npos;
    const uint64_t address = ours ? std::strtoull(line.c_str(), nullptr, 16) : 0;
    // Code that runs once, while the kernel boots, lies elsewhere.
    if (!ours || line.find("_init_") != std::string::npos) return;
    range.first = std::min(range.first, address);
    range.last = std::max(range.last, address);
  };
  run_tool({.words = {"nm", vmlinux}, .line = symbol}, work);
  return range;
}

// Calls of the function by which a block of code says that it runs: where they are, and where they return to.
std::map<uint64_t, uint64_t> find_calls(const fs::path& vmlinux, Range range, const Work& work) {
  std::map<uint64_t, uint64_t> calls;
  uint64_t call = 0;
  const auto instruction = [&](const std::string& line) {
    char* end = nullptr;
    const uint64_t address = std::strtoull(line.c_str(), &end, 16);
    if (address == 0 || *end != ':') return;
    if (call != 0) calls.emplace(address, call);
    const bool says_so = line.find("<__sanitizer_cov_trace_pc>") != std::string::npos;
    // As its last act a function jumps there, and what is taken down then is where its caller goes on.
    call = says_so && line.find("call") != std::string::npos ? address : 0;
  };
  run_tool(
      {.words = {"objdump", "-d", "--no-show-raw-insn", fmt::format("--start-address={:#x}", range.first - kAround),
                 fmt::format("--stop-address={:#x}", range.last + kAround), vmlinux},
       .line = instruction},
      work);
  return calls;
}

// "…/security/lockstep/landlock_rule.c:41 (discriminator 2)"
bool read_place(const std::string& text, CodeLine& line) {
  const auto folder = text.find(kFolder), colon = text.rfind(':');
  if (folder == std::string::npos || colon == std::string::npos) return false;
  const auto start = folder + std::string_view(kFolder).size();
  line.file = text.substr(start, colon - start);
  line.line = std::atoi(text.c_str() + colon + 1);
  return line.line != 0;
}

// What is inlined from a header of the kernel belongs to the line of ours that it is inlined into.
void find_lines(const fs::path& vmlinux, const std::vector<std::pair<uint64_t, uint64_t>>& calls,
                std::map<uint64_t, CodeLine>& lines, const Work& work) {
  Command command{.words = {"addr2line", "-a", "-f", "-i", "-e", vmlinux}};
  for (const auto& call : calls) command.words.push_back(fmt::format("{:#x}", call.second));
  size_t next = 0;
  std::string function;
  command.line = [&](const std::string& text) {
    if (text.starts_with("0x")) {
      ++next;
    } else if (text.find(':') == std::string::npos) {
      function = text;
    } else if (CodeLine line{.function = function}; next != 0 && read_place(text, line)) {
      lines.emplace(calls[next - 1].first, line);
    }
  };
  run_tool(command, work);
}

}  // namespace

std::map<uint64_t, CodeLine> code_lines(const fs::path& vmlinux, const Work& work) {
  std::map<uint64_t, CodeLine> lines;
  if (!fs::is_regular_file(vmlinux)) return lines;
  const Range range = find_functions(vmlinux, work);
  if (range.last == 0) return lines;
  const auto found = find_calls(vmlinux, range, work);
  const std::vector<std::pair<uint64_t, uint64_t>> calls(found.begin(), found.end());
  for (size_t at = 0; at < calls.size(); at += kAtOnce)
    find_lines(vmlinux, {calls.begin() + long(at), calls.begin() + long(std::min(at + kAtOnce, calls.size()))}, lines,
               work);
  return lines;
}

std::vector<std::pair<std::string, std::string>> lines_reached(const std::map<uint64_t, CodeLine>& lines,
                                                               const std::set<uint64_t>& reached) {
  std::map<std::string, std::map<CodeLine, bool>> files;
  for (const auto& [address, line] : lines) files[line.file][line] |= reached.contains(address);
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [file, each] : files) {
    const auto count = std::count_if(each.begin(), each.end(), [](const auto& line) { return line.second; });
    std::string words = fmt::format("{} of {}", count, each.size()), function;
    for (const auto& [line, was] : each) {
      if (was || count == 0) continue;  // another design's file
      if (line.function != function) words += fmt::format("; not {}", line.function);
      words += fmt::format("{} {}", line.function == function ? "," : "", line.line);
      function = line.function;
    }
    all.emplace_back(file, words);
  }
  return all;
}

}  // namespace lockstep::kernels
