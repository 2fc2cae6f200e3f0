// SPDX-License-Identifier: GPL-2.0-or-later
// The values of wire.h's messages as bytes. Whatever is read is checked: a guest that went wrong may say anything.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>

#include "harness/vm/wire.h"

namespace lockstep::vm {

namespace {

// Reads a message's numbers; an end that comes too early, or a number that cannot be, is an error.
class Taker {
 public:
  Taker(Reader& from, const char* what) : from_(from), what_(what) {}
  [[noreturn]] void fail(const std::string& why) const { throw WireError(fmt::format("a {} {}", what_, why)); }
  uint32_t number(uint32_t max = UINT32_MAX) const {
    uint32_t value = 0;
    if (!from_.get_number(value)) fail("that ends too early");
    if (value > max) fail(fmt::format("with the number {} where at most {} can stand", value, max));
    return value;
  }
  uint16_t small() const { return static_cast<uint16_t>(number(UINT16_MAX)); }
  bool flag() const { return number(1) != 0; }
  std::string text() const {
    std::string_view text;
    if (!from_.get_text(text)) fail("that ends too early");
    return std::string(text);
  }
  void end() const {
    if (!from_.at_end()) fail("that goes on after its end");
  }

 private:
  Reader& from_;
  const char* what_;
};

// Counters may be negative.
uint32_t zigzag(int32_t value) { return (uint32_t(value) << 1) ^ uint32_t(value >> 31); }
int32_t zagzig(uint32_t value) { return int32_t(value >> 1) ^ -int32_t(value & 1); }

enum HelloFact : uint32_t { kResults = 1, kViews = 2, kCounters = 4, kAnyFault = 8 };

// What of a step is sent, with the largest number that may stand there. Most of it is as in any step; so a mask says
// first which of them differ from a step's beginnings.
template <class StepType, class Visit>
void each_field(StepType& step, Visit visit) {
  visit(step.op, uint32_t(Op::reap));
  visit(step.task, kMaxTasks);
  visit(step.made, kMaxNames);
  visit(step.child, kMaxTasks);
  visit(step.event, UINT8_MAX);
  visit(step.arg, uint32_t(Arg::invalid));
  visit(step.fd, uint32_t(Fd::other));
  visit(step.type, uint32_t(ProgType::other));
  visit(step.pages, UINT32_MAX);
  visit(step.len, UINT32_MAX);
  visit(step.flags, UINT32_MAX);
  visit(step.fail_alloc, UINT16_MAX);
  visit(step.fail_any, UINT16_MAX);
  visit(step.error, INT32_MAX);
  visit(step.line, UINT32_MAX);
}
constexpr uint32_t kStepFields = 15;

std::array<uint32_t, kStepFields> numbers_of(const Step& step) {
  std::array<uint32_t, kStepFields> numbers{};
  size_t next = 0;
  each_field(step, [&](const auto& field, uint32_t) { numbers[next++] = static_cast<uint32_t>(field); });
  return numbers;
}

void put_step(Writer& to, const Step& step) {
  static const auto usual = numbers_of({});
  const auto numbers = numbers_of(step);
  uint32_t mask = 0;
  for (size_t i = 0; i < kStepFields; ++i) mask |= uint32_t(numbers[i] != usual[i]) << i;
  to.put_number(mask);
  for (size_t i = 0; i < kStepFields; ++i)
    if ((mask >> i & 1) != 0) to.put_number(numbers[i]);
}

Step get_step(const Taker& take) {
  Step step;
  uint32_t mask = take.number((1U << kStepFields) - 1);
  each_field(step, [&](auto& field, uint32_t max) {
    if ((mask & 1) != 0) field = static_cast<std::remove_reference_t<decltype(field)>>(take.number(max));
    mask >>= 1;
  });
  return step;
}

void put_task(Writer& to, const TaskFacts& task) {
  to.put_number(task.number);
  to.put_number(uint32_t(task.life) | uint32_t(task.nnp) << 1 | uint32_t(task.mode) << 2);
  to.put_number(task.filter_count);
  for (const auto& view : task.view) {
    to.put_number(static_cast<uint32_t>(view.size()));
    for (const uint16_t number : view) to.put_number(number);
  }
}

TaskFacts get_task(const Taker& take) {
  TaskFacts task;
  task.number = take.small();
  const uint32_t state = take.number(0x3ff);
  task.life = Life(state & 1);
  task.nnp = (state & 2) != 0;
  task.mode = static_cast<uint8_t>(state >> 2);
  task.filter_count = take.small();
  for (auto& view : task.view)
    for (uint32_t left = take.number(kMaxNames); left > 0; --left) view.push_back(take.small());
  return task;
}

void put_object(Writer& to, const ObjectFacts& object) {
  to.put_number(uint32_t(object.kind) | uint32_t(object.freed) << 4);
  to.put_number(object.number);
  for (int i = 0; i < counters_of(object.kind); ++i) to.put_number(zigzag(object.counter[size_t(i)]));
  to.put_number(object.size);
  to.put_number(object.birth);
}

ObjectFacts get_object(const Taker& take) {
  ObjectFacts object;
  const uint32_t kind = take.number(0x1f);
  if ((kind & 0xf) > uint32_t(Kind::filter)) take.fail("with an object of no known kind");
  object.kind = Kind(kind & 0xf);
  object.freed = (kind & 0x10) != 0;
  object.number = take.small();
  for (int i = 0; i < counters_of(object.kind); ++i) object.counter[size_t(i)] = zagzig(take.number());
  object.size = take.number();
  object.birth = take.number();
  return object;
}

PointerFacts get_pointer(const Taker& take, const Snapshot& s) {
  PointerFacts pointer;
  const uint32_t link = take.number(UINT8_MAX);
  if ((link & 0xf) > uint32_t(Link::node_filter)) take.fail("with a pointer of no known kind");
  pointer.link = Link(link & 0xf);
  pointer.event = static_cast<uint8_t>(link >> 4);
  pointer.from = take.small();
  pointer.to = take.small();
  const bool to_task = pointer.link == Link::owner && s.owner_is_task;
  if (pointer.from >= (starts_at_task(pointer.link) ? s.tasks.size() : s.objects.size()) ||
      pointer.to >= (to_task ? s.tasks.size() : s.objects.size()))
    take.fail("with a pointer that leads nowhere");
  return pointer;
}

void put_whole(Writer& to, const Snapshot& s) {
  to.put_number(uint32_t(s.owner_is_task) | uint32_t(s.filters) << 1 | uint32_t(s.complete) << 2 |
                uint32_t(s.ordered) << 3);
  to.put_number(static_cast<uint32_t>(s.tasks.size()));
  for (const auto& task : s.tasks) put_task(to, task);
  to.put_number(static_cast<uint32_t>(s.objects.size()));
  for (const auto& object : s.objects) put_object(to, object);
  to.put_number(static_cast<uint32_t>(s.pointers.size()));
  for (const auto& p : s.pointers) {
    to.put_number(uint32_t(p.link) | uint32_t(p.event) << 4);
    to.put_number(p.from);
    to.put_number(p.to);
  }
  put_texts(to, s.faults);
}

void get_whole(std::span<const std::byte> bytes, Snapshot& s) {
  Reader from(bytes);
  const Taker take(from, "snapshot");
  const uint32_t flags = take.number(0xf);
  s.owner_is_task = (flags & 1) != 0;
  s.filters = (flags & 2) != 0;
  s.complete = (flags & 4) != 0;
  s.ordered = (flags & 8) != 0;
  for (uint32_t left = take.number(UINT16_MAX); left > 0; --left) s.tasks.push_back(get_task(take));
  for (uint32_t left = take.number(UINT16_MAX); left > 0; --left) s.objects.push_back(get_object(take));
  for (uint32_t left = take.number(); left > 0; --left) s.pointers.push_back(get_pointer(take, s));
  s.faults = get_texts(from.rest());
}

}  // namespace

void put_hello(Writer& to, const Hello& hello) {
  const auto& can = hello.capabilities;
  to.put_number(kWireVersion);
  to.put_number(can.facts.results * kResults + can.facts.views * kViews + can.facts.counters * kCounters +
                can.any_fault * kAnyFault);
  for (const std::string& text : {can.layout, can.unobserved, hello.release}) to.put_text(text);
}

Hello get_hello(std::span<const std::byte> bytes) {
  Reader from(bytes);
  const Taker take(from, "greeting");
  if (const uint32_t version = take.number(); version != kWireVersion)
    throw WireError(fmt::format("version {} of the protocol, and not {}", version, kWireVersion));
  Hello hello;
  const uint32_t facts = take.number(kResults | kViews | kCounters | kAnyFault);
  hello.capabilities.facts = {(facts & kResults) != 0, (facts & kViews) != 0, (facts & kCounters) != 0};
  hello.capabilities.any_fault = (facts & kAnyFault) != 0;
  hello.capabilities.layout = take.text();
  hello.capabilities.unobserved = take.text();
  hello.release = take.text();
  take.end();
  return hello;
}

void put_trace(Writer& to, const Trace& trace) {
  to.put_number(uint32_t(trace.start.nnp) | uint32_t(trace.start.cap) << 1);
  to.put_number(static_cast<uint32_t>(trace.steps.size()));
  for (const Step& step : trace.steps) put_step(to, step);
}

Trace get_trace(std::span<const std::byte> bytes) {
  Reader from(bytes);
  const Taker take(from, "trace");
  Trace trace;
  const uint32_t start = take.number(3);
  trace.start = {.nnp = (start & 1) != 0, .cap = (start & 2) != 0};
  for (uint32_t left = take.number(kMaxSteps); left > 0; --left) trace.steps.push_back(get_step(take));
  take.end();
  return trace;
}

void put_leaks(Writer& to, const std::optional<std::vector<Leak>>& leaks) {
  to.put_number(leaks.has_value());
  if (!leaks) return;
  to.put_number(static_cast<uint32_t>(leaks->size()));
  for (const auto& leak : *leaks) {
    to.put_number(static_cast<uint32_t>(leak.trace));
    to.put_number(static_cast<uint32_t>(leak.kind));
    to.put_text(leak.text);
  }
}

std::optional<std::vector<Leak>> get_leaks(std::span<const std::byte> bytes) {
  Reader from(bytes);
  const Taker take(from, "list of leaks");
  std::optional<std::vector<Leak>> leaks;
  if (take.flag()) {
    leaks.emplace();
    for (uint32_t left = take.number(); left > 0; --left) {
      Leak leak{.trace = take.number()};
      leak.kind = Kind(take.number(uint32_t(Kind::filter)));
      leak.text = take.text();
      leaks->push_back(std::move(leak));
    }
  }
  take.end();
  return leaks;
}

void put_addresses(Writer& to, const std::vector<uint64_t>& addresses) {
  to.put_number(static_cast<uint32_t>(addresses.size()));
  for (const auto address : addresses) to.put_number(static_cast<uint32_t>(address));
}

std::vector<uint64_t> get_addresses(std::span<const std::byte> bytes) {
  constexpr uint64_t kKernel = 0xffffffff00000000;  // where all of its code lies
  Reader from(bytes);
  const Taker take(from, "list of addresses");
  std::vector<uint64_t> addresses;
  for (uint32_t left = take.number(); left > 0; --left) addresses.push_back(kKernel | take.number());
  take.end();
  return addresses;
}

void put_texts(Writer& to, const std::vector<std::string>& texts) {
  to.put_number(static_cast<uint32_t>(texts.size()));
  for (const auto& text : texts) to.put_text(text);
}

std::vector<std::string> get_texts(std::span<const std::byte> bytes) {
  Reader from(bytes);
  const Taker take(from, "list of texts");
  std::vector<std::string> texts;
  for (uint32_t left = take.number(); left > 0; --left) texts.push_back(take.text());
  take.end();
  return texts;
}

void SnapshotWriter::put(Writer& to, const Snapshot& snapshot) {
  now_.clear();
  put_whole(now_, snapshot);
  const auto now = now_.bytes();
  const auto front = std::mismatch(now.begin(), now.end(), before_.begin(), before_.end()).first;
  const size_t first = size_t(front - now.begin());
  const size_t most = std::min(now.size(), before_.size()) - first;
  size_t last = 0;
  while (last < most && now[now.size() - 1 - last] == before_[before_.size() - 1 - last]) ++last;
  to.put_number(static_cast<uint32_t>(first));
  to.put_number(static_cast<uint32_t>(last));
  to.put_bytes(now.data() + first, now.size() - first - last);
  before_.assign(now.begin(), now.end());
}

void SnapshotReader::get(Reader& from, Snapshot& snapshot) {
  const Taker take(from, "snapshot");
  const uint32_t first = take.number(static_cast<uint32_t>(before_.size()));
  const uint32_t last = take.number(static_cast<uint32_t>(before_.size() - first));
  std::vector<std::byte> now(before_.begin(), before_.begin() + first);
  now.insert(now.end(), from.rest().begin(), from.rest().end());
  now.insert(now.end(), before_.end() - last, before_.end());
  before_ = std::move(now);
  get_whole(before_, snapshot);
}

}  // namespace lockstep::vm
