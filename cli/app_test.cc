// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/app.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <utility>

#include "cli/common.h"
#include "cli/pages/definition.h"

namespace lockstep::cli {
namespace {

using Callbacks = std::vector<std::function<void()>>;

// So that parsing runs nothing. What is taken out owns what the options are read into.
struct Silenced : CLI::App {
  static void take(CLI::App& app, Callbacks& taken) {
    taken.push_back(std::exchange(app.*&Silenced::final_callback_, nullptr));
    for (auto* sub : app.get_subcommands({})) take(*sub, taken);
  }
};

TEST(App, EverySubcommandShowsAnExampleThatIsOne) {
  int code = 0;
  const auto program = describe(*make_app(code));
  for (const auto* command : all_of(program)) {
    if (command->path.size() == 1) continue;
    const auto name = joined(*command, ' ');
    const auto example = command->footer.find("Example: " + name);
    ASSERT_NE(example, std::string::npos) << name << " shows no example of itself: " << command->footer;
    const auto begin = example + std::string_view("Example: ").size();
    const auto app = make_app(code);
    Callbacks taken;
    Silenced::take(*app, taken);
    const auto line = command->footer.substr(begin, command->footer.find_first_of("|\n", begin) - begin);
    EXPECT_NO_THROW(app->parse(line, true)) << line;
  }
}

TEST(App, WhatAnOptionTakesIsTheSameEverywhere) {
  int code = 0;
  const auto program = describe(*make_app(code));
  for (const auto* command : all_of(program))
    for (const auto& option : command->options) {
      const auto& name = option.names.back();
      const std::map<std::string, std::string> takes = {
          {"--model", "MODEL"}, {"--target", "TARGET"}, {"--against", "TARGET"}, {"--corpus", "DIR"}};
      const auto value = takes.find(name);
      EXPECT_EQ(option.value, value == takes.end() ? option.value : value->second) << joined(*command, ' ');
      EXPECT_FALSE(option.text.empty()) << joined(*command, ' ') << " " << name;
    }
}

std::string refusal(std::vector<const char*> arguments) {
  int code = 0;
  const auto app = make_app(code);
  arguments.insert(arguments.begin(), "lockstep");
  try {
    require_known_subcommand(*app, static_cast<int>(arguments.size()), arguments.data());
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(App, AnUnknownSubcommandNamesTheNearest) {
  EXPECT_EQ(refusal({"reply", "x.trace"}), "there is no subcommand `reply`; did you mean `replay`?");
  EXPECT_EQ(refusal({"corpus", "lst"}), "there is no subcommand `lst`; did you mean `list`?");
  EXPECT_EQ(refusal({"corpus", "dance"}), "there is no subcommand `dance`; `lockstep corpus --help` lists them");
  EXPECT_EQ(refusal({"\x1b[31m"}), "there is no subcommand `\\x1b[31m`; `lockstep --help` lists them");
  for (const auto& known :
       std::vector<std::vector<const char*>>{{}, {"--help"}, {"corpus"}, {"corpus", "list"}, {"check", "lst"}})
    EXPECT_EQ(refusal(known), "");
}

}  // namespace
}  // namespace lockstep::cli
