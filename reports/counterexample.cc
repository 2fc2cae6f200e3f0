// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/counterexample.h"

#include <fmt/format.h>

#include "model/trace_text.h"
#include "reports/explain.h"
#include "reports/graphviz.h"
#include "reports/step_pictures.h"
#include "reports/whole_file.h"

namespace lockstep {

namespace {

std::string picture(size_t step, const char* ending) { return fmt::format("step-{:02}.{}", step, ending); }

// Of another trace that this folder held: its last pictures would pass for this one's.
void remove_pictures(const std::filesystem::path& folder) {
  for (size_t step = 0;; ++step) {
    const bool dot = std::filesystem::remove(folder / picture(step, "dot"));
    if (!std::filesystem::remove(folder / picture(step, "svg")) && !dot) return;
  }
}

}  // namespace

void write_counterexample(const Find& find, const std::string& model, Target* target,
                          const std::filesystem::path& folder) {
  Conformer conformer(model, target);
  Narrator narrator(model, target);
  StepPictures pictures(model, target, find.trace.steps.size());
  std::vector<std::string> dots;
  // One run for all of it: a target that wavers must not say one thing in words and another in pictures.
  const auto conformance = conformer.run(find.trace, [&](const StepRecord& record) {
    narrator.watch(record);
    dots.push_back(pictures.add(record, record.step != nullptr && record.number == find.divergence.step
                                            ? find.divergence.property + ": " + find.divergence.text
                                            : ""));
  });
  const auto account = narrator.finish(find.trace, conformance, "counterexample.trace");

  std::filesystem::create_directories(folder);
  remove_pictures(folder);
  write_whole_file(folder / "counterexample.trace", write_trace(find.trace));
  write_whole_file(folder / "explain.txt", explanation_text(account));
  write_whole_file(folder / "explain-mail.txt", explanation_mail(account));
  for (size_t i = 0; i < dots.size(); ++i) write_whole_file(folder / picture(i, "dot"), dots[i]);
  for (size_t i = 0; i < dots.size(); ++i) write_whole_file(folder / picture(i, "svg"), render_svg(dots[i]));
}

}  // namespace lockstep
