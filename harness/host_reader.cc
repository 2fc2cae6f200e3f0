// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the programs of bpf/host_reader.bpf.c.
#include "harness/host_reader.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/random.h>

#include <algorithm>
#include <stdexcept>

#include "harness/bpf/host_reader.h"
#include "harness/live/file.h"
#include "harness/live/status.h"
#include "host_reader.skel.h"
#include "model/target.h"

namespace lockstep {

namespace {

using live::error_text;
using live::File;
constexpr uint32_t kMostRoom = 1 << 24;
static_assert(kNoFilter == HOST_NONE);

// A BPF array that the programs write and we read.
template <class Value>
class Mapped {
 public:
  Mapped(const bpf_map* map, uint32_t room) : size_(room * sizeof(Value)) {
    void* at = mmap(nullptr, size_, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
    if (at == MAP_FAILED) throw std::runtime_error("audit: a BPF map cannot be read: " + error_text(errno));
    data_ = static_cast<const Value*>(at);
  }
  ~Mapped() { munmap(const_cast<Value*>(data_), size_); }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  const Value& operator[](size_t i) const { return data_[i]; }

 private:
  size_t size_;
  const Value* data_ = nullptr;
};

struct Key {
  uint64_t part[3];
};
Key random_key() {
  Key key;
  if (getrandom(&key, sizeof(key), 0) != ssize_t(sizeof(key))) throw std::runtime_error(error_text(errno));
  key.part[1] |= 1;
  key.part[2] |= 1;
  return key;
}

struct Destroy {
  void operator()(host_reader_bpf* programs) const { host_reader_bpf__destroy(programs); }
};
using Programs = std::unique_ptr<host_reader_bpf, Destroy>;

int silent(libbpf_print_level, const char*, va_list) { return 0; }

// "CAP_BPF and CAP_PERFMON"; CAP_SYS_ADMIN stands for both.
std::string missing_capabilities() {
  const uint64_t held = live::effective_capabilities();
  auto lacks = [&](int capability) { return (held >> capability & 1) == 0; };
  if (!lacks(CAP_SYS_ADMIN)) return "";
  if (lacks(CAP_BPF) && lacks(CAP_PERFMON)) return "CAP_BPF and CAP_PERFMON are";
  return lacks(CAP_BPF) ? "CAP_BPF is" : lacks(CAP_PERFMON) ? "CAP_PERFMON is" : "";
}

[[noreturn]] void refuse(int error) {
  std::string remedy = "is the kernel locked down, or too old (before 6.1)?";
  if (error == EPERM || error == EACCES) {
    const auto missing = missing_capabilities();
    remedy = missing.empty()
                 ? "CAP_BPF and CAP_PERFMON must be held outside of any user namespace, and no lockdown be on"
                 : fmt::format("{} missing; run as root", missing);
  }
  throw Unavailable(fmt::format("audit: BPF programs cannot be loaded: {}: {}", error_text(error), remedy));
}

Programs load(uint32_t room, const Key& key) {
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
    throw Unavailable("audit: the kernel has no BTF (/sys/kernel/btf/vmlinux); use one with CONFIG_DEBUG_INFO_BTF");
  const auto print = libbpf_set_print(silent);
  Programs programs(host_reader_bpf__open());
  int error = programs == nullptr ? errno : 0;
  if (error == 0) {
    for (auto* map : {programs->maps.tasks, programs->maps.filters, programs->maps.files, programs->maps.index_of})
      bpf_map__set_max_entries(map, room);
    std::copy(std::begin(key.part), std::end(key.part), programs->rodata->key);
  }
  if (error == 0) error = -host_reader_bpf__load(programs.get());
  if (error == 0) error = -host_reader_bpf__attach(programs.get());
  libbpf_set_print(print);
  if (error != 0) refuse(error);
  return programs;
}

std::string comm_of(const char (&comm)[16]) { return {comm, strnlen(comm, sizeof(comm))}; }

// The programs, with room for so many of each kind.
class Loaded {
 public:
  // No count of births is the same as with another `generation`, whatever happened in between.
  Loaded(uint32_t room, const Key& key, uint32_t generation)
      : room_(room),
        programs_(load(room, key)),
        tasks_(programs_->maps.tasks, room),
        filters_(programs_->maps.filters, room),
        files_(programs_->maps.files, room) {
    LIBBPF_OPTS(bpf_test_run_opts, options);
    if (const int error = bpf_prog_test_run_opts(bpf_program__fd(programs_->progs.introduce), &options); error != 0)
      throw std::runtime_error("audit: a BPF program does not run: " + error_text(-error));
    if (tally().nested != 0)
      throw Unavailable(
          "audit: from inside a pid namespace the host's other tasks cannot be seen; run it on the host itself "
          "(docker: --pid=host)");
    for (auto& count : programs_->bss->births) count += generation << 24;
  }

  // False: there was not room enough.
  bool look(HostSnapshot& snapshot) {
    const std::vector<uint32_t> births(std::begin(programs_->bss->births), std::end(programs_->bss->births));
    programs_->bss->tally = {};
    walk(programs_->links.see_task);
    walk(programs_->links.see_file);
    if (tally().lost != 0 || std::max({tally().tasks, tally().filters, tally().files}) > room_) return false;
    forget_places();
    fill(snapshot, births);
    return true;
  }
  uint32_t room() const { return room_; }

 private:
  const host_tally& tally() const { return programs_->bss->tally; }

  static void walk(const bpf_link* link) {
    const File iterator(bpf_iter_create(bpf_link__fd(link)));
    if (!iterator) throw std::runtime_error("audit: an iterator cannot be made: " + error_text(errno));
    // The programs write nothing to it; but at times it wants to be asked again.
    char nothing[8];
    for (ssize_t got = 1; got != 0;) {
      got = read(iterator.fd(), nothing, sizeof(nothing));
      if (got < 0 && errno != EAGAIN && errno != EINTR)
        throw std::runtime_error("audit: the walk over all tasks failed: " + error_text(errno));
    }
  }

  void forget_places() {
    std::vector<uint64_t> ids;
    for (uint32_t i = 0; i < tally().filters; ++i) ids.push_back(filters_[i].id);
    uint32_t count = uint32_t(ids.size());
    if (count == 0) return;
    if (const int error = bpf_map_delete_batch(bpf_map__fd(programs_->maps.index_of), ids.data(), &count, nullptr))
      throw std::runtime_error("audit: a BPF map cannot be emptied: " + error_text(-error));
  }

  void fill(HostSnapshot& s, const std::vector<uint32_t>& births) const {
    s.tasks_seen = tally().tasks_seen;
    s.between = tally().between;
    s.rings = tally().rings;
    s.inflight = tally().inflight != 0;
    for (uint32_t i = 0; i < tally().filters; ++i) {
      const host_filter& f = filters_[i];
      const size_t slot = f.id % HOST_BIRTHS;
      s.filters.push_back({.id = f.id,
                           .prev = f.prev,
                           .refs = int32_t(f.refs),
                           .users = int32_t(f.users),
                           .len = f.len,
                           .listened = f.listened != 0,
                           .unreadable = f.unreadable != 0,
                           .births_before = births[slot],
                           .births_after = programs_->bss->births[slot]});
    }
    for (uint32_t i = 0; i < tally().tasks; ++i) {
      const host_task& t = tasks_[i];
      s.tasks.push_back({.pid = t.pid,
                         .process = t.tgid,
                         .start = t.start,
                         .exited = t.exited != 0,
                         .comm = comm_of(t.comm),
                         .filter = t.filter});
    }
    for (uint32_t i = 0; i < tally().files; ++i) {
      const host_file& f = files_[i];
      s.descriptors.push_back(
          {.file = f.id, .process = f.pid, .fd = f.fd, .comm = comm_of(f.comm), .filter = f.filter});
    }
  }

  uint32_t room_;
  Programs programs_;
  Mapped<host_task> tasks_;
  Mapped<host_filter> filters_;
  Mapped<host_file> files_;
};

class BpfHostReader : public HostReader {
 public:
  explicit BpfHostReader(uint32_t room) : key_(random_key()), loaded_(std::make_unique<Loaded>(room, key_, 0)) {}
  HostSnapshot look() override {
    for (HostSnapshot snapshot;; snapshot = {}) {
      if (loaded_->look(snapshot)) return snapshot;
      const uint32_t room = loaded_->room() * 4;
      if (room > kMostRoom) throw Unavailable("audit: there are more filters, or tasks with filters, than can be held");
      loaded_.reset();
      loaded_ = std::make_unique<Loaded>(room, key_, ++generation_);
    }
  }

 private:
  Key key_;
  uint32_t generation_ = 0;
  std::unique_ptr<Loaded> loaded_;
};

}  // namespace

std::unique_ptr<HostReader> make_host_reader(uint32_t room) { return std::make_unique<BpfHostReader>(room); }

}  // namespace lockstep
