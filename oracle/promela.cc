// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/promela.h"

#include "model/machine.h"
#include "oracle/choices.h"
#include "oracle/promela_world.h"
#include "oracle/rules.h"

namespace lockstep {

namespace {

using namespace promela;

struct Command {
  std::string guard;
  Step step;
  bool faults = false, odd = false;
  int allocations = 0;  // that the step tries at most
  Block body;
};

template <class Machine>
class Printer {
 public:
  // Life of processes: with it each task's commands are printed for themselves, because who is whose parent or thread
  // decides what happens; without it all tasks share theirs.
  Printer(const std::string& model, Machine machine, const ExploreOptions& options, bool life)
      : machine_(std::move(machine)),
        options_(options),
        sizes_(options.scope.sizes.empty() ? default_sizes(model) : options.scope.sizes),
        choices_(choices(model, options.scope, sizes_, options.faults)),
        life_(life) {
    machine_.world.program = &program_;
    auto& store = machine_.processes.store();
    store.program = &program_;
    store.tasks = static_cast<uint16_t>(options.scope.tasks);
    store.flat = !life;
  }
  std::string print_all() {
    generate();  // what objects are made of is known only after all of the text was seen
    generate();
    return head() + check() + process();
  }

 private:
  void generate() {
    start_ = program_.paths.all([&] { machine_.reset({}); });
    commands_.clear();
    for (const auto& choice : choices_) {
      if (makes_rule(choice.step.op) && size_of(choice.step) != sizes_[0]) continue;  // a variable: see set_size
      const uint16_t first = life_ ? 1 : kMe, last = life_ ? tasks() : kMe;
      for (uint16_t task = first; task <= last; ++task) add_for(task, choice);
    }
  }
  uint16_t tasks() const { return static_cast<uint16_t>(options_.scope.tasks); }
  static uint32_t size_of(const Step& step) { return step.op == Op::append ? step.pages : step.len; }

  void add_for(uint16_t task, const Choice& choice) {
    Step step = choice.step;
    step.task = task;
    if (makes_rule(step.op)) {
      step.made = 1;
      (step.op == Op::append ? step.pages : step.len) = kSize;
      add(step, choice, fmt::format("ops < {}", options_.scope.ops));
    } else if (!life_) {
      if (makes_task(step.op)) step.made = kChild;
      add(step, choice, makes_task(step.op) ? free_slot() : "true");
    } else if (makes_task(step.op) || step.op == Op::reap) {
      for (uint16_t other = 1; other <= tasks(); ++other) {
        if (other == task) continue;
        (makes_task(step.op) ? step.made : step.child) = other;
        add(step, choice, makes_task(step.op) ? lowest_free(other) : fmt::format("task_state[{}] != 0", other));
      }
    } else {
      add(step, choice, "true");
    }
  }
  std::string free_slot() const {
    std::string guard;
    for (int task = 1; task <= tasks(); ++task)
      guard += fmt::format("{}task_state[{}] == 0", task == 1 ? "" : " || ", task);
    return guard;
  }
  static std::string lowest_free(int slot) {
    auto guard = fmt::format("task_state[{}] == 0", slot);
    for (int lower = 1; lower < slot; ++lower) guard += fmt::format(" && task_state[{}] != 0", lower);
    return guard;
  }

  void add(const Step& step, const Choice& choice, std::string guard) {
    if (life_) guard = fmt::format("task_state[{}] == 1 && {}", step.task, guard);
    Command command{std::move(guard), step, choice.faults, choice.odd, 0, {}};
    program_.allocations = 0;
    command.body = program_.paths.all([&] {
      auto& store = machine_.processes.store();
      store.forget();
      store.know(TaskField::state, step.task, 1);
      if (makes_task(step.op)) store.know(TaskField::state, step.made, 0);
      try {
        machine_.step(step);
      } catch (const Impossible&) {
      }
    });
    command.allocations = program_.allocations;
    commands_.push_back(std::move(command));
  }

  std::string head() const {
    std::string text = "byte fail, me, ops;\nshort size;\nhidden byte child;\n";
    for (const auto& object : program_.objects) {
      const int most = object == "task" ? tasks() : (object == "node" ? kEvents : 1) * (options_.scope.ops + 1);
      text += fmt::format("#define {0}S {1}\nbit {2}_live[{3}];\n", upper_case(object), most, object, most + 2);
    }
    for (const char* field : {"state", "leader", "parent"})
      if (life_ || field == std::string_view("state")) text += fmt::format("byte task_{}[{}];\n", field, tasks() + 1);
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

  // Who acts, what is chosen for the step, and all of its effects at once.
  std::string process() const {
    std::string text =
        "active proctype steps() {\n  atomic {\n" + print(start_, 4) +
        "    if :: task_nnp[1] = 0 :: task_nnp[1] = 1 fi;\n    if :: task_cap[1] = 0 :: task_cap[1] = 1 fi\n"
        "  };\nend:\n  do\n  :: atomic {\n";
    if (!life_) {
      text += "    if\n";
      for (int task = 1; task <= tasks(); ++task)
        text += fmt::format("    :: task_state[{0}] == 1 -> me = {0}\n", task);
      text += "    fi;\n";
    }
    text += "    if\n";
    for (const auto& command : commands_) text += text_of_command(command);
    return text + "    fi\n  }\n  od\n}\n";
  }
  std::string text_of_command(const Command& command) const {
    const bool sized = makes_rule(command.step.op);
    std::string text = fmt::format("    :: {} ->\n", command.guard);
    const auto choose = [&](const std::string& what) { text += fmt::format("      :: {}\n", what); };
    text += "      if\n";
    for (const auto& size : sizes_)
      if (sized && (&size == &sizes_[0] || !command.odd)) choose(fmt::format("size = {}", size));
    text += sized ? "      fi;\n      if\n" : "";
    choose("fail = 0");
    for (int i = 1; i <= command.allocations && command.faults; ++i)
      choose(sized ? fmt::format("size == {} -> fail = {}", sizes_[0], i) : fmt::format("fail = {}", i));
    text += "      fi;\n      d_step {\n";
    if (sized) text += "        keep();\n";
    if (command.step.made == kChild)
      text += "        child = 1;\n        do :: task_state[child] != 0 -> child++ :: else -> break od;\n";
    text += print(command.body, 8);
    if (sized) text += "        compare();\n        if :: c_expr { changed } -> ops++ :: else fi;\n";
    return text +
           "        fail = 0;\n        me = 0;\n        size = 0;\n        check();\n        assert(c_expr { sound })\n"
           "      }\n";
  }

  Machine machine_;
  const ExploreOptions& options_;
  std::vector<uint32_t> sizes_;
  std::vector<Choice> choices_;
  bool life_;
  Program program_;
  Block start_;
  std::vector<Command> commands_;
};

template <class Mechanism>
using NodePrinter = Printer<NodeMachine<Mechanism, PromelaWorld, Processes>>;

template <class Mechanism>
std::string print_filters(const std::string& model, const ExploreOptions& options) {
  using Machine = SeccompMachineIn<PromelaWorld, Mechanism, Processes>;
  return Printer<Machine>(model, Machine({.release_at_reap = model == "seccomp@6.1"}), options, true).print_all();
}

}  // namespace

std::string to_promela(const std::string& model, const ExploreOptions& options) {
  check_scope(model, options.scope);
  if (model == "v5-intended") return NodePrinter<V5Intended>(model, {}, options, false).print_all();
  if (model == "v5-new-hierarchy") return NodePrinter<V5NewHierarchy>(model, {}, options, false).print_all();
  if (model == "v5-posted") return NodePrinter<V5Posted>(model, {}, options, false).print_all();
  if (model == "v6-posted") return NodePrinter<V6Posted>(model, {}, options, false).print_all();
  if (model == "seccomp-nodes") return print_filters<SeccompNodes>(model, options);
  return print_filters<Seccomp>(model, options);
}

}  // namespace lockstep
