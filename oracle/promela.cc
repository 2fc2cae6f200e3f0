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
    machine_.processes.store().program = &program_;
    machine_.processes.store().tasks = static_cast<uint16_t>(options.tasks);
  }
  std::string print_all() {
    generate();  // what objects are made of is known only after all of the text was seen
    generate();
    return head() + text_of_commands();
  }

 private:
  void generate() {
    start_ = program_.paths.all([&] { machine_.reset({}); });
    commands_.clear();
    for (uint16_t task = 1; task <= options_.tasks; ++task) {
      for (uint8_t event = 0; event < options_.events; ++event)
        add({.op = Op::append, .task = task, .event = event}, fmt::format("ops < {}", options_.ops));
      add({.op = Op::exit, .task = task}, "");
      for (uint16_t child = 1; child <= options_.tasks; ++child) {
        if (child == task) continue;
        std::string guard;
        for (uint16_t lower = 1; lower <= child; ++lower)
          guard += fmt::format("{}task_state[{}] {} 0", lower == 1 ? "" : " && ", lower, lower == child ? "==" : "!=");
        add({.op = Op::fork, .task = task, .made = child}, guard);
      }
    }
  }
  void add(const Step& step, const std::string& guard) {
    Command command{fmt::format("task_state[{}] == 1", step.task), step, 0, {}};
    if (!guard.empty()) command.guard += " && " + guard;
    program_.allocations = 0;
    command.body = program_.paths.all([&] {
      machine_.processes.store().forget();
      machine_.processes.store().know(TaskField::state, step.task, 1);
      if (step.made != 0) machine_.processes.store().know(TaskField::state, step.made, 0);
      try {
        machine_.step(step);
      } catch (const Impossible&) {
      }
    });
    command.allocations = program_.allocations;
    commands_.push_back(std::move(command));
  }

  std::string head() const {
    std::string text = "hidden byte fail;\nbyte ops;\n";
    for (const auto& object : program_.objects) {
      const int most = object == "task"   ? options_.tasks
                       : object == "node" ? options_.events * (options_.ops + 1)
                                          : options_.ops + 1;
      text += fmt::format("#define {}S {}\nbit {}_live[{}];\n", upper_case(object), most, object, most + 2);
    }
    for (const char* field : {"state", "leader", "parent", "group"})
      text += fmt::format("byte task_{}[{}];\n", field, options_.tasks + 1);
    for (const auto& [name, array] : program_.arrays)
      text += fmt::format("{} {}[(({}S) + 2) * {}];\n", array.type, name, upper_case(array.object), array.slots);
    for (const auto& name : program_.paths.temporaries()) text += fmt::format("hidden short {};\n", name);
    return text;
  }

  std::string text_of_commands() const {
    std::string text = "active proctype steps() {\n  d_step {\n" + print(start_, 4) + "  };\nend:\n  do\n";
    for (const auto& command : commands_) {
      text += fmt::format("  :: atomic {{ {} ->\n    if\n", command.guard);
      for (int i = 0; i <= (options_.faults ? command.allocations : 0); ++i)
        text += fmt::format("    :: fail = {}\n", i);
      text += "    fi;\n    d_step {\n" + print(command.body, 6);
      if (command.step.op == Op::append) text += "      ops++\n";
      text += "    }\n  }\n";
    }
    return text + "  od\n}\n";
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
