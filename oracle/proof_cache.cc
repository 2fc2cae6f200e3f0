// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/proof_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

namespace lockstep {

namespace {

namespace fs = std::filesystem;

constexpr char kVersion = '1';              // of a line's form; lines of another version are not read
constexpr uintmax_t kMaxBytes = 16u << 20;  // what has grown beyond it is mostly of texts that are no more
constexpr size_t kMaxKey = 256;

// FNV-1a. It is to tell damage, not an enemy: whoever may write here may also replace the program.
uint64_t checksum(std::string_view text) {
  uint64_t hash = 14695981039346656037u;
  for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211u;
  return hash;
}

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= kMaxKey &&
         std::all_of(key.begin(), key.end(), [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

std::string line_of(const std::string& key, const ProofCache::Entry& entry) {
  const auto text = fmt::format("{} {} {} {:.6f}", kVersion, key, name_of(entry.answer), entry.seconds);
  return fmt::format("{} {:016x}\n", text, checksum(text));
}

// The next word of a line; takes it away.
std::string_view word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto first = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return first;
}

// False for anything that line_of() does not write.
bool parse(std::string_view line, std::string& key, ProofCache::Entry& entry) {
  const auto last = line.rfind(' ');
  if (last == std::string_view::npos || line[0] != kVersion) return false;
  const auto text = line.substr(0, last);
  if (line.substr(last + 1) != fmt::format("{:016x}", checksum(text))) return false;
  auto rest = text;
  word(rest);
  key = word(rest);
  const auto answer = word(rest);
  if (!is_key(key) || (answer != name_of(ProofAnswer::proved) && answer != name_of(ProofAnswer::open))) return false;
  entry.answer = answer == name_of(ProofAnswer::proved) ? ProofAnswer::proved : ProofAnswer::open;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), entry.seconds);
  return error == std::errc() && end == rest.data() + rest.size() && entry.seconds >= 0;
}

}  // namespace

ProofCacheFile::ProofCacheFile(fs::path file) : file_(std::move(file)) { read(); }

ProofCacheFile::~ProofCacheFile() {
  if (descriptor_ != -1) close(descriptor_);
}

void ProofCacheFile::read() {
  std::error_code none;
  if (!fs::exists(file_, none)) return;
  if (fs::file_size(file_, none) > kMaxBytes) {
    fs::remove(file_, none);
    warnings_.push_back(fmt::format("{}: it had grown beyond {} MiB and begins anew", file_.string(), kMaxBytes >> 20));
    return;
  }
  std::ifstream in(file_, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  if (!in) {
    warnings_.push_back(fmt::format("{}: cannot be read; nothing of it is used", file_.string()));
    return;
  }
  const auto text = all.str();
  torn_ = !text.empty() && text.back() != '\n';
  size_t damaged = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    // A last line without its end may be one that somebody is writing just now: not used, and no damage.
    if (end != 0 && end != rest.size() && !add_line(rest.substr(0, end))) ++damaged;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (damaged != 0)
    warnings_.push_back(
        fmt::format("{}: {} damaged line{} not believed", file_.string(), damaged, damaged == 1 ? " is" : "s are"));
}

bool ProofCacheFile::add_line(std::string_view line) {
  std::string key;
  Entry entry;
  if (!parse(line, key, entry)) return false;
  const auto [known, fresh] = entries_.try_emplace(key, entry);
  if (fresh || known->second.answer == entry.answer) return true;
  known->second.answer = ProofAnswer::unknown;  // two answers to one question: neither is believed
  return false;
}

std::optional<ProofCache::Entry> ProofCacheFile::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.answer == ProofAnswer::unknown) return std::nullopt;
  return found->second;
}

void ProofCacheFile::put(const std::string& key, const Entry& entry) {
  assert(is_key(key));
  if (entry.answer == ProofAnswer::unknown) return;
  const std::lock_guard lock(mutex_);
  if (!entries_.try_emplace(key, entry).second) return;
  write(line_of(key, entry));
}

void ProofCacheFile::open_for_writing() {
  std::error_code error;
  fs::create_directories(file_.parent_path(), error);
  descriptor_ = open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ != -1) return;
  read_only_ = true;
  warnings_.push_back(fmt::format("{}: nothing new can be kept there: {}", file_.string(), std::strerror(errno)));
}

void ProofCacheFile::write(const std::string& line) {
  if (descriptor_ == -1 && !read_only_) open_for_writing();
  if (read_only_) return;
  const auto text = (torn_ ? "\n" : "") + line;
  const auto written = ::write(descriptor_, text.data(), text.size());
  torn_ = written > 0 && static_cast<size_t>(written) != text.size();
  if (written == static_cast<ssize_t>(text.size())) return;
  read_only_ = true;
  warnings_.push_back(fmt::format("{}: nothing more can be kept there: {}", file_.string(),
                                  written == -1 ? std::strerror(errno) : "no room"));
}

size_t ProofCacheFile::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::vector<std::string> ProofCacheFile::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

}  // namespace lockstep
