// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/config.h"

#include <fmt/format.h>

#include <set>
#include <sstream>
#include <stdexcept>

namespace lockstep::kernels {

namespace {

struct Option {
  std::string name, value;
  std::string line() const { return name + "=" + value; }
};

std::vector<Option> parse(std::string_view wanted) {
  std::vector<Option> options;
  std::istringstream in{std::string(wanted)};
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto equals = line.find('=');
    if (!line.starts_with("CONFIG_") || equals == std::string::npos || equals + 1 == line.size())
      throw std::invalid_argument(fmt::format("`{}`: not an option of the kernel", line));
    options.push_back({line.substr(0, equals), line.substr(equals + 1)});
  }
  return options;
}

}  // namespace

std::string fragment_for_kconfig(std::string_view wanted) {
  std::string text;
  for (const auto& option : parse(wanted))
    text += option.value == "n" ? fmt::format("# {} is not set\n", option.name) : option.line() + "\n";
  return text;
}

std::vector<std::string> dropped_options(std::string_view wanted, std::string_view final_config) {
  std::set<std::string> lines, names;
  std::istringstream in{std::string(final_config)};
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("CONFIG_")) continue;
    lines.insert(line);
    names.insert(line.substr(0, line.find('=')));
  }
  std::vector<std::string> dropped;
  for (const auto& option : parse(wanted))
    if (option.value == "n" ? names.contains(option.name) : !lines.contains(option.line()))
      dropped.push_back(option.line());
  return dropped;
}

}  // namespace lockstep::kernels
