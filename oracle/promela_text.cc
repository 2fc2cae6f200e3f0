// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/promela_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace lockstep::promela {

namespace {

// What both sides of a choice end with is said once, behind it.
Block join(Statement& choice) {
  auto& yes = choice.arms[0];
  auto& no = choice.arms[1];
  Block end;
  while (!yes.empty() && !no.empty() && yes.back() == no.back()) {
    end.push_back(std::move(yes.back()));
    yes.pop_back();
    no.pop_back();
  }
  std::reverse(end.begin(), end.end());
  return end;
}

}  // namespace

std::string print(const Block& block, int indent) {
  std::string text;
  const std::string margin(static_cast<size_t>(indent), ' ');
  const auto arm = [&](std::string_view guard, const Block& body) {
    text +=
        fmt::format("{}:: {} ->\n{}", margin, guard, body.empty() ? margin + "    skip\n" : print(body, indent + 4));
  };
  for (const auto& statement : block) {
    if (statement.kind == Statement::Kind::line) text += fmt::format("{}{};\n", margin, statement.text);
    if (statement.kind == Statement::Kind::choice) {
      text += margin + "if\n";
      arm(statement.text, statement.arms[0]);
      arm("else", statement.arms[1]);
      text += margin + "fi;\n";
    }
    if (statement.kind == Statement::Kind::round) {
      text += margin + "do\n";
      arm("true", statement.arms[0]);
      text += margin + "od;\n";
    }
  }
  return text;
}

Block Paths::all(const std::function<void()>& text) { return grow({}, text); }

Block Paths::grow(const std::vector<bool>& decided, const std::function<void()>& text) {
  frames_.push_back({decided, 0, frames_.empty() ? std::map<size_t, int>() : frames_.back().temporaries, {}});
  std::optional<Open> open;
  try {
    text();
  } catch (const Open& decision) {
    open = decision;
  }
  auto block = std::move(frames_.back().out);
  frames_.pop_back();
  if (!open) return block;
  auto yes = decided, no = decided;
  yes.push_back(true);
  no.push_back(false);
  Statement choice{Statement::Kind::choice, open->condition, {grow(yes, text), grow(no, text)}};
  auto end = join(choice);
  if (!choice.arms[0].empty() || !choice.arms[1].empty()) block.push_back(std::move(choice));
  block.insert(block.end(), std::make_move_iterator(end.begin()), std::make_move_iterator(end.end()));
  return block;
}

std::string Paths::temporary(const std::source_location& place) {
  const auto key = fmt::format("{}:{}:{}", place.file_name(), place.line(), place.column());
  const auto id = places_.emplace(key, places_.size()).first->second;
  const int earlier = frames_.back().temporaries[id]++;
  const auto name = earlier == 0 ? fmt::format("t{}", id) : fmt::format("t{}_{}", id, earlier);
  temporaries_.insert(name);
  return name;
}

bool Paths::decide(const std::string& condition) {
  auto& frame = frames_.back();
  if (frame.used == frame.decided.size()) throw Open{condition};
  return frame.decided[frame.used++];
}

void Paths::say(std::string line) {
  if (fresh()) frames_.back().out.push_back({Statement::Kind::line, std::move(line), {}});
}

void Paths::loop(const std::function<void()>& round) {
  if (!fresh()) return;
  auto body = all(round);
  frames_.back().out.push_back({Statement::Kind::round, "", {std::move(body)}});
}

}  // namespace lockstep::promela
