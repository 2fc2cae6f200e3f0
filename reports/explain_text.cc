// SPDX-License-Identifier: GPL-2.0-or-later
// An account of a run, printed: for a terminal, and as a mail.
#include <fmt/format.h>

#include "model/trace_text.h"
#include "model/utf8.h"
#include "reports/command.h"
#include "reports/explain.h"
#include "reports/plain_text.h"

namespace lockstep {

namespace {

constexpr size_t kTerminalColumns = 100;
constexpr size_t kMailColumns = 72;

class Printer {
 public:
  Printer(size_t width, bool mail) : width_(width), mail_(mail) {}

  std::string print(const Account& account) {
    head(account);
    section("What is promised", account.promise);
    steps(account);
    section("What came out", account.finding);
    if (!account.expected.empty())
      section(fmt::format("What {} is known to break, and breaks here", account.model), account.expected);
    reproduction(account);
    return std::move(out_);
  }

 private:
  std::string safe(const std::string& text) const { return mail_ ? ascii(text) : shown(text); }

  void paragraph(const std::string& text, const std::string& first, const std::string& rest) {
    out_ += wrap(safe(text), width_, first, rest);
  }
  void title(const std::string& text) { out_ += fmt::format("\n{}", wrap(safe(text), width_)); }
  void section(const std::string& name, const std::vector<std::string>& sentences) {
    title(name + ":");
    for (const auto& sentence : sentences) paragraph(sentence, "  ", "  ");
  }

  void head(const Account& account) {
    if (mail_) {
      // A subject is one line; what does not fit is cut.
      auto subject = "Subject: " + safe(account.subject);
      if (subject.size() > width_) subject = subject.substr(0, width_ - 3) + "...";
      out_ += subject + "\n\n";
    }
    paragraph(
        fmt::format("Model {}{}, {}.", account.model, account.target.empty() ? ", alone" : ", target " + account.target,
                    count_of(account.trace.steps.size(), "step")),
        "", "");
    for (const auto& line : account.trace.shows)
      if (!line.empty()) paragraph(line, "", "");
  }

  void steps(const Account& account) {
    title("What happened, step by step:");
    for (const auto& step : account.steps) {
      const auto number = fmt::format("{:>3}  ", step.number);
      paragraph(step.line, number, "       ");
      for (const auto& sentence : step.sentences) paragraph(sentence, "     ", "     ");
    }
  }

  void reproduction(const Account& account) {
    if (mail_) {
      out_ += "\nThe trace:\n\n";
      for (const auto& line : lines_of(write_trace(account.trace))) trace_line(safe(line));
    }
    title("To reproduce:");
    command(safe(replay_command(account.file, account.model, account.target)));
  }

  // A comment may go on in the next line; a step may not, and says that it does.
  void trace_line(const std::string& line) {
    if (line.starts_with("# ")) {
      out_ += wrap(line.substr(2), width_, "# ", "# ");
      return;
    }
    if (line.size() <= width_) {
      out_ += line + "\n";
      return;
    }
    out_ += "# the next line is broken for this mail: join where it ends in \\\n";
    broken(line, "  ");
  }
  void command(const std::string& line) {
    if (columns(line) + 2 <= width_)
      out_ += "  " + line + "\n";
    else if (mail_)
      broken("  " + line, "    ");
    else
      out_ += "  " + line + "\n";
  }
  void broken(const std::string& line, const std::string& indent) {
    const auto parts = lines_of(wrap(line, width_ - 2, line.substr(0, line.find_first_not_of(' ')), indent));
    for (size_t i = 0; i < parts.size(); ++i) out_ += parts[i] + (i + 1 < parts.size() ? " \\\n" : "\n");
  }

  size_t width_;
  bool mail_;
  std::string out_;
};

}  // namespace

std::string explanation_text(const Account& account) { return Printer(kTerminalColumns, false).print(account); }
std::string explanation_mail(const Account& account) { return Printer(kMailColumns, true).print(account); }

}  // namespace lockstep
