// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the manual pages and completion scripts of lockstep below a folder, as they are below PREFIX/share. Run by the
// build; the pages bear the day of SOURCE_DATE_EPOCH, or today's.
#include <fmt/chrono.h>

#include <cstdlib>

#include "cli/app.h"
#include "cli/common.h"
#include "cli/pages/completion.h"
#include "cli/pages/man_page.h"

using namespace lockstep::cli;

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: lockstep_pages FOLDER\n");
    return kUsage;
  }
  int code = kOk;
  const auto program = describe(*make_app(code));
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  const std::time_t day = epoch != nullptr ? std::strtoll(epoch, nullptr, 10) : std::time(nullptr);
  const auto write = [&](const std::filesystem::path& name, const std::string& text) {
    const auto path = argv[1] / name;
    std::filesystem::create_directories(path.parent_path());
    write_file(path, text);
  };
  for (const auto& page : man_pages(program, {.date = fmt::format("{:%B %d, %Y}", fmt::gmtime(day)),
                                             .version = LOCKSTEP_VERSION,
                                             .exit_codes = exit_codes()}))
    write("man/man1/" + page.file, page.text);
  write("bash-completion/completions/lockstep", bash_completion(program));
  write("zsh/site-functions/_lockstep", zsh_completion(program));
  write("fish/vendor_completions.d/lockstep.fish", fish_completion(program));
  return code;
}
