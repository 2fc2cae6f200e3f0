// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/vm/wire.h"

#include <gtest/gtest.h>

#include "model/trace_text.h"

namespace lockstep::vm {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

Snapshot example() {
  Snapshot s;
  s.filters = true;
  s.complete = false;
  s.tasks = {{.number = 1, .life = Life::alive, .mode = 2, .filter_count = 2, .nnp = true, .view = {{{2, 1}, {}}}},
             {.number = 250, .life = Life::zombie}};
  s.objects = {{.kind = Kind::filter, .number = 9999, .counter = {2, 1}, .size = 8192, .birth = 3},
               {.kind = Kind::node, .freed = true, .counter = {-1073741824, 0}}};
  s.pointers = {{.link = Link::task_filter, .from = 0, .to = 0}, {.link = Link::slot, .event = 1, .from = 1, .to = 0}};
  s.faults = {"touched a freed node"};
  return s;
}

void expect_same(const Snapshot& a, const Snapshot& b) {
  ASSERT_EQ(a.tasks.size(), b.tasks.size());
  ASSERT_EQ(a.objects.size(), b.objects.size());
  EXPECT_EQ(a.pointers, b.pointers);
  EXPECT_EQ(a.faults, b.faults);
  EXPECT_EQ(std::tuple(a.owner_is_task, a.filters, a.complete, a.ordered),
            std::tuple(b.owner_is_task, b.filters, b.complete, b.ordered));
  for (size_t i = 0; i < a.tasks.size(); ++i) {
    const auto key = [](const TaskFacts& t) {
      return std::tuple(t.number, t.life, t.mode, t.filter_count, t.nnp, t.view);
    };
    EXPECT_EQ(key(a.tasks[i]), key(b.tasks[i])) << i;
  }
  for (size_t i = 0; i < a.objects.size(); ++i) {
    const auto key = [](const ObjectFacts& o) {
      return std::tuple(o.kind, o.number, o.freed, o.counter, o.size, o.birth);
    };
    EXPECT_EQ(key(a.objects[i]), key(b.objects[i])) << i;
  }
}

TEST(VmWireTest, SnapshotsComeBackAsTheyWere) {
  SnapshotWriter writer;
  SnapshotReader reader;
  std::vector<Snapshot> all(4, example());
  all[1] = Snapshot{};
  all[2].tasks.pop_back();
  all[3].objects[1].counter = {INT32_MAX, 0};
  for (const Snapshot& sent : all) {
    Writer to;
    writer.put(to, sent);
    Reader from(to.bytes());
    Snapshot got;
    reader.get(from, got);
    expect_same(sent, got);
  }
}

TEST(VmWireTest, WhatStaysIsNotSentAgain) {
  SnapshotWriter writer;
  Writer first, second;
  writer.put(first, example());
  writer.put(second, example());
  EXPECT_GT(first.bytes().size(), 40u);
  EXPECT_EQ(second.bytes().size(), 2u);
}

TEST(VmWireTest, EveryCutOrChangedSnapshotIsRefusedOrReadWithoutHarm) {
  Writer to;
  SnapshotWriter().put(to, example());
  const std::vector<std::byte> whole(to.bytes().begin(), to.bytes().end());
  const auto refused = [](std::span<const std::byte> bytes) {
    Reader from(bytes);
    Snapshot got;
    try {
      SnapshotReader().get(from, got);
    } catch (const WireError&) {
      return true;
    }
    for (const auto& p : got.pointers)
      if (p.to >= (p.link == Link::owner && got.owner_is_task ? got.tasks.size() : got.objects.size())) ADD_FAILURE();
    return false;
  };
  EXPECT_FALSE(refused(whole));
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_TRUE(refused(std::span(whole).first(size))) << size;
  for (size_t i = 0; i < whole.size(); ++i)
    for (int value = 0; value < 256; ++value) {
      auto changed = whole;
      changed[i] = std::byte(value);
      refused(changed);
    }
}

TEST(VmWireTest, TracesComeBackAsTheyWere) {
  const Trace sent = parse_trace(
      "lockstep 1\nmodel seccomp\nstart nnp=0\nP1 attach len=20 -> F1\nP1 attach arg=bad = EFAULT\nP1 fork -> P2\n"
      "P2 thread -> P3\nP2 exec\nP2 exit\nP1 reap P2\n",
      "test");
  Writer to;
  put_trace(to, sent);
  const Trace got = get_trace(to.bytes());
  EXPECT_EQ(got.start, sent.start);
  EXPECT_EQ(got.steps, sent.steps);
  EXPECT_THROW(get_trace(to.bytes().first(to.bytes().size() - 1)), WireError);
  Writer more;
  put_trace(more, sent);
  more.put_number(1);
  EXPECT_THROW(get_trace(more.bytes()), WireError);
}

TEST(VmWireTest, AnOperationThatNobodyKnowsIsRefused) {
  Trace trace{.steps = {{.op = Op(99), .task = 1}}};
  Writer to;
  put_trace(to, trace);
  EXPECT_THROW(get_trace(to.bytes()), WireError);
}

TEST(VmWireTest, LeaksComeBackAsTheyWere) {
  const std::vector<Leak> sent{{.trace = 7, .kind = Kind::rule, .text = "here"}, {.kind = Kind::events}};
  Writer to, none;
  put_leaks(to, sent);
  put_leaks(none, std::nullopt);
  const auto got = get_leaks(to.bytes());
  ASSERT_TRUE(got);
  ASSERT_EQ(got->size(), 2u);
  EXPECT_EQ((*got)[0].trace, 7u);
  EXPECT_EQ((*got)[0].kind, Kind::rule);
  EXPECT_EQ((*got)[0].text, "here");
  EXPECT_EQ((*got)[1].kind, Kind::events);
  EXPECT_FALSE(get_leaks(none.bytes()));
  EXPECT_THROW(get_leaks(to.bytes().first(to.bytes().size() - 1)), WireError);
}

TEST(VmWireTest, GreetingsAreOfOneVersion) {
  const Hello sent{{.layout = "seccomp", .facts = {true, false, true}, .any_fault = true, .unobserved = "views: no"},
                   "6.12"};
  Writer to;
  put_hello(to, sent);
  const Hello got = get_hello(to.bytes());
  EXPECT_EQ(got.capabilities.facts, sent.capabilities.facts);
  EXPECT_EQ(got.capabilities.layout, "seccomp");
  EXPECT_TRUE(got.capabilities.any_fault);
  EXPECT_EQ(got.capabilities.unobserved, "views: no");
  EXPECT_EQ(got.release, "6.12");
  std::vector<std::byte> newer(to.bytes().begin(), to.bytes().end());
  newer[0] = std::byte(kWireVersion + 1);
  EXPECT_THROW(get_hello(newer), WireError);
}

TEST(VmWireTest, AStreamIsCutIntoMessages) {
  Deframer stream;
  const auto first = frame(What::fault, bytes_of("one")), second = frame(What::ended, {});
  std::vector<std::byte> both(first);
  both.insert(both.end(), second.begin(), second.end());
  for (size_t i = 0; i + 1 < first.size(); ++i) {
    stream.add(std::span(both).subspan(i, 1));
    EXPECT_FALSE(stream.next()) << i;
  }
  EXPECT_TRUE(stream.in_message());
  stream.add(std::span(both).subspan(first.size() - 1));
  auto message = stream.next();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->what, What::fault);
  EXPECT_EQ(get_sentence(message->bytes), "one");
  message = stream.next();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->what, What::ended);
  EXPECT_FALSE(stream.next());
  EXPECT_FALSE(stream.in_message());
}

TEST(VmWireTest, WhatIsNoMessageIsAnError) {
  const auto fails = [](std::vector<std::byte> bytes) {
    Deframer stream;
    stream.add(bytes);
    EXPECT_THROW(stream.next(), WireError);
  };
  const auto good = frame(What::fault, bytes_of("words"));
  fails({std::byte('h'), std::byte('i')});
  auto changed = good;
  changed.back() ^= std::byte(1);
  fails(changed);
  auto huge = good;
  huge[7] = std::byte(0x7f);  // of the size, its highest byte
  fails(huge);
}

TEST(VmWireTest, NumbersTakeOnlyTheRoomTheyNeed) {
  for (const uint32_t value : {0u, 1u, 127u, 128u, 16383u, 16384u, 0xffffffffu}) {
    Writer to;
    to.put_number(value);
    EXPECT_EQ(to.bytes().size(), value < 128 ? 1u : value < 16384 ? 2u : value < 2097152 ? 3u : 5u);
    Reader from(to.bytes());
    uint32_t got = 1;
    EXPECT_TRUE(from.get_number(got));
    EXPECT_EQ(got, value);
    EXPECT_TRUE(from.at_end());
  }
  uint32_t got = 0;
  const std::vector<std::byte> too_large{std::byte(0xff), std::byte(0xff), std::byte(0xff), std::byte(0xff),
                                         std::byte(0x7f)};
  EXPECT_FALSE(Reader(too_large).get_number(got));
}

}  // namespace
}  // namespace lockstep::vm
