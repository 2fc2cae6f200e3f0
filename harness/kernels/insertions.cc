// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/insertions.h"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>

namespace lockstep::kernels {

namespace {

bool begins_insertion(std::string_view line) { return line.starts_with("before ") || line.starts_with("after "); }

Insertion parse_one(const std::string& file, const std::string& line, std::istringstream& rest) {
  if (file.empty()) throw InsertionError(fmt::format("`{}`: no file was named before", line));
  const auto space = line.find(' ');
  Insertion insertion{.file = file, .after = line.starts_with("after "), .anchor = line.substr(space + 1), .text = {}};
  for (std::string ours; std::getline(rest, ours);) {
    if (ours == "end") {
      if (insertion.text.empty()) throw InsertionError(fmt::format("{}: `{}`: nothing to insert", file, line));
      return insertion;
    }
    insertion.text += ours + "\n";
  }
  throw InsertionError(fmt::format("{}: `{}`: no `end`", file, line));
}

// Where lines begin that match; the second of each pair is where the next line begins.
std::vector<std::pair<size_t, size_t>> matching_lines(const std::string& content, const Insertion& insertion) {
  std::regex anchor;
  try {
    anchor.assign(insertion.anchor, std::regex::ECMAScript);
  } catch (const std::regex_error& error) {
    throw InsertionError(fmt::format("{}: anchor `{}`: {}", insertion.file, insertion.anchor, error.what()));
  }
  std::vector<std::pair<size_t, size_t>> found;
  for (size_t begin = 0; begin < content.size();) {
    const auto end = std::min(content.find('\n', begin), content.size() - 1) + 1;
    const auto line = content.substr(begin, end - begin - (content[end - 1] == '\n' ? 1 : 0));
    if (std::regex_search(line, anchor)) found.emplace_back(begin, end);
    begin = end;
  }
  return found;
}

bool stands_at(const std::string& content, size_t place, const Insertion& insertion) {
  const auto length = insertion.text.size();
  if (insertion.after) return content.compare(place, length, insertion.text) == 0;
  return place >= length && content.compare(place - length, length, insertion.text) == 0;
}

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InsertionError(fmt::format("{}: there is no such file", file.string()));
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::vector<Insertion> parse_insertions(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<Insertion> insertions;
  std::string file;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("file "))
      file = line.substr(5);
    else if (begins_insertion(line))
      insertions.push_back(parse_one(file, line, in));
    else
      throw InsertionError(fmt::format("`{}`: neither file nor before nor after", line));
  }
  return insertions;
}

std::string insert(const std::string& content, const Insertion& insertion) {
  const auto found = matching_lines(content, insertion);
  if (found.size() != 1)
    throw InsertionError(fmt::format("{}: the anchor `{}` matches {} lines, not one", insertion.file, insertion.anchor,
                                     found.empty() ? "no" : std::to_string(found.size())));
  const auto place = insertion.after ? found[0].second : found[0].first;
  if (stands_at(content, place, insertion))
    throw InsertionError(
        fmt::format("{}: what belongs at `{}` stands there already", insertion.file, insertion.anchor));
  auto result = content;
  if (place == content.size() && content.back() != '\n') result += '\n';
  return result.insert(place == content.size() ? result.size() : place, insertion.text);
}

void insert_all(const std::vector<Insertion>& insertions, const std::filesystem::path& tree) {
  std::map<std::string, std::string> contents;
  for (const auto& insertion : insertions) {
    auto& content = contents.try_emplace(insertion.file, std::string()).first->second;
    if (content.empty()) content = read(tree / insertion.file);
    content = insert(content, insertion);
  }
  for (const auto& [name, content] : contents) {
    std::ofstream out(tree / name, std::ios::binary);
    if (!out.write(content.data(), static_cast<std::streamsize>(content.size())) || !out.flush())
      throw InsertionError(fmt::format("{}: cannot be written", name));
  }
}

}  // namespace lockstep::kernels
