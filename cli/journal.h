// SPDX-License-Identifier: GPL-2.0-or-later
// What a nightly has done so far, on disk: a killed run goes on after the last job that it finished.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "oracle/result.h"

namespace lockstep::cli {

class Journal {
 public:
  // Goes on with the journal in `folder` if it belongs to an unfinished run of the same `plan`.
  Journal(const std::filesystem::path& folder, std::string plan);
  // Of the unfinished run in `folder`, whatever its plan.
  static std::optional<uint64_t> unfinished_seed(const std::filesystem::path& folder);
  bool resumed() const { return !id_.empty(); }
  // A new run, which a start after a kill will find. REQUIRES: !resumed()
  void begin(const std::string& id, const std::string& started, uint64_t seed);
  const std::string& id() const { return id_; }  // Run::id and started, whoever began it
  const std::string& started() const { return started_; }
  const Result* result_of(const std::string& job) const;  // null: not done yet
  size_t done() const { return done_.size(); }
  void add(const std::string& job, const Result& result);
  void finish();  // the report is written: nothing is left to resume

 private:
  void save() const;
  std::filesystem::path file_;
  std::string plan_, id_, started_;
  uint64_t seed_ = 0;
  std::map<std::string, Result> done_;
};

}  // namespace lockstep::cli
