// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/sim_server.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>

#include "harness/sim_backend.h"
#include "harness/sim_wire.h"

namespace lockstep {
namespace {

using namespace sim_wire;

constexpr int kSocket = 3;  // where the child keeps it; whatever lies above is closed

// Nothing of the parent's is left but its memory: no file that keeps another child's socket open, no standard output
// (which is for results), no signal handler that would hide a crash or a Ctrl-C. Returns the socket.
int leave_parent(int socket, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);  // it ended before the line above
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM})
    std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(socket, kSocket);  // does nothing if it is there already
  close_range(kSocket + 1, ~0U, 0);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  int null = open("/dev/null", O_RDONLY);
  dup2(null, STDIN_FILENO);
  close(null);
  fcntl(kSocket, F_SETFD, FD_CLOEXEC);
  return kSocket;
}

class Server {
 public:
  explicit Server(int socket) : socket_(socket) {}

  // Why the library cannot be used; none if it is ready.
  std::optional<std::string> load(const std::string& path) {
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return fmt::format("the library does not load: {}; rebuild it on this machine", dlerror());
    library_ = static_cast<const lockstep_sim_library*>(dlsym(handle, "lockstep_sim_table"));
    if (library_ == nullptr)
      return std::string("the library exports no `lockstep_sim_table`: define that table (harness/lockstep_sim.h)");
    if (auto problem = check_table()) return problem;
    sim_ = library_->create();
    if (sim_ == nullptr) return std::string("the library's create() returned NULL: it has no memory, free some");
    return std::nullopt;
  }

  void say_hello() {
    reply_.clear();
    reply_.put(library_->shows);
    if (counters()) reply_.put_bytes(library_->layout, strnlen(library_->layout, 64));
    send(What::hello);
  }

  void refuse(const std::string& why) {
    reply_.clear();
    reply_.put_bytes(why.data(), why.size());
    send(What::refusal);
  }

  // Until the parent closes its end.
  void serve() {
    Header header;
    while (receive(&header, sizeof(header))) {
      request_.resize(header.size);
      if (!receive(request_.data(), request_.size())) return;
      reply_.clear();
      answer(header.what);
      send(header.what);
    }
  }

 private:
  bool counters() const { return (library_->shows & LOCKSTEP_SIM_COUNTERS) != 0; }

  // `version` and `size` come first in every version.
  std::optional<std::string> check_table() const {
    if (library_->version != LOCKSTEP_SIM_VERSION)
      return fmt::format(
          "the library has version {} of the interface, this program {}: rebuild it with this lockstep_sim.h",
          library_->version, LOCKSTEP_SIM_VERSION);
    if (library_->size < sizeof(lockstep_sim_library))
      return fmt::format("the library's table has {} bytes of {}: set `size` to sizeof(struct lockstep_sim_library)",
                         library_->size, sizeof(lockstep_sim_library));
    const char* missing = library_->create == nullptr    ? "create"
                          : library_->destroy == nullptr ? "destroy"
                          : library_->reset == nullptr   ? "reset"
                          : library_->step == nullptr    ? "step"
                          : library_->view == nullptr    ? "view"
                                                         : nullptr;
    if (missing != nullptr) return fmt::format("the library's table has no {}(): fill it in", missing);
    if (counters() && (library_->dump == nullptr || library_->layout == nullptr))
      return std::string("the library declares counters but has no dump() or no layout: fill them in");
    return std::nullopt;
  }

  void answer(What what) {
    Reader request(request_);
    if (what == What::reset) {
      lockstep_sim_start start{};
      if (request.get(start)) reply_.put<int32_t>(library_->reset(sim_, &start));
    } else if (what == What::step) {
      lockstep_sim_step step{};
      if (request.get(step)) reply_.put<int32_t>(library_->step(sim_, &step));
    } else if (what == What::observe) {
      observe(request);
    }
  }

  void observe(Reader& request) {
    tasks_.clear();
    for (uint16_t task = 0; request.get(task);) tasks_.push_back(task);
    show_views(
        *library_, sim_, tasks_, rules_,
        [&](uint32_t task, uint32_t event, std::span<const uint16_t> rules) {
          reply_.put(Tag::view);
          reply_.put(ViewHead{task, event, static_cast<uint32_t>(rules.size())});
          reply_.put_bytes(rules.data(), rules.size_bytes());
        },
        [&](uint32_t task, uint32_t event, int count) {
          reply_.put(Tag::broken);
          reply_.put_text(fmt::format("{} rules in P{}'s view of event {}", count, task, event));
        });
    if (counters()) dump();
  }

  void dump() {
    const lockstep_sim_sink sink{.context = &reply_,
                                 .object =
                                     [](void* reply, const lockstep_sim_object* object) {
                                       static_cast<Writer*>(reply)->put(Tag::object);
                                       static_cast<Writer*>(reply)->put(*object);
                                     },
                                 .pointer =
                                     [](void* reply, const lockstep_sim_pointer* pointer) {
                                       static_cast<Writer*>(reply)->put(Tag::pointer);
                                       static_cast<Writer*>(reply)->put(*pointer);
                                     },
                                 .fault =
                                     [](void* reply, const char* text) {
                                       static_cast<Writer*>(reply)->put(Tag::fault);
                                       static_cast<Writer*>(reply)->put_text({text, strnlen(text, 200)});
                                     }};
    library_->dump(sim_, &sink);
  }

  bool receive(void* to, size_t size) {
    auto* next = static_cast<std::byte*>(to);
    while (size > 0) {
      ssize_t got = recv(socket_, next, size, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      next += got;
      size -= got;
    }
    return true;
  }

  void send(What what) {
    Header header{what, static_cast<uint32_t>(reply_.bytes().size())};
    send_bytes({reinterpret_cast<const std::byte*>(&header), sizeof(header)}, MSG_MORE);
    send_bytes(reply_.bytes(), 0);
  }

  void send_bytes(std::span<const std::byte> bytes, int flags) {
    while (!bytes.empty()) {
      ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | flags);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) _exit(0);  // the parent is gone
      bytes = bytes.subspan(sent);
    }
  }

  int socket_;
  const lockstep_sim_library* library_ = nullptr;
  lockstep_sim* sim_ = nullptr;
  std::vector<std::byte> request_;
  Writer reply_;
  std::vector<uint16_t> tasks_, rules_;
};

}  // namespace

void serve_sim_library(const std::string& path, int socket, pid_t parent) {
  Server server(leave_parent(socket, parent));
  if (auto problem = server.load(path)) {
    server.refuse(*problem);
    _exit(0);
  }
  server.say_hello();
  server.serve();
  _exit(0);
}

}  // namespace lockstep
