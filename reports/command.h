// SPDX-License-Identifier: GPL-2.0-or-later
// The command that shows a find again, to be pasted into a shell.
#pragma once

#include <string>
#include <string_view>

#include "oracle/result.h"

namespace lockstep {

// One word of a POSIX shell; with unprintable bytes in it, of bash.
std::string shell_word(std::string_view text);
// `lockstep replay FILE --model M --target T [--against T2]`, or `lockstep check FILE` where there is no target.
std::string replay_command(const std::string& file, const std::string& model, const std::string& target,
                           const std::string& against = "");
// What a run asked of its target other than most do: " --observe results,views --no-drain". Empty if nothing.
std::string target_options(const Result& result);
// replay_command() with them for a find that has a file; for one that fuzz has only made, the run up to its trace.
std::string reproduce_command(const Find& find, const Result& result);
// What the find takes, as lines: its trace, or the table of its schedule.
std::string steps_of(const Find& find);
// False for the name that fuzz gives to what has no file yet: "seed 7 trace 42".
bool has_file(const Find& find);

}  // namespace lockstep
