// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/log_record.h"

#include <charconv>

namespace lockstep::live {

namespace {

constexpr std::string_view kCaller = "caller=";

// Cuts off and returns what stands before the separator, or everything.
std::string_view cut(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<LogRecord> parse_log_record(std::string_view raw) {
  if (raw.find(';') == std::string_view::npos) return std::nullopt;
  std::string_view head = cut(raw, ';');
  const auto priority = number(cut(head, ',')), sequence = number(cut(head, ','));
  if (!priority || !sequence) return std::nullopt;
  constexpr int kFacilityShift = 3;
  LogRecord record{.of_kernel = *priority >> kFacilityShift == 0, .sequence = *sequence};
  while (!head.empty())
    if (const std::string_view field = cut(head, ','); field.starts_with(kCaller))
      record.caller = field.substr(kCaller.size());
  record.text = cut(raw, '\n');  // what follows are properties of a device
  return record;
}

}  // namespace lockstep::live
