// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/journal.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/common.h"
#include "reports/format.h"
#include "reports/read_json.h"

namespace lockstep::cli {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

fs::path file_in(const fs::path& folder) { return folder / "journal.json"; }

Json read(const fs::path& file) {
  std::ifstream in(file);
  return in ? Json::parse(in, nullptr, false) : Json();
}

}  // namespace

std::optional<uint64_t> Journal::unfinished_seed(const fs::path& folder) {
  const auto journal = read(file_in(folder));
  if (!journal.is_object() || !journal.contains("seed") || !journal["seed"].is_number_unsigned()) return {};
  return journal["seed"].get<uint64_t>();
}

Journal::Journal(const fs::path& folder, std::string plan) : file_(file_in(folder)), plan_(std::move(plan)) {
  const auto journal = read(file_);
  try {
    if (!journal.is_object() || journal.at("plan") != plan_) return;
    for (const auto& [job, text] : journal.at("jobs").items()) done_[job] = read_json(text.get<std::string>()).at(0);
    started_ = journal.at("started");
    seed_ = journal.at("seed");
    id_ = journal.at("id");
  } catch (const std::exception&) {
    done_.clear();  // of another version, or damaged: the run starts anew
  }
}

void Journal::begin(const std::string& id, const std::string& started, uint64_t seed) {
  id_ = id;
  started_ = started;
  seed_ = seed;
  save();
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
  const Json journal{{"plan", plan_}, {"id", id_}, {"started", started_}, {"seed", seed_}, {"jobs", jobs}};
  write_file(file_, journal.dump(1, ' ', false, Json::error_handler_t::replace));
}

void Journal::finish() {
  std::error_code error;
  fs::remove(file_, error);
}

}  // namespace lockstep::cli
