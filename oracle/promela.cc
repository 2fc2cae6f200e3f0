// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/promela.h"

#include "model/machine.h"
#include "oracle/promela_world.h"

namespace lockstep {

namespace {

using namespace promela;

struct Command {
  std::string guard;
  Step step;
  int allocations = 0;
  Block body;
};

template <class Machine>
class Printer {
 public:
  Printer(Machine machine, const PromelaOptions& options) : machine_(std::move(machine)), options_(options) {
    machine_.world.program = &program_;
    auto& store = machine_.processes.store();
    store.program = &program_;
    store.tasks = static_cast<uint16_t>(options.tasks);
    store.flat = true;
  }
  std::string print_all() {
    generate();  // what objects are made of is known only after all of the text was seen
    generate();
    return head() + check() + commands();
  }

 private:
  void generate() {
    start_ = program_.paths.all([&] { machine_.reset({}); });
    commands_.clear();
    for (uint8_t event = 0; event < options_.events; ++event)
      add({.op = Op::append, .task = kMe, .event = event, .pages = kSize}, fmt::format("ops < {}", options_.ops));
    add({.op = Op::exit, .task = kMe}, "true");
    add({.op = Op::fork, .task = kMe, .made = kChild}, free_slot());
  }
  std::string free_slot() const {
    std::string guard;
    for (int task = 1; task <= options_.tasks; ++task)
      guard += fmt::format("{}task_state[{}] == 0", task == 1 ? "" : " || ", task);
    return guard;
  }
  void add(const Step& step, const std::string& guard) {
    Command command{guard, step, 0, {}};
    program_.allocations = 0;
    command.body = program_.paths.all([&] {
      auto& store = machine_.processes.store();
      store.forget();
      store.know(TaskField::state, step.task, 1);
      if (step.made != 0) store.know(TaskField::state, step.made, 0);
      try {
        machine_.step(step);
      } catch (const Impossible&) {
      }
    });
    command.allocations = program_.allocations;
    commands_.push_back(std::move(command));
  }

  std::string head() const {
    std::string text = "byte fail, me, size, ops;\nhidden byte child;\n";
    for (const auto& object : program_.objects) {
      const int most = object == "task"   ? options_.tasks
                       : object == "node" ? options_.events * (options_.ops + 1)
                                          : options_.ops + 1;
      text += fmt::format("#define {0}S {1}\nbit {2}_live[{3}];\n", upper_case(object), most, object, most + 2);
    }
    text += fmt::format("byte task_state[{}];\n", options_.tasks + 1);
    for (const auto& [name, array] : program_.arrays)
      text += fmt::format("{} {}[({}S + 2) * {}];\n", array.type, name, upper_case(array.object), array.slots);
    for (const auto& name : program_.paths.temporaries()) text += fmt::format("hidden short {};\n", name);
    return text;
  }

  // Counters against the pointers that hold them, as C: nothing checks faster under SPIN.
  std::string check() const {
    std::string text =
        "c_decl {\n  char before[4096];\n  int changed, sound;\n}\n"
        "inline keep() { c_code { memcpy(before, &now, vsize); } }\n"
        "inline compare() { c_code { changed = memcmp(before, &now, vsize) != 0; } }\n"
        "inline check() {\n  c_code {\n    int i, to;\n    sound = 1;\n";
    for (const auto& [name, array] : program_.arrays)
      if (array.counter) text += fmt::format("    short of_{}[{}S + 2] = {{0}};\n", name, upper_case(array.object));
    for (const auto& [name, array] : program_.arrays) {
      if (array.to.empty() || array.holds == Holds::nothing) continue;
      text += fmt::format("    for (i = {0}; i < ({1}S + 2) * {0}; ++i)\n      if ((to = now.{2}[i]) != 0) {{\n",
                          array.slots, upper_case(array.object), name);
      text += fmt::format("        if (!now.{}_live[to]) sound = 0;\n", array.to);
      bool first = true;
      for (const auto& [counter, of] : program_.arrays) {  // "refs" comes before "users"
        if (!of.counter || of.object != array.to) continue;
        if (first || array.holds == Holds::refs_and_users)
          text += fmt::format("        ++of_{}[to];\n", counter);
        else if (array.holds == Holds::refs_and_used)
          text += fmt::format("        if (now.{0}[i] > 0) ++of_{0}[to];\n", counter);
        first = false;
      }
      text += "      }\n";
    }
    for (const auto& [name, array] : program_.arrays)
      if (array.counter)
        text += fmt::format(
            "    for (i = 1; i < {0}S + 2; ++i)\n      if (now.{1}_live[i] && (now.{2}[i] != of_{2}[i] || "
            "now.{2}[i] == 0)) sound = 0;\n",
            upper_case(array.object), array.object, name);
    return text + "  }\n}\n";
  }

  // One step of the program: who acts, what is chosen for it, and all of its effects at once.
  std::string commands() const {
    std::string text =
        "active proctype steps() {\n  atomic {\n" + print(start_, 4) +
        "    if :: task_nnp[1] = 0 :: task_nnp[1] = 1 fi;\n    if :: task_cap[1] = 0 :: task_cap[1] = 1 fi\n"
        "  };\nend:\n  do\n  :: atomic {\n    if\n";
    for (int task = 1; task <= options_.tasks; ++task)
      text += fmt::format("    :: task_state[{0}] == 1 -> me = {0}\n", task);
    text += "    fi;\n    if :: size = 1 :: size = 63 fi;\n    if\n";
    for (const auto& command : commands_) {
      text += fmt::format("    :: {} ->\n      if\n", command.guard);
      for (int i = 0; i <= (options_.faults ? command.allocations : 0); ++i)
        text += fmt::format("      :: fail = {}\n", i);
      text += "      fi;\n      d_step {\n";
      if (command.step.op == Op::append) text += "        keep();\n";
      if (command.step.op == Op::fork)
        text += "        child = 1;\n        do :: task_state[child] != 0 -> child++ :: else -> break od;\n";
      text += print(command.body, 8);
      if (command.step.op == Op::append)
        text += "        compare();\n        if :: c_expr { changed } -> ops++ :: else fi;\n";
      text +=
          "        fail = 0;\n        me = 0;\n        size = 0;\n        check();\n        assert(c_expr { sound })\n "
          "     }\n";
    }
    return text + "    fi\n  }\n  od\n}\n";
  }

  Machine machine_;
  PromelaOptions options_;
  Program program_;
  Block start_;
  std::vector<Command> commands_;
};

}  // namespace

std::string to_promela(const std::string& model, const PromelaOptions& options) {
  if (model == "v6-posted") return Printer(NodeMachine<V6Posted, PromelaWorld, Processes>(), options).print_all();
  if (model == "v5-posted") return Printer(NodeMachine<V5Posted, PromelaWorld, Processes>(), options).print_all();
  return Printer(NodeMachine<V5Intended, PromelaWorld, Processes>(), options).print_all();
}

}  // namespace lockstep
