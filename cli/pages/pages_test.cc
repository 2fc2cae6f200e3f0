// SPDX-License-Identifier: GPL-2.0-or-later
// Manual pages and completions hold what --help says, and their readers take them: mandoc, bash, zsh, fish.
#include <algorithm>
#include <set>
#include <sstream>

#include "cli/app.h"
#include "cli/pages/completion.h"
#include "cli/pages/man_page.h"
#include "cli/test_run.h"

namespace lockstep::cli {
namespace {

using Names = std::set<std::string>;

Command program() {
  int code = 0;
  return describe(*make_app(code));
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

class Pages : public test::Cli {
 protected:
  // False, and loud, if there is no such program here.
  static bool has(const std::string& name) {
    if (std::system(("command -v " + name + " >/dev/null").c_str()) == 0) return true;
    printf("\n!!! SKIPPED: no %s here\n\n", name.c_str());
    return false;
  }
  // The options that --help shows.
  Names shown_by_help(const Command& command) {
    auto arguments = std::vector<std::string>(command.path.begin() + 1, command.path.end());
    arguments.emplace_back("--help");
    Names names;
    for (const auto& line : lines(run(arguments).out)) {
      if (!line.starts_with("  -")) continue;
      std::istringstream in(line.substr(2, line.find(' ', 2) - 2));
      for (std::string name; std::getline(in, name, ',');) names.insert(name);
    }
    return names;
  }
  // What bash offers for each of the lines, typed in the source tree.
  std::vector<Names> bash_offers(const std::string& typed) {
    const auto script = file("lockstep.bash", bash_completion(program()));
    const auto ran = finish(start_program(
        {"bash", "--norc", "-c",
         "cd \"$3\"; source \"$1\"; while IFS= read -r COMP_LINE; do COMP_POINT=${#COMP_LINE}; COMPREPLY=();"
         " _lockstep; echo \"${COMPREPLY[*]}\"; done < \"$2\"",
         "-", script, file("typed", typed), LOCKSTEP_SOURCE_DIR}));
    EXPECT_EQ(ran.err, "");
    std::vector<Names> all;
    for (const auto& line : lines(ran.out)) {
      std::istringstream in(line);
      all.emplace_back(std::istream_iterator<std::string>(in), std::istream_iterator<std::string>());
    }
    return all;
  }
};

// The part of a page that is about this command: from its heading to the next.
Names shown_by_page(const Command& command, const std::string& page) {
  Names names;
  bool here = false;
  const auto heading = command.path.size() <= 2 ? ".Sh DESCRIPTION" : ".Ss " + joined(command, ' ');
  for (const auto& line : lines(page)) {
    if (line.starts_with(".S")) here = line == heading;
    if (!here || !line.starts_with(".It Fl")) continue;
    std::istringstream in(line.substr(4));
    std::string dashes;
    for (std::string word; in >> word;) {
      if (word == "Fl") {
        dashes += "-";
      } else if (!dashes.empty()) {
        names.insert(dashes + word);
        dashes.clear();
      }
    }
  }
  return names;
}

TEST_F(Pages, HaveEveryOptionThatHelpShowsAndNoOther) {
  const auto app = program();
  const auto pages = man_pages(app, {"November 24, 2026", "1.0", exit_codes()});
  EXPECT_EQ(pages.size(), app.subcommands.size() + 1);
  for (const auto* command : all_of(app)) {
    const auto help = shown_by_help(*command);
    EXPECT_TRUE(help.contains("--help")) << joined(*command, ' ');
    const auto file = command->path.size() == 1 ? "lockstep.1" : "lockstep-" + command->path[1] + ".1";
    const auto page = std::find_if(pages.begin(), pages.end(), [&](const auto& p) { return p.file == file; });
    ASSERT_NE(page, pages.end()) << file;
    EXPECT_EQ(shown_by_page(*command, page->text), help) << file;
  }
}

TEST_F(Pages, AreInOrderForMandoc) {
  if (!has("mandoc")) GTEST_SKIP();
  for (const auto& page : man_pages(program(), {"November 24, 2026", "1.0", exit_codes()})) {
    const auto ran = finish(start_program({"mandoc", "-Tlint", "-Wwarning", file(page.file, page.text)}));
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  }
}

TEST_F(Pages, ShowTextAsItIs) {
  if (!has("mandoc")) GTEST_SKIP();
  Command hostile{
      .path = {"lockstep", "odd"}, .text = ".Sh it's \\fBodd\\fP. 'No \"Em\" Ar | x", .footer = "Example: .x \\n"};
  hostile.options.push_back(
      {.names = {"--odd"}, .value = "Ar", .initial = "\"Fl |\"", .text = "'.\\odd", .words = {"No"}});
  const Command app{.path = {"lockstep"}, .text = "x", .subcommands = {hostile}};
  const auto page = man_pages(app, {"November 24, 2026", "1.0", {}}).at(1);
  const auto ran = finish(start_program({"mandoc", "-Tascii", "-Owidth=200", file("odd.1", page.text)}));
  std::string plain;  // without what is struck over for bold
  for (const char c : ran.out) c == '\b' ? plain.pop_back() : plain.push_back(c);
  for (const auto* text : {".Sh it's \\fBodd\\fP.", "'No \"Em\" Ar | x.", ".x \\n", "--odd Ar", "\"Fl |\"", "'.\\odd."})
    EXPECT_NE(plain.find(text), std::string::npos) << text << "\n" << plain;
}

TEST_F(Pages, BashOffersEveryOptionOfEveryCommand) {
  std::string typed;
  const auto app = program();
  const auto commands = all_of(app);
  for (const auto* command : commands) typed += joined(*command, ' ') + " -\n";
  const auto offers = bash_offers(typed);
  ASSERT_EQ(offers.size(), commands.size());
  for (size_t i = 0; i < commands.size(); ++i)
    EXPECT_EQ(offers[i], shown_by_help(*commands[i])) << joined(*commands[i], ' ');
}

TEST_F(Pages, BashOffersSubcommandsValuesAndFiles) {
  const std::pair<const char*, Names> cases[] = {
      {"lockstep nig", {"nightly"}},
      {"/usr/bin/lockstep corpus ", {"list", "promote", "-h", "--help"}},
      {"lockstep corpus promote --ta", {"--target"}},
      {"lockstep fuzz --model v5-", {"v5-intended", "v5-new-hierarchy", "v5-posted"}},
      {"lockstep fuzz --model v5-intended --target sim:v5-", {"v5-intended"}},  // what stands behind the colon
      {"lockstep replay --format=j", {"json", "junit"}},
      {"lockstep properties no-l", {"no-leak"}},
      {"lockstep check corpus/v5-posted/sto", {"corpus/v5-posted/story.trace"}},
      {"lockstep check corpus/v5-p", {"corpus/v5-posted"}},
      {"lockstep check READ", {}},
      {"lockstep shrink -o READ", {"README.md"}},
      {"lockstep nightly -o READ", {}},
      {"lockstep nightly --corpus corp", {"corpus"}},
      {"lockstep fuzz --seed ", {}},
  };
  std::string typed;
  for (const auto& [line, offered] : cases) typed += std::string(line) + "\n";
  const auto offers = bash_offers(typed);
  ASSERT_EQ(offers.size(), std::size(cases));
  for (size_t i = 0; i < offers.size(); ++i) EXPECT_EQ(offers[i], cases[i].second) << cases[i].first;
}

TEST_F(Pages, FishOffersSubcommandsValuesAndFiles) {
  if (!has("fish")) GTEST_SKIP();
  const auto script = file("lockstep.fish", fish_completion(program()));
  const std::pair<const char*, const char*> cases[] = {
      {"lockstep nig", "nightly"},
      {"lockstep corpus pro", "promote"},
      {"lockstep corpus promote --tar", "--target"},
      {"lockstep fuzz --model v5-i", "v5-intended"},
      {"lockstep fuzz --target sim:v5-", "sim:v5-intended"},
      {"lockstep check corpus/v5-posted/story", "corpus/v5-posted/story.trace"}};
  std::string asked = "source $argv[1]; cd $argv[2]\n", offered;
  for (const auto& [line, answer] : cases) {
    asked += std::string("complete -C '") + line + "' | string split -f1 \\t | head -n1\n";
    offered += std::string(answer) + "\n";
  }
  const auto ran =
      finish(start_program({"env", "HOME=" + folder_.string(), "fish", "-c", asked, script, LOCKSTEP_SOURCE_DIR}));
  EXPECT_EQ(ran.out, offered) << ran.err;
}

// A zsh at a terminal, in which somebody presses TAB; `lockstep` there writes down what it was called with.
TEST_F(Pages, ZshCompletesSubcommandsValuesAndFiles) {
  if (!has("zsh")) GTEST_SKIP();
  file("_lockstep", zsh_completion(program()));
  const auto script = file("type.zsh", R"(
zmodload zsh/zpty
zpty -b z zsh -f -i
say() { zpty -w z "$@" }
say "cd ${(q)2}; fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -d ${(q)1}/dump"
say "lockstep() { print -r -- \"\$*\" >> ${(q)1}/called }"
for line in "${@:3}"; do
  say "$line"
done
say "exit"
for i in {1..1200}; do
  zpty -t z || break
  zpty -r z seen && : ; sleep 0.05
done
)");
  const auto ran = finish(start_program({"zsh", "-f", script, folder_.string(), LOCKSTEP_SOURCE_DIR, "lockstep nig\t",
                                         "lockstep corpus pro\t--tar\tsim:v5-\t", "lockstep fuzz --model v5-i\t",
                                         "lockstep check corpus/v5-posted/story\t"}));
  EXPECT_EQ(test::slurp(folder_ / "called"),
            "nightly\ncorpus promote --target=sim:v5-intended\nfuzz --model v5-intended\n"
            "check corpus/v5-posted/story.trace\n")
      << ran.out << ran.err;
}

}  // namespace
}  // namespace lockstep::cli
