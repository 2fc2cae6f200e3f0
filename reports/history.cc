// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/history.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "model/target.h"
#include "model/trace_text.h"

namespace lockstep {

namespace {

constexpr int kVersion = 1;               // of the tables below, in user_version
constexpr int kApplication = 0x4c4b5354;  // "LKST", in application_id
constexpr int kWaitMs = 10000;            // for another process that writes

// number: the order of the runs. What a find is stands once; when it was seen, by run and job.
constexpr const char* kTables = R"(
CREATE TABLE runs (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, started TEXT NOT NULL, command TEXT NOT NULL,
  shard TEXT NOT NULL, seed INTEGER NOT NULL, seconds REAL NOT NULL, kernel TEXT NOT NULL, tool_version TEXT NOT NULL);
CREATE TABLE provenance (
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE results (
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, job TEXT NOT NULL, model TEXT NOT NULL, target TEXT NOT NULL,
  verdict TEXT NOT NULL, traces INTEGER NOT NULL, steps INTEGER NOT NULL, unexpected INTEGER NOT NULL,
  expected INTEGER NOT NULL, missing INTEGER NOT NULL, unobserved INTEGER NOT NULL, skipped INTEGER NOT NULL,
  seconds REAL NOT NULL);
CREATE TABLE findings (
  identity TEXT PRIMARY KEY, property TEXT NOT NULL, cause TEXT NOT NULL, trace TEXT NOT NULL);
CREATE TABLE sightings (
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, identity TEXT NOT NULL REFERENCES findings,
  job TEXT NOT NULL, expected INTEGER NOT NULL, times INTEGER NOT NULL);
CREATE INDEX results_of_run ON results (run);
CREATE INDEX sightings_of_run ON sightings (run);
CREATE INDEX sightings_of_finding ON sightings (identity, run);
)";

// Seeds and counts have 64 bits, SQLite's integers a sign: the same bits.
int64_t number(uint64_t value) { return static_cast<int64_t>(value); }
uint64_t count(const SQLite::Column& column) { return static_cast<uint64_t>(column.getInt64()); }

template <class... Values>
void run(SQLite::Database& database, const char* sql, const Values&... values) {
  SQLite::Statement statement(database, sql);
  SQLite::bind(statement, values...);
  statement.exec();
}

void add_result(SQLite::Database& database, int64_t run_number, const Result& r) {
  run(database, "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", run_number, r.job, r.model,
      r.target, name_of(r.verdict()), number(r.traces), number(r.steps), number(r.unexpected()), number(r.expected()),
      number(r.missing.size()), number(r.unobserved), number(r.skipped), r.seconds);
  for (const auto& find : r.finds) {
    const auto identity = finding_identity(find);
    run(database, "INSERT OR IGNORE INTO findings VALUES (?, ?, ?, ?)", identity, find.divergence.property,
        find.divergence.cause, write_trace(find.trace));
    run(database, "INSERT INTO sightings VALUES (?, ?, ?, ?, ?)", run_number, identity, r.job, find.expected ? 1 : 0,
        number(find.times));
  }
}

void add_provenance(SQLite::Database& database, int64_t run_number, const Provenance& p) {
  auto all = p.more;
  all.insert(all.begin(), {{"btf_sha256", p.btf_hash}, {"config_sha256", p.config_hash}});
  for (const auto& [name, value] : all)
    run(database, "INSERT INTO provenance VALUES (?, ?, ?)", run_number, name, value);
}

// 0: no such run.
int64_t number_of(SQLite::Database& database, const std::string& id) {
  SQLite::Statement query(database, "SELECT number FROM runs WHERE id = ?");
  query.bind(1, id);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

std::vector<RunSummary> earlier_than(SQLite::Database& database, int64_t own) {
  SQLite::Statement query(
      database,
      "SELECT id, started, kernel, total(traces), total(steps), total(unexpected), total(expected), total(skipped), "
      "runs.seconds FROM runs LEFT JOIN results ON run = number WHERE number < ? GROUP BY number ORDER BY number");
  query.bind(1, own);
  std::vector<RunSummary> all;
  while (query.executeStep())
    all.push_back({query.getColumn(0), query.getColumn(1), query.getColumn(2), count(query.getColumn(3)),
                   count(query.getColumn(4)), count(query.getColumn(5)), count(query.getColumn(6)),
                   count(query.getColumn(7)), query.getColumn(8).getDouble()});
  return all;
}

std::map<std::string, Sighting> sightings_of(SQLite::Database& database, int64_t own) {
  SQLite::Statement query(
      database,
      "SELECT identity, first.started, times, own.started, before FROM ("
      "  SELECT identity, min(run) AS first_run, count(DISTINCT run) AS times,"
      "    coalesce(max(run = (SELECT max(number) FROM runs WHERE number < ?1)), 0) AS before"
      "  FROM sightings WHERE run <= ?1 AND identity IN (SELECT identity FROM sightings WHERE run = ?1)"
      "  GROUP BY identity) "
      "JOIN runs AS first ON first.number = first_run JOIN runs AS own ON own.number = ?1");
  query.bind(1, own);
  std::map<std::string, Sighting> all;
  while (query.executeStep()) {
    const std::string identity = query.getColumn(0);
    all[identity] = {identity, query.getColumn(1), query.getColumn(3), count(query.getColumn(2)),
                     query.getColumn(4).getInt() == 0};
  }
  return all;
}

// A find of a job that did not run this time is not gone.
std::vector<Gone> gone_in(SQLite::Database& database, int64_t own) {
  SQLite::Statement query(
      database,
      "WITH before AS (SELECT number, started FROM runs WHERE number < ?1 ORDER BY number DESC LIMIT 1) "
      "SELECT identity, property, cause, min(job), before.started "
      "FROM sightings JOIN before ON run = before.number JOIN findings USING (identity) "
      "WHERE identity NOT IN (SELECT identity FROM sightings WHERE run = ?1) "
      "  AND job IN (SELECT job FROM results WHERE run = ?1 AND steps > 0) "
      "GROUP BY identity ORDER BY min(job), property, identity");
  query.bind(1, own);
  std::vector<Gone> all;
  while (query.executeStep())
    all.push_back({query.getColumn(0), query.getColumn(1), query.getColumn(2), query.getColumn(3), query.getColumn(4)});
  return all;
}

}  // namespace

template <class Do>
auto History::guarded(Do what) const {
  try {
    return what();
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode();
    const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    throw Unavailable(fmt::format("{}: {}; {}", file_,
                                  damaged ? fmt::format("the history is damaged ({})", error.what()) : error.what(),
                                  damaged ? "move it away, and the next run begins a new one"
                                          : "is the folder there and writable, and the disk not full?"));
  }
}

History::History(const std::filesystem::path& file) : file_(file.string()) {
  guarded([&] {
    database_ = std::make_unique<SQLite::Database>(file_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kWaitMs);
    database_->exec("PRAGMA foreign_keys = ON");
    check_version();
    check_integrity();
  });
}

History::~History() = default;

void History::check_version() {
  const int application = database_->execAndGet("PRAGMA application_id");
  const int version = database_->execAndGet("PRAGMA user_version");
  const int tables = database_->execAndGet("SELECT count(*) FROM sqlite_master");
  if (application != kApplication && (application != 0 || version != 0 || tables != 0))
    throw Unavailable(file_ + ": a database, but not of lockstep; name another folder with -o");
  if (version > kVersion)
    throw Unavailable(
        fmt::format("{}: written by a newer lockstep (version {} of the history, this one knows {}); use that one, or "
                    "name another folder with -o",
                    file_, version, kVersion));
}

void History::check_integrity() {
  const std::string answer = database_->execAndGet("PRAGMA integrity_check(1)");
  if (answer != "ok")
    throw Unavailable(
        fmt::format("{}: the history is damaged ({}); move it away, and the next run begins a new one", file_, answer));
}

bool History::has(const std::string& id) const {
  return guarded([&] { return database_->tableExists("runs") && number_of(*database_, id) != 0; });
}

void History::record(const Run& r) {
  guarded([&] {
    auto& database = *database_;
    SQLite::Transaction transaction(database);
    if (!database.tableExists("runs")) {
      database.exec(kTables);
      database.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplication, kVersion));
    }
    int64_t own = number_of(database, r.id);
    if (own == 0)
      own = database.execAndGet("SELECT coalesce(max(number), 0) + 1 FROM runs").getInt64();
    else
      run(database, "DELETE FROM runs WHERE number = ?", own);
    run(database, "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", own, r.id, r.started, r.command, r.shard,
        number(r.seed), r.seconds, r.provenance.kernel, r.provenance.tool_version);
    add_provenance(database, own, r.provenance);
    for (const auto& result : r.results) add_result(database, own, result);
    transaction.commit();
  });
}

RunHistory History::of(const Run& r) const {
  return guarded([&] {
    const int64_t own = number_of(*database_, r.id);
    return RunHistory{earlier_than(*database_, own), sightings_of(*database_, own), gone_in(*database_, own)};
  });
}

}  // namespace lockstep
