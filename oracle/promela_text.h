// SPDX-License-Identifier: GPL-2.0-or-later
// Promela statements as a tree, grown by running a text once for each of its paths: a decision that the text leaves
// open becomes an `if`, a loop becomes a `do`.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <source_location>
#include <string>
#include <vector>

namespace lockstep::promela {

struct Statement {
  enum class Kind : uint8_t { line, choice, round } kind{};
  std::string text;                          // a statement; or the condition of a choice
  std::vector<std::vector<Statement>> arms;  // of a choice: if it holds, if not; of a round: its body
  bool operator==(const Statement&) const = default;
};
using Block = std::vector<Statement>;
std::string print(const Block& block, int indent);

// Runs texts. A text is re-run from its start for each path, so it must do the same whenever it is decided the same.
class Paths {
 public:
  // Every path of the text.
  Block all(const std::function<void()>& text);
  // For the text: which way this path goes. May not return.
  bool decide(const std::string& condition);
  void say(std::string line);
  // `do` around every path of one round. REQUIRES: the round says `break` or goes on.
  void loop(const std::function<void()>& round);
  // A variable that nobody else on this path uses. It is called by the place in the text that asks for it, so that
  // paths that meet again go on in the same words.
  std::string temporary(const std::source_location& place);
  const std::set<std::string>& temporaries() const { return temporaries_; }
  // Whether what is said now is new, rather than the beginning of a path that was printed before.
  bool fresh() const { return frames_.back().used == frames_.back().decided.size(); }

 private:
  struct Open {  // a decision that has to be taken both ways
    std::string condition;
  };
  struct Frame {
    std::vector<bool> decided;
    size_t used = 0;
    std::map<size_t, int> temporaries;  // by place: how many
    Block out;
  };
  Block grow(const std::vector<bool>& decided, const std::function<void()>& text);
  std::vector<Frame> frames_;
  std::set<std::string> temporaries_;
  std::map<std::string, size_t> places_;
};

}  // namespace lockstep::promela
