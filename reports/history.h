// SPDX-License-Identifier: GPL-2.0-or-later
// What earlier runs found, in an SQLite file beside the reports: docs/reports.md has its tables.
// A run is recorded in one transaction: after a kill it is there whole or not at all.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "reports/run.h"

namespace SQLite {
class Database;
}

namespace lockstep {

class History {
 public:
  // Opens the file, or begins one. All of these throw Unavailable if it is damaged, foreign, of a newer version or
  // cannot be written; the message names the file and the remedy, and nothing is overwritten.
  explicit History(const std::filesystem::path& file);
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  bool has(const std::string& id) const;
  // Recording a run again replaces it and keeps its place among the others.
  void record(const Run& run);
  // REQUIRES: the run was recorded.
  RunHistory of(const Run& run) const;

 private:
  // Says what SQLite says, and what to do about it.
  template <class Do>
  auto guarded(Do what) const;
  void check_integrity();
  void check_version();

  std::string file_;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace lockstep
