// SPDX-License-Identifier: GPL-2.0-or-later
// All mutants of a model: which calls its transition text has, what can be done wrongly at each, and a model that does.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/model.h"
#include "model/trace.h"
#include "oracle/mutant_site.h"

namespace lockstep {

struct Mutant {
  std::string model;  // with its preset
  std::string name;   // "put_node dec_and_test#1 negated": function, call, its ordinal there, change; no line numbers
  std::string place;  // "model/v5.h:17"
  Site site;
  Change change{};
  bool reached = true;  // false: the text that this is in was never reached by the unchanged model
  std::string full_name() const { return model + " " + name; }
};

// Finds the calls of a model's text by running it. Nobody keeps a list of them.
class SiteFinder {
 public:
  // REQUIRES: there is a model of that name.
  explicit SiteFinder(std::string model) : model_(std::move(model)) {}
  // Runs the trace as it is; each of its steps also several times on a copy that decides wrongly now and then, which
  // shows text that the model itself cannot reach. REQUIRES: the trace is one of this model.
  void run(const Trace& trace);
  // Calls that the model itself was seen to make.
  void add_reached(const std::set<Site>& sites);
  // In the order of the text.
  std::vector<Mutant> mutants() const;

 private:
  std::string model_;
  std::set<Site> reached_, all_;
  uint64_t chance_ = 0;
};

// The model that the mutant is. It is to be thrown away when a state came out wrong: nothing bounds what it does next.
std::unique_ptr<Model> make_mutant(const Mutant& mutant);

}  // namespace lockstep
