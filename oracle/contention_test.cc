// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/contention.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(Contention, IsWhereOneWritesWhatAnotherTouches) {
  Contention contention(8, false);
  contention.note(0, 1, 0, true);  // one task alone
  contention.note(0, 1, 0, false);
  contention.note(1, 1, 0, false);  // readers alone
  contention.note(1, 1, 1, false);
  EXPECT_FALSE(contention.learn());
  contention.note(2, 1, 0, true);  // a writer and a reader
  contention.note(2, 1, 1, false);
  contention.note(3, 1, 0, true);  // two writers
  contention.note(3, 1, 2, true);
  contention.note(4, 4, 0, true);  // all of an object that one frees
  contention.note(6, 1, 1, false);
  EXPECT_TRUE(contention.learn());
  for (size_t place = 0; place < 8; ++place)
    EXPECT_EQ(contention.contended(place), place == 2 || place == 3 || place == 6) << place;
  EXPECT_FALSE(contention.learn());  // nothing new
}

}  // namespace
}  // namespace lockstep
