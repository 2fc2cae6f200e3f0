// SPDX-License-Identifier: GPL-2.0-or-later
// The answers of earlier proofs in a file, so that an unchanged obligation is not proved again (docs/proofs.md).
// A line for each answer, appended by one write, each with a checksum: programs may share the file, and one that is
// killed leaves at most a line that nobody believes.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "oracle/prove.h"

namespace lockstep {

class ProofCacheFile : public ProofCache {
 public:
  // Reads what is there. What cannot be used is left out, and warnings() says so; nothing is thrown.
  explicit ProofCacheFile(std::filesystem::path file);
  ~ProofCacheFile() override;
  ProofCacheFile(const ProofCacheFile&) = delete;
  ProofCacheFile& operator=(const ProofCacheFile&) = delete;

  std::optional<Entry> find(const std::string& key) override;
  // Keeps proved and open; unknown is no answer, and is forgotten.
  // REQUIRES: the key is a word of printable characters.
  void put(const std::string& key, const Entry& entry) override;
  size_t size() const;
  std::vector<std::string> warnings() const;  // one sentence each

 private:
  void read();
  bool add_line(std::string_view line);
  void open_for_writing();
  void write(const std::string& line);

  std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::vector<std::string> warnings_;
  int descriptor_ = -1;     // of the file, for appending; -1: not open, or nothing can be kept
  bool torn_ = false;       // the file does not end in a line feed: the next line must not go on with that one
  bool read_only_ = false;  // nothing can be kept
};

}  // namespace lockstep
