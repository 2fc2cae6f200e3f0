// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/sources.h"

#include <fmt/format.h>
#include <nettle/sha2.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace lockstep::kernels {

namespace {

constexpr size_t kKeyBytes = 8;

// What does not end up in a kernel of this flavour.
bool is_for_others(std::string_view name, Flavour flavour) {
  return name == (flavour == Flavour::fast ? "linux/config.sanitizers" : "linux/config.fast");
}

void add(sha256_ctx& hash, std::string_view text) {
  const auto length = fmt::format("{} ", text.size());
  sha256_update(&hash, length.size(), reinterpret_cast<const uint8_t*>(length.data()));
  sha256_update(&hash, text.size(), reinterpret_cast<const uint8_t*>(text.data()));
}

}  // namespace

std::string_view source_text(std::string_view name) {
  const auto files = source_files();
  const auto file = std::find_if(files.begin(), files.end(), [&](const auto& f) { return f.name == name; });
  assert(file != files.end());
  return file->text;
}

const char* name_of(Flavour flavour) { return flavour == Flavour::fast ? "fast" : "sanitizers"; }

std::string config_fragment(Flavour flavour) {
  return fmt::format("{}{}", source_text("linux/config"),
                     source_text(fmt::format("linux/config.{}", name_of(flavour))));
}

std::string source_key(std::span<const SourceFile> files, Flavour flavour) {
  sha256_ctx hash;
  sha256_init(&hash);
  add(hash, name_of(flavour));
  for (const auto& file : files) {
    if (is_for_others(file.name, flavour)) continue;
    add(hash, file.name);
    add(hash, file.text);
  }
  std::array<uint8_t, kKeyBytes> digest{};
  sha256_digest(&hash, digest.size(), digest.data());
  std::string key;
  for (const auto byte : digest) key += fmt::format("{:02x}", byte);
  return key;
}

}  // namespace lockstep::kernels
