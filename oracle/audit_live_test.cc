// SPDX-License-Identifier: GPL-2.0-or-later
// The audit of this very host, with holders of each kind that we make ourselves.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/socket.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "harness/host_reader.h"
#include "model/target.h"
#include "oracle/audit.h"
#include "oracle/filtered_process.h"

namespace lockstep {
namespace {

using test::attach_filter;
using test::FilteredProcess;
constexpr unsigned kListen = SECCOMP_FILTER_FLAG_NEW_LISTENER;

class AuditLive : public testing::Test {
 protected:
  void SetUp() override {
    try {
      reader_ = make_host_reader();
    } catch (const Unavailable& why) {
      std::cerr << "NOT TESTED, no audit of this host: " << why.what() << std::endl;
      GTEST_SKIP() << why.what();
    }
  }
  // Other tests may run at the same time: it is of this process's filters only.
  AuditReport audit_of(const FilteredProcess& process, AuditOptions options = {}) {
    options.process = uint32_t(process.pid());
    return audit([&] { return reader_->look(); }, options, names_);
  }
  std::unique_ptr<HostReader> reader_;
  FilterNames names_;
};

pid_t fork_and(const std::function<void()>& act) {
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    act();
    for (;;) pause();
  }
  return pid;
}

// Sockets that are never read from.
std::array<int, 2> sockets() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0) _exit(90);
  return {ends[0], ends[1]};
}

void put_in_flight(int fd, int socket) {
  char byte = 0, control[CMSG_SPACE(sizeof(int))] = {};
  iovec part = {&byte, 1};
  msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
  *CMSG_FIRSTHDR(&message) = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  *reinterpret_cast<int*>(CMSG_DATA(CMSG_FIRSTHDR(&message))) = fd;
  if (sendmsg(socket, &message, 0) != 1) _exit(91);
  close(fd);
}

TEST_F(AuditLive, TasksChildrenAndListenersExplainAll) {
  const FilteredProcess process([] {
    attach_filter(11);
    const int listener = attach_filter(12, kListen);
    if (dup2(listener, 200) != 200) _exit(1);
    int ready[2];
    if (pipe(ready) != 0) _exit(2);
    fork_and([&] {  // has copies of both descriptors
      attach_filter(13);
      if (write(ready[1], "", 1) != 1) _exit(3);
    });
    char byte;
    if (read(ready[0], &byte, 1) != 1) _exit(4);
  });
  const auto report = audit_of(process);
  ASSERT_EQ(report.filters.size(), 2u) << "the child's own is not on this process's path";
  EXPECT_EQ(report.with(Finding::explained).size(), 2u);
  const auto &older = report.filters[0].view, &newer = report.filters[1].view;
  EXPECT_EQ(older.counter(), (std::array<int32_t, 2>{1, 1})) << "its child filter";
  EXPECT_EQ(newer.counter(), (std::array<int32_t, 2>{3, 2})) << "the task, its child filter, and the listener";
  EXPECT_EQ(newer.facts.len, older.facts.len + 1);
  ASSERT_EQ(newer.descriptors.size(), 4u);
  for (const auto& descriptor : newer.descriptors) EXPECT_EQ(descriptor.file, newer.descriptors[0].file);
  EXPECT_EQ(newer.descriptors[1].fd, 200u);
  EXPECT_GT(report.tasks_seen, 2u);
}

TEST_F(AuditLive, AnIgnoredKindOfReferenceIsASuspectAndNothingElseIs) {
  const FilteredProcess process([] {
    attach_filter(11);
    attach_filter(12, kListen);
    attach_filter(13);
  });
  EXPECT_EQ(audit_of(process).with(Finding::explained).size(), 3u);
  const auto report = audit_of(process, {.spacing_s = 0.1, .ignore_listeners = true});
  ASSERT_EQ(report.suspects().size(), 1u);
  EXPECT_EQ(report.suspects()[0], &report.filters[1]);
  EXPECT_EQ(report.filters[1].finding, Finding::too_many);
  EXPECT_EQ(report.filters[1].view.counter(), (std::array<int32_t, 2>{2, 1}));
  EXPECT_EQ(report.with(Finding::explained).size(), 2u);
  EXPECT_GE(report.seconds, 0.2);
}

TEST_F(AuditLive, AListenerOnItsWayOverASocketExplainsItsReference) {
  const FilteredProcess process([] { put_in_flight(attach_filter(12, kListen), sockets()[0]); });
  const auto report = audit_of(process);
  ASSERT_EQ(report.filters.size(), 1u);
  EXPECT_EQ(report.filters[0].finding, Finding::explained);
  EXPECT_TRUE(report.filters[0].view.facts.listened);
  EXPECT_TRUE(report.filters[0].view.descriptors.empty());
  EXPECT_TRUE(report.inflight);
}

// A child filter that only such a listener leads to is not found, and its reference on the older one is a suspect.
TEST_F(AuditLive, WhatCannotBeSeenLooksLikeALeak) {
  const FilteredProcess process([] {
    attach_filter(11);
    const int socket = sockets()[0];
    const pid_t child = fork_and([&] {
      put_in_flight(attach_filter(12, kListen), socket);
      _exit(0);
    });
    waitpid(child, nullptr, 0);
  });
  const auto report = audit_of(process, {.spacing_s = 0.1});
  ASSERT_EQ(report.suspects().size(), 1u);
  EXPECT_EQ(residuals_of(*report.suspects()[0]),
            (std::vector<std::string>{"F1.refs is 2 but only 1 reference explains it"}));
  EXPECT_TRUE(report.inflight) << "it says where to look";
}

TEST_F(AuditLive, AFilterThatOnlyAListenerHoldsIsFound) {
  constexpr unsigned kLoads = 1234;
  const FilteredProcess process([] {
    // The child shares our descriptor table, so that its listener outlives it.
    const auto run = [](void*) {
      attach_filter(kLoads, kListen);
      return 0;
    };
    alignas(16) static char stack[65536];
    const pid_t child = clone(run, stack + sizeof(stack), CLONE_FILES | SIGCHLD, nullptr);
    waitpid(child, nullptr, 0);
  });
  const auto report = audit([&] { return reader_->look(); }, {.patience_s = 3}, names_);
  const AuditedFilter* found = nullptr;
  for (const auto& filter : report.filters)
    if (filter.view.facts.len > kLoads && filter.view.tasks.empty()) found = &filter;
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->finding, Finding::explained);
  EXPECT_EQ(found->view.counter(), (std::array<int32_t, 2>{1, 0}));
  ASSERT_EQ(found->view.descriptors.size(), 1u);
  EXPECT_EQ(found->view.descriptors[0].process, uint32_t(process.pid()));
}

TEST_F(AuditLive, AFileOfTheSameNameIsNoListener) {
  char folder[] = "/tmp/lockstep-audit-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string name = std::string(folder) + "/seccomp notify";
  const FilteredProcess process([&] {
    if (open(name.c_str(), O_CREAT | O_RDWR, 0600) < 0) _exit(1);
  });
  for (const auto& descriptor : reader_->look().descriptors) EXPECT_NE(descriptor.process, uint32_t(process.pid()));
  unlink(name.c_str());
  rmdir(folder);
}

// Whether a zombie still holds its filter depends on the kernel; either way it is explained.
TEST_F(AuditLive, ZombiesAndThreadsAreExplained) {
  const FilteredProcess process([] {
    attach_filter(11);
    for (int i = 0; i < 5; ++i)
      if (fork() == 0) _exit(0);
    for (int i = 0; i < 5; ++i) std::thread([] { pause(); }).detach();
  });
  const auto report = audit_of(process);
  ASSERT_EQ(report.filters.size(), 1u);
  EXPECT_EQ(report.filters[0].finding, Finding::explained);
  EXPECT_GE(report.filters[0].view.tasks.size(), 6u);
}

TEST_F(AuditLive, TasksThatComeAndGoAreNoResidual) {
  const FilteredProcess process([] {
    attach_filter(11);
    for (int forker = 0; forker < 2; ++forker)
      fork_and([] {
        for (;;) {
          const pid_t pid = fork();
          if (pid == 0) _exit(0);
          waitpid(pid, nullptr, 0);
        }
      });
    fork_and([] {
      for (;;) std::thread([] {}).join();
    });
  });
  using Clock = std::chrono::steady_clock;
  int audits = 0;
  for (const auto start = Clock::now(); Clock::now() - start < std::chrono::seconds(3); ++audits) {
    const auto report = audit_of(process, {.patience_s = 0.5, .spacing_s = 0});
    ASSERT_EQ(report.filters.size(), 1u);
    ASSERT_TRUE(report.suspects().empty()) << residuals_of(report.filters[0])[0] << " after " << audits << " audits";
  }
  EXPECT_GT(audits, 3);
}

TEST_F(AuditLive, ALongPathAndTooLittleRoomAtFirst) {
  const FilteredProcess process([] {
    for (unsigned i = 0; i < 40; ++i) attach_filter(1 + i);
    fork_and([] {});
  });
  reader_ = make_host_reader(1);
  const auto report = audit_of(process);
  ASSERT_EQ(report.filters.size(), 40u);
  EXPECT_EQ(report.with(Finding::explained).size(), 40u);
  EXPECT_EQ(report.filters.back().depth, 39u);
  EXPECT_EQ(report.filters.back().view.tasks.size(), 2u);
}

std::string refusal() {
  try {
    make_host_reader();
  } catch (const Unavailable& why) {
    return why.what();
  }
  return "";
}

// In a child: true if the reader refuses, with these words in its reason.
bool refuses(const std::function<bool()>& change, const std::string& words) {
  const pid_t child = fork();
  if (child == 0) _exit(change() && refusal().find(words) != std::string::npos ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return status == 0;
}

TEST_F(AuditLive, ItSaysWhatItLacks) {
  EXPECT_TRUE(refuses([] { return setresuid(65534, 65534, 65534) == 0; }, "CAP_BPF and CAP_PERFMON are missing"));
  EXPECT_TRUE(refuses(
      [] {
        if (unshare(CLONE_NEWPID) != 0) return false;
        const pid_t inside = fork();
        if (inside == 0) return true;
        int status = 1;
        waitpid(inside, &status, 0);
        _exit(WEXITSTATUS(status));
      },
      "pid namespace"));
}

}  // namespace
}  // namespace lockstep
