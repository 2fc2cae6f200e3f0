// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/log_watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include <chrono>

#include "harness/live.h"

namespace lockstep::live {

namespace {

using Clock = std::chrono::steady_clock;

// A report of our own step is there when the step is done; another CPU may still write its, line by line to a slow
// console.
constexpr int kQuietMs = 100;
constexpr std::chrono::seconds kLongestReport{3};

bool more_within(int fd, int ms) {
  pollfd log{.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&log, 1, ms) == 1;
}

}  // namespace

LogWatch::LogWatch(int fd)
    : file_(fd == kKernelLog ? open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC) : fcntl(fd, F_DUPFD_CLOEXEC, 0)) {
  if (!file_) error_ = error_text(errno);
  if (fd == kKernelLog && file_) lseek(file_.fd(), 0, SEEK_END);
}

// False: there is none.
bool LogWatch::read_record() {
  const auto try_read = [&] { return read(file_.fd(), buffer_.data(), buffer_.size()); };
  ssize_t size = try_read();
  for (; size < 0 && (errno == EPIPE || errno == EINTR); size = try_read())
    if (errno == EPIPE && next_ == 0) ++lost_;  // overwritten; otherwise the sequence numbers tell how many
  if (size < 0 && errno == EAGAIN) return false;
  if (size <= 0) {
    error_ = size == 0 ? "it ended" : error_text(errno);
    file_ = File();
    return false;
  }
  const auto record = parse_log_record({buffer_.data(), size_t(size)});
  if (!record) return true;
  if (next_ != 0 && record->sequence > next_) lost_ += record->sequence - next_;
  next_ = record->sequence + 1;
  reader_.add(*record);
  return true;
}

std::vector<LogReport> LogWatch::look() {
  if (!file_ || !read_record()) return {};
  const auto end = Clock::now() + kLongestReport;
  while (file_ && Clock::now() < end) {
    if (read_record()) continue;
    if (!reader_.unfinished() || !more_within(file_.fd(), kQuietMs)) break;
  }
  reader_.finish();
  return reader_.take();
}

std::string LogWatch::unobserved() const {
  if (!error_.empty())
    return fmt::format("the kernel's log is not read ({}), so what it warns of goes unnoticed", error_);
  if (lost_ != 0)
    return fmt::format("of the kernel's log at least {} records were overwritten before they were read", lost_);
  return "";
}

}  // namespace lockstep::live
