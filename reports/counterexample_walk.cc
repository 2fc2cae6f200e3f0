// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/counterexample_walk.h"

#include <algorithm>
#include <set>

#include "reports/inline_svg.h"
#include "reports/plain_text.h"
#include "reports/promise_words.h"

namespace lockstep {

namespace {

class Walk {
 public:
  explicit Walk(const Counterexample& all) : all_(all), find_(all.find), steps_(all.find.trace.steps) {
    for (const auto& step : steps_) tasks_.insert(step.task);
  }

  Markup write() const {
    if (all_.states.empty())
      return html(
          "<section><p class=\"notice warn\"><strong>NO STEPS:</strong> the target failed before the first one.</p>"
          "</section>\n");
    Markup steps;
    for (size_t i = 0; i < all_.states.size(); ++i) steps += step(i);
    return html(
        R"(<section aria-labelledby="steps">
<h2 id="steps">Step by step</h2>
{}<div class="walk" data-first="{}">
<div class="list">
{}{}</div>
<div class="stage">
<div class="stepper" role="group" aria-label="Steps" hidden>
<button type="button" data-go="back" aria-keyshortcuts="ArrowLeft">← Back</button><span
role="status"></span>
<button type="button" data-go="on" aria-keyshortcuts="ArrowRight">Forward →</button></div>
{}</div>
</div>
</section>
)",
        no_pictures(), all_.shown ? std::min<size_t>(find_.divergence.step, all_.states.size() - 1) : size_t{0},
        step_list(), legend(), steps);
  }

 private:
  bool wrong(size_t number) const { return all_.shown && number == find_.divergence.step; }

  Markup step_cells(const Step& step, size_t number) const {
    Markup out;
    const auto line = step_line(step);
    const auto words = line.substr(line.find(' ') + 1);
    for (const int task : tasks_)
      out += task != step.task             ? html("<td></td>")
             : number < all_.states.size() ? html("<td><a href=\"#step-{}\">{}</a></td>", number, words)
                                           : html("<td class=\"quiet\">{} (not run)</td>", words);
    return out;
  }

  Markup step_list() const {
    Markup heads, rows;
    for (const int task : tasks_) heads += html("<th scope=\"col\">P{}</th>", task);
    rows += html(
        R"(<tr data-step="0"{}><th scope="row">0</th><td colspan="{}"><a href="#step-0">start</a></td></tr>
)",
        wrong(0) ? html(" class=\"wrong\"") : Markup(), tasks_.size());
    for (size_t i = 0; i < steps_.size(); ++i)
      rows += html(R"(<tr data-step="{0}"{1}><th scope="row">{0}{2}</th>{3}</tr>
)",
                   i + 1, wrong(i + 1) ? html(" class=\"wrong\"") : Markup(),
                   wrong(i + 1) ? html(R"(<span class="mark" title="wrong"> ✗</span>)") : Markup(),
                   step_cells(steps_[i], i + 1));
    return table_html("Who does what", html(R"(<thead><tr><th scope="col">Step</th>{}</tr></thead>
<tbody>
{}</tbody>)",
                                            heads, rows));
  }

  Markup picture(size_t number) const {
    const auto& state = all_.states[number];
    const auto label = fmt::format("The ownership graph after step {}; the same in text stands below it", number);
    if (!state.svg.empty())
      return html(
          R"(<div class="scroll picture" role="region" tabindex="0" aria-label="Ownership graph, step {}">{}</div>
)",
          number, inline_svg(state.svg, label));
    if (!state.file.empty())
      return html(
          R"(<p class="notice">This trace is long: <a href="{}">the picture of this step</a> is a file of its own.</p>
)",
          state.file);
    return {};
  }

  Markup step(size_t number) const {
    const auto words = number == 0 ? std::string("the start") : step_line(steps_[number - 1]);
    Markup out = html(
        R"(<section class="step" id="step-{0}" aria-labelledby="h-{0}">
<h3 id="h-{0}"><span class="quiet">{1}</span> <code>{2}</code></h3>
)",
        number, number == 0 ? "Step 0" : fmt::format("Step {} of {}", number, steps_.size()), words);
    if (wrong(number))
      out += html(R"(<p class="notice bad"><strong>{}.</strong> {}.</p>
)",
                  text_html(find_.divergence.property), text_html(find_.divergence.text));
    out += picture(number);
    if (number > 0 && number <= all_.account.steps.size()) {
      out += html("<ul class=\"told\">");
      for (const auto& sentence : all_.account.steps[number - 1].sentences)
        out += html("<li>{}</li>", text_html(sentence));
      out += html("</ul>\n");
    }
    const bool open = all_.states[number].svg.empty() && all_.states[number].file.empty();
    return out += html(
               R"(<details{}><summary>The state in text</summary><pre class="scroll" tabindex="0">{}</pre></details>
</section>
)",
               open ? html(" open") : Markup(), block_html(all_.states[number].table));
  }

  Markup no_pictures() const {
    if (all_.no_pictures.empty()) return {};
    return html(R"(<p class="notice warn"><strong>NO PICTURES:</strong> {}. Each state is shown as text instead.</p>
)",
                text_html(all_.no_pictures));
  }

  Markup legend() const {
    if (!all_.no_pictures.empty()) return {};
    return html(
        R"(<details class="legend"><summary>How to read the picture</summary><ul>
<li>References lead from left to right. A solid arrow is a reference and explains one count; a dashed one is
an owner, an address that explains nothing.</li>
<li><span class="news">Thick and blue</span> is new since the step before; a counter that changed says what
it was.</li>
<li><code>usage 2</code> stands alone where all agree. Otherwise <code>usage 2 / kernel 3 /
explained 2</code> is what the model predicts, what the target or kernel holds, and what the references
explain. What is <span class="wrong">wrong is red and bold</span>.</li>
<li><code>leaked</code>: no reference from any task leads there. Hatched and grey: freed, and a pointer
still leads to it.</li>
</ul></details>
)");
  }

  const Counterexample& all_;
  const Find& find_;
  const std::vector<Step>& steps_;
  std::set<int> tasks_{1};  // a column holds what a task did
};

}  // namespace

Markup walk_html(const Counterexample& counterexample) { return Walk(counterexample).write(); }

}  // namespace lockstep
