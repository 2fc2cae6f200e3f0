// SPDX-License-Identifier: GPL-2.0-or-later
// A trace in words: what is promised, what each step changes, what went wrong where, and for which reason. One run is
// told once (Account) and can be printed for a terminal and for a mailing list.
#pragma once

#include <string>
#include <vector>

#include "model/target.h"
#include "model/trace.h"
#include "oracle/conform.h"

namespace lockstep {

struct StepAccount {
  uint32_t number = 0;
  std::string line;  // as in the trace
  std::vector<std::string> sentences;
};

// Everything that is said, as whole sentences without line ends; from names, not yet made safe.
struct Account {
  std::string model, target;  // target: empty if the model ran alone
  std::string file;           // what the trace is called in the command that reproduces it
  Trace trace;
  std::string subject;  // one line: what is wrong, or that nothing is
  std::vector<std::string> promise;
  std::vector<StepAccount> steps;
  std::vector<std::string> finding;   // the divergence, or that there is none
  std::vector<std::string> expected;  // what the model is known to break and broke here
};

// Watches one run and tells it.
class Narrator {
 public:
  // REQUIRES: make_model(model) exists. target: null if the model runs alone; it must outlive this.
  Narrator(const std::string& model, const Target* target);
  void watch(const StepRecord& record);
  Account finish(const Trace& trace, const Conformance& conformance, const std::string& file);

 private:
  struct Seen {
    Snapshot before, now;
  };
  void tell_finding(const Divergence& divergence, Account& account) const;
  void tell_views(std::vector<std::string>& out) const;
  void tell_counters(const Seen& seen, const std::string& whose, std::vector<std::string>& out) const;
  void tell_references(std::vector<std::string>& out) const;
  std::string subject_of(const Divergence& divergence) const;
  void tell_reason(const Divergence& divergence, std::vector<std::string>& out) const;
  void tell_expected(const Conformance& conformance, Account& account) const;
  std::string target_name() const { return target_ == nullptr ? "" : target_->name(); }

  std::string model_;
  const Target* target_;
  Seen of_model_, of_target_;
  bool same_result_ = true;  // of the last step, in model and target
  std::vector<StepAccount> steps_;
};

// Runs the trace. Throws NotCapable if the target cannot run it.
Account account_of(const Trace& trace, const std::string& model, Target* target, const std::string& file);

std::string explanation_text(const Account& account);  // at most 100 columns
std::string explanation_mail(const Account& account);  // 72 columns of ASCII, the subject first

}  // namespace lockstep
