// SPDX-License-Identifier: GPL-2.0-or-later
// Which preset of a model a target is held against, and what a result says of that.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "harness/targets.h"
#include "oracle/result.h"

namespace lockstep::cli {

// Asks a target once for each model, since that takes a trace. A target that breaks as it is asked is a find like any
// other: the newest preset is assumed, and the run goes on.
class PresetProbe {
 public:
  explicit PresetProbe(Target& target) : target_(target) {}
  std::string of(const std::string& model);
  // Notes which of the kernel's switches were found for this preset, where the target is a kernel. What broke meanwhile
  // is added as a find, once, whose trace is written to the folder.
  void tell(const std::string& preset, Result& result, const std::filesystem::path& finds);

 private:
  void note_switches(const std::string& preset, Result& result) const;

  Target& target_;
  std::map<std::string, std::string> known_;
  std::optional<ProbeFault> fault_;
  bool told_ = false;  // of the fault
};

// Whether a note of a result says which switches were found.
bool says_switches(const std::string& note);

}  // namespace lockstep::cli
