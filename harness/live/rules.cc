// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/rules.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstring>

#include "harness/live/crew.h"
#include "model/target.h"

namespace lockstep::live {

// What the programs share with us: how many ran, and which, for each event.
struct Rules::Ran {
  static constexpr uint32_t kMost = 512;  // more than a trace can append
  uint32_t count[kEvents];
  uint16_t number[kEvents][kMost];
};

namespace {

constexpr auto kRuleType = bpf_prog_type(32);
constexpr int kAppendRule = 0x100;  // of seccomp(2)
constexpr uint32_t kMarkers = kMaxNames + 1;
constexpr size_t kPageInstructions = 512;  // so many more make a program a page larger

[[noreturn]] void unavailable(const char* what) {
  throw Unavailable(fmt::format("live: {}: {}", what, error_text(errno)));
}

constexpr bpf_insn instruction(uint8_t code, uint8_t to, uint8_t from, int16_t offset, int32_t value) {
  return {.code = code, .dst_reg = to, .src_reg = from, .off = offset, .imm = value};
}

std::string word_after(const std::string& text, const std::string& key) {
  const size_t at = text.find(key);
  if (at == std::string::npos) return "";
  const size_t start = at + key.size();
  return text.substr(start, text.find_first_of(" \n", start) - start);
}

}  // namespace

// Without no_new_privs the call is refused before it is looked at further; elsewhere there is no such operation.
std::string node_design() {
  if (syscall(SYS_seccomp, kAppendRule, 0, nullptr) == 0 || (errno != EPERM && errno != EFAULT)) return "";
  const std::string name = word_after(read_text("/proc/cmdline"), "lockstep_design=");
  if (name.empty() || name == "v5") return "v5-posted";
  return name == "v6" ? "v6-posted" : name;
}

Rules::Rules(std::string design) : design_(std::move(design)), marked_(kMarkers) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) unavailable("no socket for programs");
  ours_ = File(ends[0]);
  workers_end_ = File(ends[1]);
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
  map_ = File(bpf_map_create(BPF_MAP_TYPE_ARRAY, "ran", sizeof(uint32_t), sizeof(Ran), 1, &options));
  if (!map_) unavailable("no map for what rules say");
  void* mapped = mmap(nullptr, sizeof(Ran), PROT_READ | PROT_WRITE, MAP_SHARED, map_.fd(), 0);
  if (mapped == MAP_FAILED) unavailable("no map for what rules say");
  ran_ = static_cast<Ran*>(mapped);
  mkdir(LOCKSTEP_MARKERS, 0755);
  folder_ = File(open(LOCKSTEP_MARKERS, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const File first(openat(folder_.fd(), "marker-0", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!folder_ || !first) unavailable("no marker files in " LOCKSTEP_MARKERS);
  marked_[0] = true;
}

Rules::~Rules() { munmap(ran_, sizeof(Ran)); }

// Writes its number into the list of its event, then compares it with the file's.
File Rules::load(const Step& step, uint32_t number) const {
  const auto offset = [&](size_t field) { return static_cast<int32_t>(field); };
  const int32_t count = offset(offsetof(Ran, count) + step.event * sizeof(uint32_t));
  const int32_t list = offset(offsetof(Ran, number) + step.event * sizeof(uint16_t) * Ran::kMost);
  const auto mark = static_cast<int32_t>(number);
  const size_t filler = (step.pages - 1) * kPageInstructions;
  std::vector<bpf_insn> code(1 + filler, instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0));
  // The verifier sees that this is always so, and neither it nor the JIT looks at what is jumped over.
  code.insert(code.begin() + 1, instruction(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, int16_t(filler), 0));
  code.insert(
      code.end(),
      {instruction(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_2, BPF_PSEUDO_MAP_VALUE, 0, map_.fd()),
       instruction(0, 0, 0, 0, 0), instruction(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_3, BPF_REG_2, int16_t(count), 0),
       instruction(BPF_JMP | BPF_JGE | BPF_K, BPF_REG_3, 0, 6, Ran::kMost),
       instruction(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_4, BPF_REG_3, 0, 0),
       instruction(BPF_ALU64 | BPF_LSH | BPF_K, BPF_REG_4, 0, 0, 1),
       instruction(BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_4, BPF_REG_2, 0, 0),
       instruction(BPF_ST | BPF_MEM | BPF_H, BPF_REG_4, 0, int16_t(list), mark),
       instruction(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_3, 0, 0, 1),
       instruction(BPF_STX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_3, int16_t(count), 0),
       instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
       instruction(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_1, 0, 0),
       instruction(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_1, 0, 1, mark),
       instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 1), instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)});
  const bool other = step.type == ProgType::other;
  if (other)
    code = {instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0), instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)};
  LIBBPF_OPTS(bpf_prog_load_opts, options,
              .expected_attach_type = other ? bpf_attach_type(0) : bpf_attach_type(step.event));
  File program(bpf_prog_load(other ? BPF_PROG_TYPE_SOCKET_FILTER : kRuleType, fmt::format("R{}", number).c_str(), "GPL",
                             code.data(), code.size(), &options));
  if (!program) throw std::runtime_error("live: a rule's program cannot be loaded: " + error_text(errno));
  return program;
}

void Rules::send(const File& program) const {
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = program.fd();
  std::memcpy(CMSG_DATA(head), &fd, sizeof(fd));
  if (sendmsg(ours_.fd(), &message, MSG_NOSIGNAL) != 1)
    throw std::runtime_error("live: a worker gets no program: " + error_text(errno));
}

void Rules::need_marker(uint32_t number) {
  if (number >= marked_.size()) throw NotCapable(fmt::format("live: R{} is too high a number", number));
  if (marked_[number]) return;
  if (linkat(folder_.fd(), "marker-0", folder_.fd(), fmt::format("marker-{}", number).c_str(), 0) != 0 &&
      errno != EEXIST)
    throw std::runtime_error("live: no marker file: " + error_text(errno));
  marked_[number] = true;
}

int Rules::append(Crew& crew, const Step& step, uint32_t number) {
  need_marker(number);
  if (step.fd == Fd::ok) send(load(step, number));  // the worker's descriptor is the only one that is left
  const WorkerProgram program = step.fd == Fd::ok       ? kProgramGift
                                : step.fd == Fd::closed ? kProgramClosed
                                                        : kProgramOther;
  const WorkerPointer pointer = step.arg == Arg::ok ? kPointerOk : step.arg == Arg::null ? kPointerNull : kPointerBad;
  return int(-std::min<int64_t>(crew.run(step.task, kOpAppend, {step.flags, pointer, program}), 0));
}

std::pair<int, int> Rules::append_together(Crew& crew, Appending one, Appending other) {
  int64_t taken[2];
  for (const auto* each : {&one, &other}) {
    need_marker(each->number);
    send(load(each->step, each->number));
    taken[each == &other] = crew.run(each->step.task, kOpTake);
  }
  crew.arrange_meeting(one.step.task, other.step.task);
  for (const auto* each : {&one, &other})
    crew.post(each->step.task, kOpAppend,
              {each->step.flags, kPointerOk, kProgramTaken, static_cast<uint64_t>(taken[each == &other])});
  const auto error = [&](const Step& step) { return int(-std::min<int64_t>(crew.await(step.task), 0)); };
  const int first = error(one.step);
  return {first, error(other.step)};
}

std::array<std::vector<uint16_t>, kEvents> Rules::views(Crew& crew, unsigned task) {
  std::array<std::vector<uint16_t>, kEvents> views;
  const auto check = [&](uint32_t opened, uint32_t seen) {
    std::memset(ran_->count, 0, sizeof(ran_->count));
    return crew.run(task, kOpCheck, {opened, seen});
  };
  if (const auto result = check(0, 0); result != 0)
    throw TargetFault(fmt::format("live: P{} is denied a file that none of its rules is about ({:#x})", task, result));
  std::array<uint32_t, kEvents> newest{};
  for (size_t event = 0; event < kEvents; ++event) {
    views[event].assign(ran_->number[event], ran_->number[event] + ran_->count[event]);
    if (!views[event].empty()) newest[event] = views[event].front();
  }
  int64_t expected = 0;
  for (size_t event = 0; event < kEvents; ++event) expected |= int64_t(newest[event] != 0 ? EPERM : 0) << 16 * event;
  if (expected != 0)
    if (const auto result = check(newest[0], newest[1]); result != expected)
      throw TargetFault(fmt::format("live: P{}'s rules R{} and R{} do not deny what they are about ({:#x})", task,
                                    newest[0], newest[1], result));
  return views;
}

}  // namespace lockstep::live
