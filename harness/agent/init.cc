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

void ask_kernel(char key) {
  const live::File trigger(open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC));
  if (trigger) [[maybe_unused]]
    const auto written = write(trigger.fd(), &key, 1);
}

}  // namespace

void set_up_guest() {
  mount_at("/proc", "proc");
  mount_at("/sys", "sysfs");
  mount_at("/sys/kernel/debug", "debugfs");
  mount_at("/run", "tmpfs");
}

void show_blocked_tasks() {
  ask_kernel('9');  // or it writes to its log only
  ask_kernel('w');
}

void end_guest() {
  reboot(RB_AUTOBOOT);
  for (;;) pause();
}

}  // namespace lockstep::agent
