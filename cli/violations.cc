// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/violations.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/finds.h"
#include "harness/targets.h"
#include "model/model.h"
#include "oracle/explore_result.h"

namespace lockstep::cli {

namespace {

// What implements this very model in another way: our C, or the kernel. Null if nothing here does.
std::unique_ptr<Target> counterpart(const std::string& model, Result& result) {
  if (auto sim = make_sim_of(model)) return sim;
  if (find_model(model)->layout != "seccomp") return nullptr;
  try {
    auto target = make_target("live");
    if (probe_preset("seccomp", *target) == model) return target;
    result.notes.emplace_back("violations were not replayed on live: this kernel is another preset of the model");
  } catch (const TargetFault& why) {
    result.shortcomings.push_back(fmt::format("violations were not replayed on live: {}", why.what()));
  } catch (const Unavailable& why) {
    result.notes.push_back(fmt::format("violations were not replayed on live: {}", why.what()));
  }
  return nullptr;
}

}  // namespace

void replay_and_save(const std::string& model, const std::filesystem::path& folder, Result& result,
                     const std::function<void(const std::string& property, const std::string& words)>& say) {
  if (result.finds.empty()) return;
  const auto target = counterpart(model, result);
  for (auto& find : result.finds) {
    const auto property = *find_property(find.divergence.property);
    std::string on = "model";
    if (target != nullptr) {
      const auto replay = replay_violation(find.trace, model, property, target.get());
      on = target->name();
      say(find.divergence.property, (replay.shown == Shown::confirmed ? "also on " : "NOT on ") + on);
      if (replay.shown != Shown::confirmed) {
        find.divergence = replay.divergence;
        find.expected = false;
      }
    }
    save_find(find, model, on, folder);
  }
  std::stable_partition(result.finds.begin(), result.finds.end(), [](const Find& find) { return !find.expected; });
}

}  // namespace lockstep::cli
