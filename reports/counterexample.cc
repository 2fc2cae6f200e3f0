// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/counterexample.h"

#include <fmt/format.h>

#include <cctype>

#include "model/trace_text.h"
#include "reports/explain.h"
#include "reports/graphviz.h"
#include "reports/step_pictures.h"
#include "reports/step_table.h"
#include "reports/whole_file.h"

namespace lockstep {

namespace {

constexpr size_t kMaxPictureBytes = 8u << 20;  // in one page
constexpr size_t kMaxJobName = 60;

std::string picture(size_t step, const char* ending) { return fmt::format("step-{:02}.{}", step, ending); }

// Of another trace that this folder held: its last pictures would pass for this one's.
void remove_pictures(const std::filesystem::path& folder) {
  for (size_t step = 0;; ++step) {
    const bool dot = std::filesystem::remove(folder / picture(step, "dot"));
    if (!std::filesystem::remove(folder / picture(step, "svg")) && !dot) return;
  }
}

// Graphviz texts of every step, for a file and for the page.
struct Drawings {
  std::vector<std::string> titled, bare;
};

// Why it was not possible; or empty. The last steps are the telling ones: they are drawn into the page first.
std::string draw(const Drawings& drawings, const std::filesystem::path& folder, std::vector<StepState>& states) {
  for (size_t i = 0; i < states.size(); ++i) write_whole_file(folder / picture(i, "dot"), drawings.titled[i]);
  size_t room = kMaxPictureBytes;
  try {
    for (size_t i = states.size(); i-- > 0;) {
      write_whole_file(folder / picture(i, "svg"), render_svg(drawings.titled[i]));
      auto svg = room == 0 ? "" : render_svg(drawings.bare[i]);
      room = svg.size() < room ? room - svg.size() : 0;
      if (room == 0)
        states[i].file = picture(i, "svg");
      else
        states[i].svg = std::move(svg);
    }
  } catch (const Unavailable& why) {
    return why.what();
  }
  return "";
}

}  // namespace

std::string write_counterexample(const Find& find, const std::string& model, Target* target,
                                 const std::filesystem::path& folder, const Origin& origin) {
  Conformer conformer(model, target);
  Narrator narrator(model, target);
  StepPictures pictures(model, target, find.trace.steps.size());
  StepTable table(target == nullptr ? "" : target->name());
  Drawings drawings;
  std::vector<StepState> states;
  // One run for all of it: a target that wavers must not say one thing in words and another in pictures.
  const auto conformance = conformer.run(find.trace, [&](const StepRecord& record) {
    narrator.watch(record);
    drawings.titled.push_back(pictures.add(record, record.step != nullptr && record.number == find.divergence.step
                                                       ? find.divergence.property + ": " + find.divergence.text
                                                       : ""));
    drawings.bare.push_back(pictures.without_title());
    states.push_back({.table = table.add(record)});
  });
  const auto account = narrator.finish(find.trace, conformance, "counterexample.trace");

  std::filesystem::create_directories(folder);
  remove_pictures(folder);
  write_whole_file(folder / "counterexample.trace", write_trace(find.trace));
  write_whole_file(folder / "explain.txt", explanation_text(account));
  write_whole_file(folder / "explain-mail.txt", explanation_mail(account));
  auto why = draw(drawings, folder, states);
  const auto& seen = conformance.divergence;
  const bool shown = seen && seen->cause == find.divergence.cause && seen->step == find.divergence.step;
  write_whole_file(folder / "index.html", counterexample_page({find, account, shown, std::move(states), why}, origin));
  return why;
}

std::string counterexample_folder(const Result& result, const Find& find) {
  auto job = result.job.substr(0, kMaxJobName);
  for (auto& c : job)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-') c = '_';
  return fmt::format("counterexamples/{}-{}", job, finding_identity(find));
}

}  // namespace lockstep
