// SPDX-License-Identifier: GPL-2.0-or-later
// What host and agent say to each other. The guest answers on the port 0xe9, whose every byte is at the host before the
// next instruction runs: so when a guest dies, all that it said before its last step has arrived. The host asks on the
// second serial line. A message is a Header and `size` bytes; numbers are Writer::put_number's.
//
//   guest -> hello    version; a bit each: shows results, views, counters, any allocation can fail;
//                     layout, unobserved, kernel release (texts)
//   guest -> refusal  a sentence: no trace can be run here. Instead of hello
//   host  -> trace    Start, steps
//   guest -> begun    Snapshot: the state before the first step
//   guest -> stepped  errno, Fault, Snapshot. One each step, as fast as the guest can; it waits for nobody
//   guest -> stopped  a sentence: the next step cannot be taken, its task does not live
//   guest -> skipped  a sentence: this trace cannot be run here (NotCapable)
//   guest -> fault    a sentence: the kernel did something wrong (TargetFault). Nothing follows
//   guest -> broken   a sentence: the agent cannot go on, which is no word about the kernel. Nothing follows
//   guest -> ended    programs that are left, rounds of the crowd, notes (texts). The trace's tasks are gone
//   host  -> look     nothing. Between two traces
//   guest -> leaks    whether it can look, and then leaks
//   host  -> where    nothing. Between two traces
//   guest -> reached  the low 32 bits of the addresses of kernel code that traces ran
//
// After `trace` comes either `begun`, any number of `stepped`, perhaps `stopped`, and `ended`; or at any point
// `skipped`, `fault` or `broken` as the last word. Of a snapshot only the bytes between its common beginning and common
// end with the one before are sent; the first of a trace follows an empty one.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "harness/bytes.h"
#include "model/facts.h"
#include "model/target.h"
#include "model/trace.h"

namespace lockstep::vm {

// Raised whenever a message changes its form.
inline constexpr uint32_t kWireVersion = 3;

// What came does not follow the rules above.
struct WireError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class What : uint8_t {
  hello = 1,
  refusal,
  trace,
  begun,
  stepped,
  stopped,
  skipped,
  fault,
  ended,
  look,
  leaks,
  where,
  reached,
  broken
};

// What became of the fault that the step was to meet; none: it had none, or nobody knows.
enum class Fault : uint8_t { none, hit, missed };

struct Header {
  uint8_t mark = kMark;
  What what{};
  uint16_t check = 0;  // of the bytes that follow
  uint32_t size = 0;
  static constexpr uint8_t kMark = 0xa7;
};
static_assert(sizeof(Header) == 8);

struct Message {
  What what{};
  std::vector<std::byte> bytes;
};

// More than the largest honest message: a trace of 10,000 steps.
inline constexpr uint32_t kMaxMessage = 4U << 20;

// The message with its header, to be sent as it is.
std::vector<std::byte> frame(What what, std::span<const std::byte> bytes);

// Cuts a stream of bytes into messages.
class Deframer {
 public:
  void add(std::span<const std::byte> bytes) { buffer_.insert(buffer_.end(), bytes.begin(), bytes.end()); }
  // Throws WireError if what came is no message. Nothing: more has to come.
  std::optional<Message> next();
  bool in_message() const { return taken_ < buffer_.size(); }

 private:
  std::vector<std::byte> buffer_;
  size_t taken_ = 0;
};

struct Hello {
  Capabilities capabilities;
  std::string release;
};
void put_hello(Writer& to, const Hello& hello);
Hello get_hello(std::span<const std::byte> bytes);  // throws WireError, for another version too

void put_trace(Writer& to, const Trace& trace);
Trace get_trace(std::span<const std::byte> bytes);  // throws WireError

void put_leaks(Writer& to, const std::optional<std::vector<Leak>>& leaks);
std::optional<std::vector<Leak>> get_leaks(std::span<const std::byte> bytes);  // throws WireError

void put_addresses(Writer& to, const std::vector<uint64_t>& addresses);
std::vector<uint64_t> get_addresses(std::span<const std::byte> bytes);  // throws WireError

void put_texts(Writer& to, const std::vector<std::string>& texts);
std::vector<std::string> get_texts(std::span<const std::byte> bytes);  // throws WireError

inline std::string get_sentence(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A snapshot as bytes, each after the one before. Both ends begin anew with each trace.
class SnapshotWriter {
 public:
  void begin() { before_.clear(); }
  void put(Writer& to, const Snapshot& snapshot);

 private:
  std::vector<std::byte> before_;
  Writer now_;
};
class SnapshotReader {
 public:
  void begin() { before_.clear(); }
  // Adds to an empty snapshot. Throws WireError, also for a pointer that leads out of the snapshot.
  void get(Reader& from, Snapshot& snapshot);

 private:
  std::vector<std::byte> before_;
};

}  // namespace lockstep::vm
