// SPDX-License-Identifier: GPL-2.0-or-later
// `lockstep audit` as its users meet it, and on real programs that confine themselves with filters of their own.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "oracle/filtered_process.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using std::chrono::milliseconds;

struct Ran {
  int code = -1;
  std::string out;  // standard error too where it is asked for
};

Ran finish(FILE* pipe) {
  Ran ran;
  char part[4096];
  for (size_t got; (got = fread(part, 1, sizeof(part), pipe)) > 0;) ran.out.append(part, got);
  const int status = pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}
Ran run(const std::string& arguments) { return finish(popen((LOCKSTEP_BINARY " audit " + arguments).c_str(), "r")); }

// A command of the shell in a process group of its own, which is ended with it.
class Program {
 public:
  explicit Program(const std::string& command) {
    pid_ = fork();
    if (pid_ == 0) {
      setpgid(0, 0);
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(99);
    }
    setpgid(pid_, pid_);
  }
  ~Program() {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    std::ofstream("/proc/sys/vm/stat_refresh") << "1";  // what it freed is worked off (docs/live.md, on draining)
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

class AuditCli : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/lockstep-audit-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    const auto ran = run("2>&1");
    if (ran.code == 3) skip("no audit of this host: " + ran.out);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void skip(const std::string& why) {
    std::cerr << "NOT TESTED, " << why << std::endl;
    GTEST_SKIP() << why;
  }
  static bool installed(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
  }

  // Audits until filters of this program are seen, and as many as are asked for: all of them must be explained, and
  // nothing on the host may be a suspect. Others who work here at the same time may leave filters unsettled.
  static void expect_explained(const std::string& comm, size_t at_least) {
    size_t seen = 0;
    for (int i = 0; i < 300; ++i, std::this_thread::sleep_for(milliseconds(100))) {
      const auto ran = run("--format json");
      ASSERT_TRUE(ran.code == 0 || ran.code == 4) << ran.out;
      const auto report = Json::parse(ran.out);
      seen = 0;
      bool all = true;
      for (const auto& filter : report["audit"]["filters"]) {
        const auto& tasks = filter["tasks"];
        if (std::none_of(tasks.begin(), tasks.end(), [&](const auto& t) { return t["comm"] == comm; })) continue;
        ++seen;
        all = all && filter["finding"] == "explained";
      }
      if (all && seen >= at_least) return;
    }
    ADD_FAILURE() << "only " << seen << " filters of " << comm << ", or they were never explained";
  }
  fs::path folder_;
};

TEST_F(AuditCli, BadUsageIsTwo) {
  for (const auto* arguments : {"--pid 0", "--pid x", "--pid 4194305", "--for soon", "--watch --interval 100ms",
                                "--watch --format junit", "--graph picture.png", "--format xml", "F1"})
    EXPECT_EQ(run(std::string(arguments) + " 2>&1").code, 2) << arguments;
}

TEST_F(AuditCli, WithoutTheCapabilitiesItIsThreeAndSaysWhich) {
  const auto ran = finish(popen("setpriv --reuid 65534 --clear-groups " LOCKSTEP_BINARY " audit 2>&1", "r"));
  EXPECT_EQ(ran.code, 3);
  EXPECT_NE(ran.out.find("CAP_BPF and CAP_PERFMON are missing"), std::string::npos) << ran.out;
}

// Two filters, the newer with a listener, in a process with a name that a terminal should not be given.
void confine() {
  prctl(PR_SET_NAME, "a\x1b[31mb<&\"");
  test::attach_filter(1);
  test::attach_filter(2, SECCOMP_FILTER_FLAG_NEW_LISTENER);
}
std::string only(const test::FilteredProcess& process) { return "--pid " + std::to_string(process.pid()) + " "; }

TEST_F(AuditCli, EveryFormatSaysTheSameAndNothingDangerous) {
  const test::FilteredProcess process(confine);
  const auto text = run(only(process));
  EXPECT_EQ(text.code, 0) << text.out;
  EXPECT_NE(text.out.find("NOT LOOKED AT: "), std::string::npos);
  EXPECT_NE(text.out.find("a\\x1b[31mb"), std::string::npos) << text.out;
  const auto last = text.out.rfind("\nVerdict: CONFORMS model=seccomp target=live traces=");
  ASSERT_NE(last, std::string::npos) << text.out;
  EXPECT_EQ(text.out.find('\n', last + 1), text.out.size() - 1) << "it is the last line";

  const auto json = Json::parse(run(only(process) + "--format json").out);
  EXPECT_EQ(json["schema_version"], 1);
  const auto& filters = json["audit"]["filters"];
  ASSERT_EQ(filters.size(), 2u);
  EXPECT_EQ(filters[1]["prev"], "F1");
  EXPECT_EQ(filters[1]["refs"], 2);
  EXPECT_EQ(filters[1]["refs_explained"], 2);
  EXPECT_EQ(filters[1]["listener_descriptors"].size(), 1u);
  EXPECT_EQ(json["results"][0]["verdict"], "CONFORMS");

  EXPECT_NE(run(only(process) + "--format ktap").out.find("\nok 1 "), std::string::npos);
  const auto dot = (folder_ / "a.dot").string();
  EXPECT_EQ(run(only(process) + "--graph " + dot + " --format junit").code, 0);
  std::ifstream in(dot);
  const std::string picture{std::istreambuf_iterator<char>(in), {}};
  EXPECT_NE(picture.find("F2 -> F1;"), std::string::npos);
  EXPECT_NE(picture.find("F2l -> F2;"), std::string::npos);
  EXPECT_EQ(picture.find('\x1b'), std::string::npos);
  EXPECT_EQ(run(only(process) + "--graph " + (folder_ / "none" / "a.dot").string() + " 2>&1").code, 3);
}

TEST_F(AuditCli, AWatchEndsWithCtrlCAndTheCodeOfWhatWasSeen) {
  const test::FilteredProcess process(confine);
  const std::string watch = " " LOCKSTEP_BINARY " audit --watch --interval 0.1s " + only(process);
  const auto ran = finish(popen(("timeout --preserve-status -s INT 1" + watch).c_str(), "r"));
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_NE(ran.out.find("round 3: 2 filters, 1 task, all explained\n"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("\nVerdict: CONFORMS "), std::string::npos) << ran.out;
  EXPECT_EQ(finish(popen(("timeout --preserve-status -s TERM 1" + watch).c_str(), "r")).code, 143);
  const auto lines = finish(popen(("timeout --preserve-status -s INT 1" + watch + "--format json").c_str(), "r"));
  EXPECT_EQ(lines.code, 0);
  EXPECT_GT(std::count(lines.out.begin(), lines.out.end(), '\n'), 2);
  EXPECT_TRUE(Json::accept(lines.out.substr(0, lines.out.find('\n'))));
}

TEST_F(AuditCli, Bubblewrap) {
  if (!installed("bwrap")) return skip("bubblewrap is not installed");
  const auto file = folder_ / "program.bpf";
  const sock_filter program[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},
                                 {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_ptrace},
                                 {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 1},
                                 {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(program), sizeof(program));
  const Program bwrap(
      "bwrap --ro-bind / / --dev /dev --unshare-pid --proc /proc --die-with-parent --seccomp 9 "
      "sh -c 'cat & cat' 9<" +
      file.string() + " </dev/zero >/dev/null");
  expect_explained("bwrap", 1);
  expect_explained("cat", 1);
}

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof(address);
  bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return ntohs(address.sin_port);
}

// Its child that speaks with who has not logged in yet confines itself.
TEST_F(AuditCli, SshServer) {
  if (!installed("/usr/sbin/sshd")) return skip("openssh-server is not installed");
  const auto key = (folder_ / "key").string();
  ASSERT_EQ(std::system(("ssh-keygen -q -t ed25519 -N '' -f " + key).c_str()), 0);
  const bool made = fs::create_directory("/run/sshd");  // its privilege separation wants it
  const int port = free_port();
  {
    const Program sshd("exec /usr/sbin/sshd -D -e -f /dev/null -p " + std::to_string(port) + " -h " + key +
                       " -o ListenAddress=127.0.0.1 -o PidFile=none 2>/dev/null");
    const Program client("exec bash -c 'for i in $(seq 100); do exec 5<>/dev/tcp/127.0.0.1/" + std::to_string(port) +
                         " && break; sleep 0.1; done; echo SSH-2.0-audit >&5; cat <&5' >/dev/null 2>&1");
    expect_explained("sshd", 1);
  }
  if (made) fs::remove("/run/sshd");
}

TEST_F(AuditCli, Chromium) {
  if (!installed("chromium")) return skip("chromium is not installed");
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  // Its sandbox does not want root.
  const Program chromium("cd " + folder_.string() + " && HOME=" + folder_.string() +
                         " exec setpriv --reuid 65534 --regid 65534 --clear-groups chromium --headless --disable-gpu "
                         "--user-data-dir=profile --remote-debugging-port=0 about:blank >/dev/null 2>&1");
  expect_explained("chromium", 2);
}

}  // namespace
}  // namespace lockstep
