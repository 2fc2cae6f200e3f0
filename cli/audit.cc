// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/audit.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/provenance.h"
#include "harness/host_reader.h"
#include "reports/audit.h"
#include "reports/audit_watch.h"
#include "reports/graphviz.h"

namespace lockstep::cli {

namespace {

struct Options {
  std::string patience = "10s", interval = "2s", graph;
  uint32_t pid = 0;
  bool watch = false;
  Output output;
};

// A round of looking, with what it needs from one to the next.
class Rounds {
 public:
  explicit Rounds(const Options& options)
      : options_{.patience_s = parse_duration(options.patience), .process = options.pid} {}

  AuditReport next() {
    Progress progress("audit");
    uint32_t looks = 0;
    return audit(
        [&] {
          ++looks;
          return reader_->look();
        },
        options_, names_,
        [&] {
          progress.show(fmt::format("{} looks; waiting for filters to hold still, or to confirm a residual", looks));
          return interrupted();
        });
  }

 private:
  AuditOptions options_;
  std::unique_ptr<HostReader> reader_ = make_host_reader();
  FilterNames names_;
};

void draw(const AuditReport& report, const std::string& file) {
  if (file.empty()) return;
  const auto dot = audit_dot(report);
  write_output(file, file.ends_with(".dot") ? dot : render_svg(dot));
}

int once(const Options& options, const RenderOptions& rendering) {
  const auto report = Rounds(options).next();
  throw_if_interrupted();
  if (options.output.format == "text")
    fmt::print("{}", audit_text(report, rendering));
  else if (options.output.format == "json")
    fmt::print("{}", audit_json(report, rendering));
  else
    cli::report({result_of(report)}, options.output);
  draw(report, options.graph);
  return exit_code(result_of(report));
}

void pause_for(double seconds) {
  constexpr double kNap = 0.1;
  for (; seconds > 0 && !interrupted(); seconds -= kNap) poll(nullptr, 0, int(std::min(seconds, kNap) * 1000));
}

// Ends with Ctrl-C, which is the ordinary way: the exit code is then that of what was seen.
int watch(const Options& options, const RenderOptions& rendering) {
  const double interval = parse_duration(options.interval);
  const bool text = options.output.format == "text";
  Rounds rounds(options);
  AuditWatch seen;
  for (; !interrupted(); pause_for(interval)) {
    const auto report = rounds.next();
    if (interrupted()) break;  // it was cut short
    const auto line = seen.round(report);
    fmt::print("{}", text ? line : audit_json(report, rendering, -1));
    if (std::fflush(stdout) != 0) throw Unavailable("the results could not be written to standard output");
    draw(report, options.graph);
  }
  try {
    throw_if_interrupted();
  } catch (const Interrupted& by) {
    if (by.signal != SIGINT || !seen.gravest()) throw;
  }
  if (text) fmt::print("{}", seen.summary(rendering));
  return seen.code();
}

int run(const Options& options) {
  if (options.watch && options.output.format != "text" && options.output.format != "json")
    throw UsageError("--watch has no end that junit or ktap could report: use --format text or json");
  if (options.pid != 0 && access(fmt::format("/proc/{}", options.pid).c_str(), F_OK) != 0)
    throw UsageError(fmt::format("--pid {}: there is no such process", options.pid));
  const Run run{.provenance = provenance_here()};
  const RenderOptions rendering{.color = use_color(options.output), .run = &run};
  return options.watch ? watch(options, rendering) : once(options, rendering);
}

}  // namespace

void add_audit(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("audit", "every seccomp filter of this host: who holds it, and is each counter right");
  sub->footer("Example: lockstep audit --graph filters.svg");
  sub->add_option("--pid", options->pid, "only the filters of this process or thread")
      ->check(whole_number(1, INT32_MAX));
  auto* watch = sub->add_flag("--watch", options->watch, "again and again, until Ctrl-C; says what changes");
  sub->add_option("--interval", options->interval, "between the rounds of --watch")
      ->capture_default_str()
      ->needs(watch);
  sub->add_option("--for", options->patience, "how long a busy host may take to hold still")->capture_default_str();
  sub->add_option("--graph", options->graph, "FILE.svg or FILE.dot: who holds what")
      ->check([](const std::string& name) {
        return name.ends_with(".svg") || name.ends_with(".dot") ? std::string() : name + ": neither .svg nor .dot";
      });
  add_output(*sub, options->output);
  sub->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace lockstep::cli
