// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/html.h"

#include "reports/plain_text.h"

namespace lockstep {

Markup name_html(std::string_view name) {
  constexpr size_t kWhole = 40;  // characters of a name that a table does not break
  return html("<code{}>{}</code>", name.size() > kWhole ? html(R"( class="long")") : Markup(),
              shortened(name, kNameLength));
}
Markup text_html(std::string_view text, size_t limit) { return html("{}", shortened(text, limit)); }
Markup block_html(std::string_view lines) { return Markup::trusted(markup_text(shortened(lines, kBlockLength))); }

Markup count_html(uint64_t count) {
  auto digits = fmt::format("{}", count);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, "\u202f");
  return html("{}", digits);
}

Markup table_html(std::string_view caption, const Markup& rows, bool hide_caption) {
  return html(
      R"(<div class="scroll" role="region" tabindex="0" aria-label="{}"><table>
<caption{}>{}</caption>{}</table></div>
)",
      caption, hide_caption ? html(" class=\"quiet\"") : Markup(), caption, rows);
}

}  // namespace lockstep
