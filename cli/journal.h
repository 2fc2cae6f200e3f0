// SPDX-License-Identifier: GPL-2.0-or-later
// What a nightly has done so far, on disk: a killed run goes on after the last job that it finished.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "oracle/result.h"

namespace lockstep::cli {

class Journal {
 public:
  // Goes on with the journal in `folder` if it belongs to an unfinished run of the same `plan`; starts a new one
  // otherwise. What a killed run left half written is removed.
  Journal(const std::filesystem::path& folder, const std::string& plan);
  bool resumed() const { return !done_.empty(); }
  const Result* result_of(const std::string& job) const;  // null: not done yet
  void add(const std::string& job, const Result& result);
  void finish();  // the report is written: nothing is left to resume

 private:
  void save() const;
  std::filesystem::path file_;
  std::string plan_;
  std::map<std::string, Result> done_;
};

}  // namespace lockstep::cli
