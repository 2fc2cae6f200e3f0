// SPDX-License-Identifier: GPL-2.0-or-later
// What can be seen without BPF: the status of tasks in /proc, and which filters a task is under, by asking it to call
// each filter's own system call. Counters cannot be seen so.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "harness/live/crew.h"
#include "harness/live/filters.h"
#include "harness/live/observer.h"
#include "harness/live/patience.h"
#include "harness/live/status.h"

namespace lockstep::live {

namespace {

constexpr int kBirthTimeoutMs = 10000;

class ProcObserver : public Observer {
 public:
  ProcObserver(Arena& arena, std::string why) : arena_(arena), why_(std::move(why)) { arena.introduce = 1; }
  ~ProcObserver() override { arena_.introduce = 0; }
  ProcObserver(const ProcObserver&) = delete;
  ProcObserver& operator=(const ProcObserver&) = delete;

  Capabilities capabilities() const override {
    return {.layout = "",
            .facts = {.results = true, .views = true, .counters = false},
            .faults = false,
            .unobserved = "counters, and the order of views: " + why_};
  }
  void meet(Crew& crew) override {
    crew_ = &crew;
    pid_[kNurserySlot] = crew.nursery();
  }
  void new_trace() override {
    numbers_.clear();
    std::fill(pid_.begin() + 2, pid_.end(), 0);
  }
  void may_attach(uint32_t number) override {
    if (std::find(numbers_.begin(), numbers_.end(), number) == numbers_.end()) numbers_.push_back(number);
  }

  void expect(unsigned, unsigned) override {}
  void expect_nobody() override {}
  void arrived(unsigned child) override;
  void took_over(unsigned task, unsigned leader) override {
    std::swap(task_[task].folder, task_[leader].folder);
    std::swap(pid_[task], pid_[leader]);
  }
  void forget(unsigned task) override { task_[task] = {}; }
  int pid(unsigned slot) const override { return pid_[slot]; }

  void look(const std::vector<uint16_t>& tasks) override {
    for (uint16_t task : tasks) task_[task].stat = read_stat(task_[task].folder);
  }
  bool settled(unsigned task) const override { return task_[task].stat.state == 'Z' || !present(task); }
  bool at_rest(const std::vector<uint16_t>& tasks) const override {
    return std::none_of(tasks.begin(), tasks.end(), [&](uint16_t task) { return leaving(task_[task].stat); });
  }
  bool present(unsigned task) const override { return task_[task].stat.state != 0; }
  void fill(const std::vector<uint16_t>& tasks, Snapshot& snapshot) override;

  std::vector<Seen> filters(unsigned) override { return {}; }
  void set_mark_index(uint32_t) override {}
  void set_release_at_exit(bool release) override { release_at_exit_ = release; }

 private:
  struct Task {
    std::string folder;
    TaskStat stat;
  };
  // Whoever exits last in a process, or before its children, releases others right after itself: until then these are
  // dead ('X'), or zombies that nobody will wait for, since the nursery ignores its children's end.
  bool leaving(const TaskStat& stat) const {
    return stat.state == 'X' || (stat.state == 'Z' && stat.threads == 1 && stat.parent == crew_->nursery());
  }
  std::vector<uint16_t> ask(uint16_t task);
  std::vector<uint16_t> view_of(uint16_t task, const TaskStatus& status);

  Arena& arena_;
  std::string why_;
  Crew* crew_ = nullptr;
  std::array<Task, kWorkerSlots> task_;
  std::array<int, kWorkerSlots> pid_{};
  std::vector<uint32_t> numbers_;
  bool release_at_exit_ = false;
};

// The child reads the link /proc/thread-self of our /proc, and so tells what it is called there.
void ProcObserver::arrived(unsigned child) {
  WorkerSlot& slot = arena_.slot[child];
  for (Patience patience(kBirthTimeoutMs); __atomic_load_n(&slot.named, __ATOMIC_SEQ_CST) == 0;)
    if (!patience.poll()) throw std::runtime_error(fmt::format("live: P{} does not say what it is called", child));
  if (slot.self[0] == 0) throw std::runtime_error("live: a worker cannot read /proc/thread-self");
  task_[child].folder = std::string("/proc/") + slot.self;  // pid/task/tid
  pid_[child] = std::atoi(std::strrchr(task_[child].folder.c_str(), '/') + 1);
}

std::vector<uint16_t> ProcObserver::ask(uint16_t task) {
  for (size_t i = 0; i < numbers_.size(); ++i) arena_.mark[i] = kMarkCall + numbers_[i];
  crew_->run(task, kOpMarks, {numbers_.size()});
  std::vector<uint16_t> view;
  for (size_t i = 0; i < numbers_.size(); ++i) {
    const int32_t answer = arena_.marked[i];
    if (answer == -int32_t(kMarkErrno + numbers_[i]))
      view.push_back(uint16_t(numbers_[i]));
    else if (answer != -ENOSYS)
      throw std::runtime_error(fmt::format("live: P{} gets {} for the mark of F{}", task, answer, numbers_[i]));
  }
  return view;
}

std::vector<uint16_t> ProcObserver::view_of(uint16_t task, const TaskStatus& status) {
  if (task_[task].stat.state != 'Z') return numbers_.empty() ? std::vector<uint16_t>{} : ask(task);
  // The dead make no system calls.
  if (status.filters > 0 && !release_at_exit_)
    throw NotCapable(
        fmt::format("live: P{} is a zombie, and this kernel leaves it its filters, which only BPF can see", task));
  return {};
}

void ProcObserver::fill(const std::vector<uint16_t>& tasks, Snapshot& snapshot) {
  snapshot.filters = true;
  snapshot.complete = false;
  snapshot.ordered = false;
  for (uint16_t task : tasks) {
    const TaskStatus status = read_status(task_[task].folder);
    if (!status.found) throw std::runtime_error(fmt::format("live: P{} is not in /proc any more", task));
    snapshot.tasks.push_back({.number = task,
                              .life = task_[task].stat.state == 'Z' ? Life::zombie : Life::alive,
                              .mode = uint8_t(status.mode),
                              .filter_count = uint16_t(status.filters),
                              .nnp = status.nnp,
                              .view = {view_of(task, status)}});
  }
}

}  // namespace

std::unique_ptr<Observer> make_proc_observer(Arena& arena, const std::string& why) {
  return std::make_unique<ProcObserver>(arena, why);
}

}  // namespace lockstep::live
