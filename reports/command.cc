// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/command.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/trace_text.h"
#include "model/utf8.h"

namespace lockstep {

namespace {

constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,";

// $'…': every byte outside printable ASCII as an octal escape, which no digit after it can join.
std::string escaped_word(std::string_view text) {
  std::string out = "$'";
  for (const unsigned char c : text) {
    if (c == '\\' || c == '\'')
      out += fmt::format("\\{}", static_cast<char>(c));
    else if (c < 0x20 || c > 0x7e)
      out += fmt::format("\\{:03o}", c);
    else
      out += static_cast<char>(c);
  }
  return out + "'";
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) return std::string(text);
  if (shown(text) != text) return escaped_word(text);
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string replay_command(const std::string& file, const std::string& model, const std::string& target,
                           const std::string& against) {
  const std::string path = shell_word(file.starts_with('-') ? "./" + file : file);
  if (target.empty()) return "lockstep check " + path;
  return fmt::format("lockstep replay {}{} --target {}{}", path, model.empty() ? "" : " --model " + shell_word(model),
                     shell_word(target), against.empty() ? "" : " --against " + shell_word(against));
}

std::string target_options(const Result& result) {
  if (result.target.empty()) return "";
  std::string options;
  if (result.asked != FactSet{}) options += fmt::format(" --observe {}", fmt::join(names_of(result.asked), ","));
  if (result.no_drain) options += " --no-drain";
  return options;
}

std::string steps_of(const Find& find) { return find.schedule.empty() ? write_trace(find.trace) : find.schedule; }

bool has_file(const Find& find) {
  return !find.name.empty() && find.name != fmt::format("seed {} trace {}", find.seed, find.index);
}

std::string reproduce_command(const Find& find, const Result& result) {
  if (!find.command.empty()) return find.command;
  if (result.job == "audit") return "lockstep audit";
  if (has_file(find))
    return replay_command(find.name, result.model, result.target, result.against) + target_options(result);
  return fmt::format("lockstep fuzz --model {} --target {} --seed {} --traces {}", shell_word(result.model),
                     shell_word(result.target), find.seed, find.index + 1) +
         target_options(result);
}

}  // namespace lockstep
