// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/page_frame.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>

#include "reports/graph_style.h"
#include "reports/page_assets.h"
#include "reports/plain_text.h"

namespace lockstep {

namespace {

std::string policy_hash(std::string_view text) {
  sha256_ctx hash;
  sha256_init(&hash);
  sha256_update(&hash, text.size(), reinterpret_cast<const uint8_t*>(text.data()));
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(&hash, sizeof digest, digest);
  std::string out(BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE), '\0');
  base64_encode_raw(out.data(), sizeof digest, digest);
  return "'sha256-" + out + "'";
}

// The pictures' colours are attributes, which any rule of a style sheet overrides.
std::string dark_pictures() {
  std::string rules;
  for (const auto& [light, dark] : kDarkShades)
    rules += fmt::format(".graph [fill=\"{0}\"]{{fill:{1}}}\n.graph [stroke=\"{0}\"]{{stroke:{1}}}\n", light, dark);
  return fmt::format("@media screen and (prefers-color-scheme: dark) {{\n{}}}\n", rules);
}

}  // namespace

std::string page_frame(std::string_view title, std::string_view kind, const Markup& content) {
  static const std::string style = std::string(kPageStyle) + dark_pictures();
  static const std::string policy =
      fmt::format("default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
                  policy_hash(kPageScript), policy_hash(style));
  return html(
             R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{}</title>
<style>{}</style>
<script>{}</script>
</head>
<body class="{}">
{}</body>
</html>
)",
             policy, shortened(title, kNameLength), Markup::trusted(style), Markup::trusted(std::string(kPageScript)),
             kind, content)
      .html();
}

}  // namespace lockstep
