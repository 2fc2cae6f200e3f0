// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/function_text.h"

#include <algorithm>
#include <vector>

namespace lockstep {

namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// Words, literals, single characters of punctuation, and whole preprocessor lines. Views into the source.
class Tokens {
 public:
  explicit Tokens(std::string_view source) : rest_(source) {
    while (skip_blanks(), !rest_.empty()) {
      all_.push_back(rest_.substr(0, length()));
      rest_.remove_prefix(all_.back().size());
      line_start_ = false;
    }
  }
  std::vector<std::string_view> take() { return std::move(all_); }

 private:
  void skip_blanks() {
    while (!rest_.empty()) {
      if (rest_.starts_with("//")) {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (rest_.starts_with("/*")) {
        const auto end = rest_.find("*/", 2);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
      } else if (is_blank(rest_[0]) || rest_.starts_with("\\\n")) {
        line_start_ |= rest_[0] == '\n';
        rest_.remove_prefix(rest_[0] == '\\' ? 2 : 1);
      } else {
        return;
      }
    }
  }
  // Of the token that the rest begins with.
  size_t length() const {
    if (rest_[0] == '#' && line_start_) return directive();
    if (rest_[0] == '"' || rest_[0] == '\'') return literal(0, rest_[0]);
    size_t end = 0;
    while (end < rest_.size() && is_word(rest_[end])) ++end;
    return std::max<size_t>(end, 1);
  }
  // Past the quote that ends it; an unended one ends with its line.
  size_t literal(size_t at, char quote) const {
    for (++at; at < rest_.size() && rest_[at] != quote && rest_[at] != '\n'; ++at)
      if (rest_[at] == '\\' && at + 1 < rest_.size()) ++at;
    return std::min(at + 1, rest_.size());
  }
  size_t directive() const {
    size_t at = 0;
    while (at < rest_.size() && rest_[at] != '\n') {
      if (rest_.substr(at, 2) == "/*")
        at = std::min(rest_.find("*/", at + 2), rest_.size() - 2) + 2;  // it may go on for lines
      else
        at += rest_[at] == '\\' && at + 1 < rest_.size() ? 2 : 1;
    }
    return at;
  }

  std::string_view rest_;
  bool line_start_ = true;
  std::vector<std::string_view> all_;
};

class Functions {
 public:
  explicit Functions(std::string_view source) : tokens_(Tokens(source).take()) {}

  std::optional<std::string> text(std::string_view name) const {
    std::string all;
    size_t begin = 0;  // of the declaration that is being read
    for (size_t at = 0; at < tokens_.size(); ++at) {
      if (tokens_[at] == name && is(at + 1, "(")) {
        if (const auto body = body_after(at + 1); is(body, "{")) {
          const auto end = past_match(body);
          if (end == kNone) return std::nullopt;
          all += (all.empty() ? "" : "\n") + joined(begin, end);
          at = end - 1;
        }
      } else if (is(at, "{")) {
        const auto end = past_match(at);
        if (end == kNone) break;
        at = end - 1;
      }
      if (is(at, ";") || is(at, "}") || tokens_[at][0] == '#') begin = at + 1;
    }
    return all.empty() ? std::nullopt : std::optional(all);
  }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  bool is(size_t at, std::string_view text) const { return at < tokens_.size() && tokens_[at] == text; }
  // Past the bracket that closes the one here.
  size_t past_match(size_t at) const {
    const auto open = tokens_[at];
    const std::string_view close = open == "{" ? "}" : ")";
    for (size_t depth = 0; at < tokens_.size(); ++at) {
      if (tokens_[at] == open) ++depth;
      if (tokens_[at] == close && --depth == 0) return at + 1;
    }
    return kNone;
  }
  // What follows the parameters and attributes: the body's brace, where it is a definition.
  size_t body_after(size_t parameters) const {
    size_t at = past_match(parameters);
    while (at < tokens_.size() && (is_word(tokens_[at][0]) || is(at, "("))) at = is(at, "(") ? past_match(at) : at + 1;
    return at;
  }
  std::string joined(size_t begin, size_t end) const {
    std::string text;
    for (; begin < end; ++begin) text += (text.empty() ? "" : " ") + plain(tokens_[begin]);
    return text;
  }
  // A preprocessor line has blanks, and may have a comment, of its own.
  static std::string plain(std::string_view token) {
    if (token[0] != '#') return std::string(token);
    std::string text = "#";
    for (const auto word : Tokens(token.substr(1)).take()) text += (text == "#" ? "" : " ") + std::string(word);
    return text;
  }

  std::vector<std::string_view> tokens_;
};

}  // namespace

std::optional<std::string> function_text(std::string_view source, std::string_view name) {
  return Functions(source).text(name);
}

}  // namespace lockstep
