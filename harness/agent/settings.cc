// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/agent/settings.h"

#include <cstdlib>

namespace lockstep::agent {

namespace {

constexpr int kLongHangMs = 600'000;

void set_test(Settings& settings, const std::string& value) {
  const size_t colon = value.find(':');
  settings.misbehave = value.substr(0, colon);
  settings.misbehave_step = colon == std::string::npos ? 1 : std::atoi(value.c_str() + colon + 1);
  if (settings.misbehave != "hang") return;
  settings.live.hang_at = settings.misbehave_step;
  settings.live.hang_ms = kLongHangMs;
}

}  // namespace

Settings parse_settings(int count, char** words) {
  Settings settings;
  for (int i = 0; i < count; ++i) {
    const std::string word = words[i];
    const size_t equals = word.find('=');
    const std::string key = word.substr(0, equals), value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (key == "drain")
      settings.live.drain = value != "0";
    else if (key == "crowd")
      settings.crowd = value != "0";
    else if (key == "together")
      settings.together = value != "0";
    else if (key == "timeout")
      settings.live.step_timeout_ms = std::atoi(value.c_str());
    else if (key == "test")
      set_test(settings, value);
    else
      throw Unavailable("live: the agent does not know the word " + word);
  }
  return settings;
}

}  // namespace lockstep::agent
