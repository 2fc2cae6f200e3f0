// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/agent/init.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/live/file.h"

namespace lockstep::agent {

namespace {

void mount_at(const char* folder, const char* type) {
  mkdir(folder, 0755);
  mount(type, folder, type, 0, nullptr);  // what is missing then, the engine says in its own words
}

void tell_kernel(const char* file, char key) {
  const live::File to(open(file, O_WRONLY | O_CLOEXEC));
  if (to) [[maybe_unused]]
    const auto written = write(to.fd(), &key, 1);
}

}  // namespace

void set_up_guest() {
  mount_at("/proc", "proc");
  mount_at("/sys", "sysfs");
  mount_at("/sys/kernel/debug", "debugfs");
  mount_at("/run", "tmpfs");
}

void show_blocked_tasks() {
  tell_kernel("/proc/sysrq-trigger", '9');  // or it writes to its log only
  tell_kernel("/proc/sysrq-trigger", 'w');
}

void interpret_programs() { tell_kernel("/proc/sys/net/core/bpf_jit_enable", '0'); }

void end_guest() {
  reboot(RB_AUTOBOOT);
  for (;;) pause();
}

}  // namespace lockstep::agent
