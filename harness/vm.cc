// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/vm.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/agent/image.h"
#include "harness/kernels/code_lines.h"
#include "harness/vm/guest.h"
#include "harness/vm/image.h"
#include "harness/vm/initramfs.h"

namespace lockstep {

namespace fs = std::filesystem;
using vm::Guest;
using vm::GuestLost;
using vm::Message;
using vm::What;

namespace {

// A kernel that panics ends QEMU. Warnings go to the console, the chatter of booting does not. A host that is busy
// makes a guest's clocks stumble: what would complain of that is off. So is what only costs time in a guest: barriers
// against what other users of a processor could see, and zeroed memory.
constexpr const char* kParameters =
    "console=ttyS0 quiet loglevel=5 printk.time=1 panic=-1 reboot=t no_timer_check tsc=reliable nowatchdog "
    "rcupdate.rcu_cpu_stall_suppress=1 sysrq_always_enabled mitigations=off init_on_alloc=0 audit=0";
constexpr int kKvmBootTimeoutMs = 15'000;
constexpr int kLookTimeoutMs = 300'000;  // for leaks, in all of the guest's memory
constexpr uint64_t kFlood = 1U << 20;    // bytes on the console
constexpr size_t kMaxNotes = 8;
// What the kernel's buffer of a serial line takes for sure while the agent does not read.
constexpr size_t kMaxAhead = 2048;
constexpr uint32_t kMaxErrno = 4095;

const std::string& initramfs() {
  static const std::string archive =
      vm::make_initramfs({lockstep_agent_image, static_cast<size_t>(lockstep_agent_image_end - lockstep_agent_image)});
  return archive;
}

class Vm final : public VmTarget {
 public:
  Vm(const std::string& name, const VmOptions& options)
      : name_("vm:" + name), options_(options), image_(vm::find_image(name)) {
    boot();
  }

  const std::string& name() const override { return name_; }
  const Capabilities& capabilities() const override { return hello_.capabilities; }
  std::vector<std::string> notes() const override;
  int qemu() const override { return guest_ ? guest_->pid() : 0; }
  uint64_t boots() const override { return boots_; }
  uint64_t crowd_rounds() const override { return crowd_rounds_; }
  std::vector<std::pair<std::string, std::string>> lines_reached() override;

  void announce(const Trace& trace) override { announced_ = trace; }
  void reset(const Trace& trace) override;
  Outcome step(const Step& step) override;
  void observe(Snapshot& snapshot) override { snapshot = facts_; }
  void end() override;
  std::optional<bool> fault_hit() const override { return fault_hit_; }
  std::optional<uint32_t> programs_left() const override { return programs_left_; }
  uint64_t trace_number() const override { return sent_ - ahead_.has_value(); }
  std::optional<std::vector<Leak>> find_leaks() override;

 private:
  vm::Machine machine() const;
  void boot();
  void greet(int timeout_ms);
  Message expect(What what) { return expect(what, options_.answer_timeout_ms); }
  Message expect(What what, int timeout_ms);
  void read_state(Reader from);
  bool began_already(const Trace& trace);
  void send(const Trace& trace);
  void send_ahead();
  void run_out();
  void become_idle();
  [[noreturn]] void fault(const std::string& text);
  void drop_guest();
  void note(const std::string& text);
  std::string in_our_name(std::string text) const;
  std::string moment() const;

  std::string name_;
  VmOptions options_;
  vm::Image image_;
  bool kvm_ = vm::kvm_looks_usable();
  std::unique_ptr<Guest> guest_;
  vm::Hello hello_;
  uint64_t boots_ = 0;
  uint32_t crowd_rounds_ = 0;
  Trace trace_;
  size_t taken_ = 0;      // steps whose outcome the caller has
  bool running_ = false;  // the guest has not said yet how the trace ended
  uint64_t console_bytes_ = 0;
  uint64_t sent_ = 0;                       // traces so far
  uint64_t counted_from_ = 0;               // the guest counts from that one on: since it was booted, or the last look
  std::optional<bool> fault_hit_;           // by the last step
  std::optional<uint32_t> programs_left_;   // by the last trace
  std::optional<Trace> announced_, ahead_;  // not sent yet; sent while the one before ran
  vm::SnapshotReader snapshots_;
  Snapshot facts_;
  std::vector<std::string> guest_notes_, notes_;
};

vm::Machine Vm::machine() const {
  std::string parameters = fmt::format("{} {} {} -- timeout={} drain={} together={} crowd={}", kParameters,
                                       image_.parameters, options_.parameters, options_.step_timeout_ms,
                                       int(options_.drain), int(options_.together), int(options_.crowd));
  if (!options_.test.empty()) parameters += " test=" + options_.test;
  return {.kernel = image_.path,
          .parameters = parameters,
          .initramfs = initramfs(),
          .cpus = options_.together ? 3
                  : options_.crowd  ? 2
                                    : options_.cpus,                      // one for the engine
          .memory_mib = options_.memory_mib * (options_.crowd ? 2 : 1),  // for what waits to be freed
          .kvm = kvm_};
}

void Vm::boot() {
  if (kvm_) try {
      greet(kKvmBootTimeoutMs);
      return;
    } catch (const Unavailable& why) {
      kvm_ = false;
      note(fmt::format("KVM does not run this guest, QEMU emulates it: {}", why.what()));
    }
  greet(options_.boot_timeout_ms);
}

void Vm::greet(int timeout_ms) {
  guest_ = std::make_unique<Guest>(machine());
  ++boots_;
  counted_from_ = sent_;
  std::string why;
  try {
    const Message message = guest_->receive(timeout_ms);
    if (message.what == What::hello) {
      hello_ = vm::get_hello(message.bytes);
      return;
    }
    why = message.what == What::refusal ? in_our_name(vm::get_sentence(message.bytes))
                                        : name_ + ": the guest does not greet";
  } catch (const GuestLost& lost) {
    why = fmt::format("{}: the guest does not come up: {}{}", name_, lost.what(),
                      guest_->errors().empty() ? "" : " (" + guest_->errors() + ")");
  } catch (const vm::WireError& error) {
    why = fmt::format("{}: the guest greets with {}", name_, error.what());
  }
  guest_.reset();
  throw DoesNotComeUp(why);
}

// The agent speaks of itself as the target that it is in there.
std::string Vm::in_our_name(std::string text) const {
  constexpr std::string_view kThere = "live: ";
  if (text.starts_with(kThere)) text.replace(0, kThere.size(), name_ + ": ");
  return text;
}

std::string Vm::moment() const {
  if (!running_) return "before the first step";
  if (taken_ == trace_.steps.size()) return "as the trace's tasks ended";
  const Step& step = trace_.steps[taken_];
  return fmt::format("step {} (P{} {})", taken_ + 1, step.task, name_of(step.op));
}

void Vm::note(const std::string& text) {
  if (notes_.size() < kMaxNotes && std::find(notes_.begin(), notes_.end(), text) == notes_.end())
    notes_.push_back(text);
}

std::vector<std::string> Vm::notes() const {
  std::vector<std::string> all{fmt::format("{} is Linux {}", name_, hello_.release)};
  all.insert(all.end(), notes_.begin(), notes_.end());
  all.insert(all.end(), guest_notes_.begin(), guest_notes_.end());
  return all;
}

void Vm::drop_guest() {
  if (const auto lines = guest_->console().excerpt(); !lines.empty())
    note(fmt::format("the console, {}: {}", moment(), fmt::join(lines, " | ")));
  guest_.reset();
  running_ = false;
  ahead_.reset();
}

void Vm::fault(const std::string& text) {
  drop_guest();
  throw TargetFault(text);
}

// The next message, which must be this one unless the trace ends otherwise.
Message Vm::expect(What what, int timeout_ms) {
  if (!guest_) throw std::runtime_error(name_ + ": its guest is gone since the last step");
  Message message;
  try {
    message = guest_->receive(timeout_ms);
  } catch (const GuestLost& lost) {
    fault(fmt::format("{}: {}: {}", name_, moment(), lost.what()));
  }
  if (message.what == what) return message;
  const std::string said = in_our_name(vm::get_sentence(message.bytes));
  if (message.what == What::stopped) throw TargetFault(fmt::format("{}: {}: {}", name_, moment(), said));
  if (message.what == What::skipped) {
    running_ = false;
    throw NotCapable(said);
  }
  if (message.what == What::fault) {
    const auto blocked = guest_->blocked();
    fault(said + (blocked.empty() ? "" : fmt::format("; blocked: {}", fmt::join(blocked, "; "))));
  }
  if (message.what == What::broken) {
    drop_guest();
    throw std::runtime_error(said);
  }
  fault(fmt::format("{}: {}: the guest answers what it was not asked", name_, moment()));
}

void Vm::read_state(Reader from) {
  facts_.clear();
  try {
    snapshots_.get(from, facts_);
  } catch (const vm::WireError& error) {
    fault(fmt::format("{}: {}: the guest answers garbage ({})", name_, moment(), error.what()));
  }
}

void Vm::send(const Trace& trace) {
  ++sent_;
  Writer request;
  vm::put_trace(request, trace);
  try {
    guest_->send(What::trace, request.bytes(), options_.answer_timeout_ms);
  } catch (const GuestLost& lost) {
    fault(fmt::format("{}: {}: {}", name_, moment(), lost.what()));
  }
}

// So the guest need not wait for us between two traces.
void Vm::send_ahead() {
  if (!announced_) return;
  Writer request;
  vm::put_trace(request, *announced_);
  if (request.bytes().size() > kMaxAhead) return announced_.reset();
  send(*announced_);
  ahead_ = std::exchange(announced_, std::nullopt);
}

// The guest was sent this trace while it ran the one before. If it was sent another one, it has to finish that first.
bool Vm::began_already(const Trace& trace) {
  const auto ahead = std::exchange(ahead_, std::nullopt);
  if (!ahead) return false;
  if (ahead->start == trace.start && ahead->steps == trace.steps) return true;
  run_out();
  return false;
}

void Vm::reset(const Trace& trace) {
  if (running_) run_out();
  const bool began = guest_ && began_already(trace);
  if (!guest_) boot();
  trace_ = trace;
  taken_ = 0;
  console_bytes_ = guest_->console().bytes();
  guest_->begin_trace();
  snapshots_.begin();
  programs_left_.reset();
  if (!began) send(trace);
  send_ahead();
  const Message begun = expect(What::begun);
  running_ = true;
  read_state(Reader(begun.bytes));
}

Outcome Vm::step(const Step& step) {
  if (taken_ >= trace_.steps.size() || !(step == trace_.steps[taken_]))
    throw NotCapable(name_ + ": only the steps that reset() was told of can be taken, in their order");
  const Message message = expect(What::stepped);
  Reader from(message.bytes);
  uint32_t error = 0;
  uint32_t met = 0;
  if (!from.get_number(error) || error > kMaxErrno)
    fault(fmt::format("{}: {}: the guest answers garbage (no errno)", name_, moment()));
  if (!from.get_number(met) || met > uint32_t(vm::Fault::missed))
    fault(fmt::format("{}: {}: the guest answers garbage (no fault)", name_, moment()));
  fault_hit_ = vm::Fault(met) == vm::Fault::none ? std::nullopt : std::optional(vm::Fault(met) == vm::Fault::hit);
  read_state(from);
  ++taken_;
  return {static_cast<int>(error)};
}

// The caller has seen enough; the guest has to come to the end of the trace all the same. What goes wrong in steps that
// nobody asked for is no divergence of this trace.
void Vm::run_out() {
  try {
    Message message;
    for (size_t most = kMaxSteps + 4; message.what != What::ended && message.what != What::skipped; --most) {
      if (most == 0) throw GuestLost("the guest does not come to an end");
      message = guest_->receive(options_.answer_timeout_ms);
      if (message.what == What::fault || message.what == What::broken) throw GuestLost(vm::get_sentence(message.bytes));
    }
    running_ = false;
  } catch (const GuestLost& lost) {
    note(fmt::format("{}: in a trace whose end nobody watched: {}", name_, in_our_name(lost.what())));
    drop_guest();
  }
}

// No trace is left in the guest, of which nobody will ask any more.
void Vm::become_idle() {
  if (running_) run_out();
  announced_.reset();
  if (std::exchange(ahead_, std::nullopt) && guest_) run_out();
}

// Where guests were lost meanwhile, what they leaked is lost too.
std::optional<std::vector<Leak>> Vm::find_leaks() {
  become_idle();
  if (!guest_) boot();
  std::optional<std::vector<Leak>> leaks;
  try {
    guest_->send(What::look, {}, options_.answer_timeout_ms);
    leaks = vm::get_leaks(expect(What::leaks, kLookTimeoutMs).bytes);
  } catch (const GuestLost& lost) {
    fault(fmt::format("{}: as it looks for leaks: {}", name_, lost.what()));
  } catch (const vm::WireError& error) {
    fault(fmt::format("{}: as it looks for leaks, the guest answers garbage ({})", name_, error.what()));
  }
  if (leaks)
    for (auto& leak : *leaks)
      if (leak.trace != 0) leak.trace += counted_from_;
  counted_from_ = sent_;
  return leaks;
}

std::vector<std::pair<std::string, std::string>> Vm::lines_reached() {
  const auto lines = kernels::code_lines(fs::path(image_.path).replace_filename("vmlinux"), {});
  become_idle();
  if (lines.empty() || !guest_) return {};
  try {
    guest_->send(What::where, {}, options_.answer_timeout_ms);
    const auto reached = vm::get_addresses(expect(What::reached).bytes);
    return kernels::lines_reached(lines, {reached.begin(), reached.end()});
  } catch (const GuestLost& lost) {
    fault(fmt::format("{}: as it tells what code was run: {}", name_, lost.what()));
  } catch (const vm::WireError& error) {
    fault(fmt::format("{}: as it tells what code was run, the guest answers garbage ({})", name_, error.what()));
  }
}

void Vm::end() {
  if (!running_) return;
  if (taken_ < trace_.steps.size()) return run_out();
  const Message message = expect(What::ended);
  running_ = false;
  Reader from(message.bytes);
  uint32_t left = 0;
  if (!from.get_number(left) || !from.get_number(crowd_rounds_))
    fault(fmt::format("{}: {}: the guest answers garbage (no number)", name_, moment()));
  programs_left_ = left;
  try {
    guest_notes_ = vm::get_texts(from.rest());
  } catch (const vm::WireError& error) {
    fault(fmt::format("{}: {}: the guest answers garbage ({})", name_, moment(), error.what()));
  }
  if (guest_->console().bytes() - console_bytes_ >= kFlood)
    note(fmt::format("the guest wrote more than {} bytes to its console in one trace", kFlood));
}

}  // namespace

std::unique_ptr<VmTarget> make_vm(const std::string& name, const VmOptions& options) {
  return std::make_unique<Vm>(name, options);
}

std::string vm_hindrance() {
  return vm::find_qemu().empty() ? "qemu-system-x86_64 is not installed; apt-get install qemu-system-x86" : "";
}

}  // namespace lockstep
