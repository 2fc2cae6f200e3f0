// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/vm/initramfs.h"

#include <fmt/format.h>
#include <sys/stat.h>

namespace lockstep::vm {

namespace {

struct Entry {
  const char* name;
  unsigned mode;
  unsigned major = 0, minor = 0;  // of a device
};
constexpr Entry kEntries[] = {
    {"dev", S_IFDIR | 0755},
    {"dev/console", S_IFCHR | 0600, 5, 1},
    {"dev/null", S_IFCHR | 0666, 1, 3},
    {"dev/kmsg", S_IFCHR | 0600, 1, 11},
    {"dev/ttyS1", S_IFCHR | 0600, 4, 65},
    {"tmp", S_IFDIR | 01777},
};
constexpr size_t kAlignment = 4;

void pad(std::string& to) { to.resize((to.size() + kAlignment - 1) / kAlignment * kAlignment, '\0'); }

// Each number has eight digits: inode, mode, uid, gid, links, time, size, device, device that it is, length of the
// name with its end, and a checksum that this form does not have.
void add(std::string& archive, unsigned inode, const Entry& entry, std::string_view data) {
  const std::string_view name = entry.name;
  archive += fmt::format("070701{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}", inode,
                         entry.mode, 0, 0, 1, 0, data.size(), 0, 0, entry.major, entry.minor, name.size() + 1, 0);
  archive += name;
  archive += '\0';
  pad(archive);
  archive += data;
  pad(archive);
}

}  // namespace

std::string make_initramfs(std::string_view init) {
  std::string archive;
  unsigned inode = 0;
  for (const Entry& entry : kEntries) add(archive, ++inode, entry, "");
  add(archive, ++inode, {"init", S_IFREG | 0755}, init);
  add(archive, 0, {"TRAILER!!!", 0}, "");
  return archive;
}

}  // namespace lockstep::vm
