// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/inline_svg.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace lockstep {

namespace {

constexpr std::array<std::string_view, 6> kShapes{"g", "path", "polygon", "polyline", "ellipse", "text"};
constexpr std::array<std::string_view, 20> kLooks{"transform",
                                                  "d",
                                                  "points",
                                                  "x",
                                                  "y",
                                                  "cx",
                                                  "cy",
                                                  "rx",
                                                  "ry",
                                                  "fill",
                                                  "stroke",
                                                  "text-anchor",
                                                  "font-size",
                                                  "font-family",
                                                  "fill-opacity",
                                                  "stroke-opacity",
                                                  "stroke-width",
                                                  "stroke-dasharray",
                                                  "font-weight",
                                                  "font-style"};
constexpr double kScale = 1.2;         // of what Graphviz takes for points: its smallest text is 9 of them
constexpr double kWidePicture = 1100;  // points from which on it is not made to fit

template <class List>
bool among(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

[[noreturn]] void bad(const char* what) { throw std::runtime_error(std::string("not an SVG text: ") + what); }

struct Attribute {
  std::string_view name, value;
};

// A value goes on as it is written: it ends at its quote, and leads nowhere (`url(…)`).
bool harmless(const Attribute& attribute) {
  return among(kLooks, attribute.name) &&
         attribute.value.find_first_of(attribute.name == "transform" ? "<;" : "<;(") == std::string_view::npos;
}

// Text between two places, taken from the front.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  bool at_end() const { return rest_.empty(); }
  bool skip(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  std::string_view until(std::string_view end) {
    const auto at = rest_.find(end);
    if (at == std::string_view::npos) bad("something does not end");
    const auto text = rest_.substr(0, at);
    rest_.remove_prefix(at + end.size());
    return text;
  }
  std::string_view text() {
    const auto text = rest_.substr(0, rest_.find('<'));
    rest_.remove_prefix(text.size());
    return text;
  }
  std::string_view word() {
    const auto word = rest_.substr(0, std::min(rest_.find_first_of(" \t\n=/>"), rest_.size()));
    rest_.remove_prefix(word.size());
    return word;
  }
  void space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size())); }
  // The next one of a tag; none where the tag ends.
  std::optional<Attribute> attribute() {
    space();
    if (rest_.empty()) bad("a tag does not end");
    if (rest_[0] == '>' || rest_[0] == '/') return {};
    Attribute attribute{word(), {}};
    if (attribute.name.empty() || !skip("=\"")) bad("an attribute without a value");
    attribute.value = until("\"");
    return attribute;
  }

 private:
  std::string_view rest_;
};

class Inliner {
 public:
  Inliner(std::string_view svg, std::string_view label) : in_(svg), label_(label) {}

  Markup run() {
    while (!in_.at_end()) {
      if (const auto text = in_.text(); depth_of_text_ != 0) out_ += text;
      if (!in_.skip("<")) break;
      if (in_.skip("!--"))
        in_.until("-->");
      else if (in_.skip("!") || in_.skip("?"))
        in_.until(">");
      else if (in_.skip("/"))
        close(in_.until(">"));
      else
        open(in_.word());
    }
    if (!seen_svg_ || open_ != 0) bad("it is not whole");
    return Markup::trusted(std::move(out_));
  }

 private:
  void open(std::string_view name) {
    if (name == "title") {
      in_.until("</title>");
      return;
    }
    const bool known = among(kShapes, name);
    std::string looks;
    Attribute box;
    while (const auto attribute = in_.attribute()) {
      if (attribute->name == "viewBox") box = *attribute;
      if (harmless(*attribute)) looks += fmt::format(" {}=\"{}\"", attribute->name, attribute->value);
    }
    const bool empty = in_.skip("/");
    if (!in_.skip(">")) bad("a tag does not end");
    if (name == "svg")
      head(box.value);
    else if (known)
      out_ += fmt::format("<{}{}{}>", name, looks, empty ? "/" : "");
    if (empty) return;
    open_ += known || name == "svg";
    depth_of_text_ += name == "text";
  }

  void close(std::string_view name) {
    if (!among(kShapes, name) && name != "svg") return;
    out_ += fmt::format("</{}>", name);
    --open_;
    depth_of_text_ -= name == "text";
  }

  void head(std::string_view box) {
    double size[4];
    const char* at = box.data();
    for (auto& number : size) {
      while (at != box.data() + box.size() && *at == ' ') ++at;
      const auto read = std::from_chars(at, box.data() + box.size(), number);
      if (read.ec != std::errc()) bad("no view box");
      at = read.ptr;
    }
    if (seen_svg_) bad("two pictures in one");
    seen_svg_ = true;
    out_ +=
        html(R"(<svg class="graph{}" role="img" aria-label="{}" width="{:.0f}" height="{:.0f}" viewBox="{} {} {} {}">)",
             size[2] > kWidePicture ? " wide" : "", label_, size[2] * kScale, size[3] * kScale, size[0], size[1],
             size[2], size[3])
            .html();
  }

  Reader in_;
  std::string_view label_;
  std::string out_;
  bool seen_svg_ = false;
  int open_ = 0, depth_of_text_ = 0;
};

}  // namespace

Markup inline_svg(std::string_view svg, std::string_view label) { return Inliner(svg, label).run(); }

}  // namespace lockstep
