// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/journal.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/common.h"
#include "reports/format.h"
#include "reports/read_json.h"

namespace lockstep::cli {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Journal::Journal(const fs::path& folder, const std::string& plan) : file_(folder / "journal.json"), plan_(plan) {
  fs::create_directories(folder);
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension().string().starts_with(".part-")) fs::remove(entry.path());
  std::ifstream in(file_);
  const auto journal = in ? Json::parse(in, nullptr, false) : Json();
  if (!journal.is_object() || journal.value("plan", "") != plan) return;
  try {
    for (const auto& [job, text] : journal.at("jobs").items()) done_[job] = read_json(text.get<std::string>()).at(0);
  } catch (const std::exception&) {
    done_.clear();  // of another version, or damaged: the run starts anew
  }
}

const Result* Journal::result_of(const std::string& job) const {
  const auto found = done_.find(job);
  return found == done_.end() ? nullptr : &found->second;
}

void Journal::add(const std::string& job, const Result& result) {
  done_[job] = result;
  save();
}

void Journal::save() const {
  Json jobs = Json::object();
  for (const auto& [job, result] : done_) jobs[job] = render(std::span(&result, 1), Format::json);
  write_file(file_, Json{{"plan", plan_}, {"jobs", jobs}}.dump(1));
}

void Journal::finish() {
  std::error_code error;
  fs::remove(file_, error);
}

}  // namespace lockstep::cli
