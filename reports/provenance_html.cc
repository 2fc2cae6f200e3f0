// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/provenance_html.h"

#include "reports/plain_text.h"

namespace lockstep {

Markup fact_row(std::string_view name, const Markup& value) {
  return html("<div><dt>{}</dt><dd>{}</dd></div>\n", shortened(name, kNameLength), value);
}

Markup provenance_rows(const Run& run) {
  Markup out;
  for (const auto& [name, value] : named_of(run))
    out += fact_row(name, html("<code>{}</code>", shortened(value, kTextLength)));
  return out;
}

}  // namespace lockstep
