// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/format.h"

#include "reports/writers.h"

namespace lockstep {

namespace {
constexpr const char* kFormats[] = {"text", "json", "junit", "ktap"};
}

const char* name_of(Format format) { return kFormats[static_cast<size_t>(format)]; }

std::optional<Format> find_format(std::string_view name) {
  for (size_t i = 0; i < std::size(kFormats); ++i)
    if (name == kFormats[i]) return static_cast<Format>(i);
  return std::nullopt;
}

std::string render(std::span<const Result> results, Format format, const RenderOptions& options) {
  switch (format) {
    case Format::json:
      return write_json(results, options);
    case Format::junit:
      return write_junit(results, options);
    case Format::ktap:
      return write_ktap(results);
    case Format::text:
      break;
  }
  return write_text(results, options);
}

}  // namespace lockstep
