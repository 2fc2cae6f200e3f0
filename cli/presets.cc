// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/presets.h"

#include <algorithm>
#include <utility>

#include "cli/finds.h"

namespace lockstep::cli {

namespace {

const std::string kProbed = "probed: ", kNotProbed = "not probed";

}  // namespace

std::string PresetProbe::of(const std::string& model) {
  const auto known = known_.find(model);
  if (known != known_.end()) return known->second;
  auto preset = model;
  try {
    preset = probe_preset(model, target_);
  } catch (const ProbeFault& fault) {
    fault_ = fault;
  }
  return known_[model] = preset;
}

void PresetProbe::tell(const std::string& preset, Result& result, const std::filesystem::path& finds) {
  note_switches(preset, result);
  if (!fault_ || std::exchange(told_, true)) return;
  Find find{.divergence = {"target", fault_->step, "target probe fault", fault_->what()},
            .trace = fault_->trace,
            .name = "the probe for the preset"};
  save_find(find, preset, target_.name(), finds);
  result.finds.insert(result.finds.begin(), std::move(find));
}

void PresetProbe::note_switches(const std::string& preset, Result& result) const {
  if (!is_kernel(target_) || !preset.starts_with("seccomp")) return;
  std::string note = kProbed;
  if (fault_)
    note = kNotProbed + ", the target broke as it was asked; the newest preset is assumed: ";
  else if (!target_.capabilities().facts.counters)
    note = kNotProbed + ", no counters are shown; the newest preset is assumed: ";
  note += preset == "seccomp@6.1" ? "the reap drops a dead task's filter (seccomp@6.1)"
                                  : "exit drops a dead task's filter (seccomp)";
  if (std::find(result.notes.begin(), result.notes.end(), note) == result.notes.end()) result.notes.push_back(note);
}

bool says_switches(const std::string& note) { return note.starts_with(kProbed) || note.starts_with(kNotProbed); }

}  // namespace lockstep::cli
