// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/sim_child.h"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "harness/sim_process.h"
#include "model/target.h"

namespace lockstep {
namespace {

using namespace sim_wire;

constexpr uint32_t kAllShows = LOCKSTEP_SIM_COUNTERS | LOCKSTEP_SIM_FAULTS | LOCKSTEP_SIM_OWNER_IS_TASK;
constexpr size_t kMaxLayout = 63;
constexpr int kMaxErrno = 4095;
constexpr const char* kOps[] = {"", "append", "fork", "exec", "exit"};

class Child final : public SimBackend {
 public:
  Child(std::string target_name, std::string path, std::chrono::milliseconds timeout)
      : name_(std::move(target_name)), path_(std::move(path)), timeout_(timeout) {
    start();
  }

  const SimDeclaration& declaration() const override { return declaration_; }

  void reset(const lockstep_sim_start& start_with) override {
    if (process_ == nullptr) start();
    request_.clear();
    request_.put(start_with);
    int error = ask_result(What::reset, "it was reset");
    if (error != 0) fail(fmt::format("cannot be reset: errno {}", error));
  }

  int step(const lockstep_sim_step& step) override {
    request_.clear();
    request_.put(step);
    return ask_result(What::step, fmt::format("it ran P{}'s {}", step.task, kOps[step.op]));
  }

  void observe(std::span<const uint16_t> tasks, SnapshotBuilder& builder) override {
    request_.clear();
    request_.put_bytes(tasks.data(), tasks.size_bytes());
    Reader reply(ask(What::observe, "it was observed"));
    while (!reply.at_end())
      if (!read_record(reply, builder)) fail("broke the interface: it sent a record that nobody knows");
  }

 private:
  void start() {
    if (access(path_.c_str(), R_OK) != 0)
      throw Unavailable(
          fmt::format("{}: there is no readable file {}: build the library first "
                      "(harness/examples/sim_example/README.md)",
                      name_, path_));
    try {
      process_ = std::make_unique<SimProcess>(path_, timeout_);
      read_hello();
    } catch (const ChildEnded& ended) {
      process_.reset();
      throw Unavailable(
          fmt::format("{}: while it was loaded, the library {}: load it in a debugger", name_, ended.what()));
    } catch (const std::system_error& error) {
      throw Unavailable(
          fmt::format("{}: no child process: {}; raise the limit (ulimit -u, ulimit -n)", name_, error.what()));
    }
  }

  void read_hello() {
    std::span<const std::byte> bytes;
    Header header = process_->receive(bytes);
    Reader reply(bytes);
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (header.what == What::refusal) throw Unavailable(fmt::format("{}: {}", name_, text));
    SimDeclaration said;
    if (header.what != What::hello || !reply.get(said.shows)) throw ChildEnded("did not introduce itself");
    said.layout = text.substr(sizeof(said.shows));
    if ((said.shows & ~kAllShows) != 0)
      throw Unavailable(
          fmt::format("{}: `shows` is {:#x}, which has unknown bits: use those of lockstep_sim.h", name_, said.shows));
    bool counters = (said.shows & LOCKSTEP_SIM_COUNTERS) != 0;
    if (counters && (said.layout.empty() || said.layout.size() > kMaxLayout))
      throw Unavailable(fmt::format("{}: the layout's name must have 1 to {} bytes", name_, kMaxLayout));
    declaration_ = std::move(said);
  }

  std::span<const std::byte> ask(What what, const std::string& when) {
    if (process_ == nullptr) throw TargetFault(name_ + " ended in an earlier step");
    try {
      std::span<const std::byte> bytes;
      process_->send(what, request_.bytes());
      if (process_->receive(bytes).what != what) throw ChildEnded("answered what was not asked");
      return bytes;
    } catch (const ChildEnded& ended) {
      fail(fmt::format("{} while {}", ended.what(), when));
    }
  }

  int ask_result(What what, const std::string& when) {
    auto bytes = ask(what, when);
    Reader reply(bytes);
    int32_t error = 0;
    if (!reply.get(error) || !reply.at_end()) fail(fmt::format("gave no result while {}", when));
    if (error < 0 || error > kMaxErrno) fail(fmt::format("returned {}, which is no errno, while {}", error, when));
    return error;
  }

  bool read_record(Reader& reply, SnapshotBuilder& builder) {
    Tag tag{};
    lockstep_sim_object object{};
    lockstep_sim_pointer pointer{};
    std::string_view text;
    if (!reply.get(tag)) return false;
    switch (tag) {
      case Tag::view:
        return read_view(reply, builder);
      case Tag::object:
        return reply.get(object) && (builder.object(object), true);
      case Tag::pointer:
        return reply.get(pointer) && (builder.pointer(pointer), true);
      case Tag::fault:
        return reply.get_text(text) && (builder.fault(text), true);
      case Tag::broken:
        return reply.get_text(text) && (builder.broken(std::string(text)), true);
    }
    return false;
  }

  bool read_view(Reader& reply, SnapshotBuilder& builder) {
    ViewHead head;
    if (!reply.get(head) || head.count > LOCKSTEP_SIM_MAX_RULE) return false;
    rules_.resize(head.count);
    if (!reply.get_bytes(rules_.data(), rules_.size() * sizeof(rules_[0]))) return false;
    builder.view(head.task_index, head.event, rules_);
    return true;
  }

  // Whatever the child still is, nothing more can be learnt from it.
  [[noreturn]] void fail(const std::string& what) {
    process_.reset();
    throw TargetFault(fmt::format("{} {}", name_, what));
  }

  std::string name_, path_;
  std::chrono::milliseconds timeout_;
  SimDeclaration declaration_;
  std::unique_ptr<SimProcess> process_;
  Writer request_;
  std::vector<uint16_t> rules_;
};

}  // namespace

std::unique_ptr<SimBackend> run_in_child(const std::string& target_name, const std::string& path,
                                         std::chrono::milliseconds timeout) {
  return std::make_unique<Child>(target_name, path, timeout);
}

}  // namespace lockstep
