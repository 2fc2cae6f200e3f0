// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/counterexample_page.h"

#include <algorithm>
#include <set>

#include "model/trace_text.h"
#include "reports/command.h"
#include "reports/conclusion.h"
#include "reports/inline_svg.h"
#include "reports/page_frame.h"
#include "reports/plain_text.h"
#include "reports/promise_words.h"
#include "reports/provenance_html.h"

namespace lockstep {

namespace {

class PageWriter {
 public:
  PageWriter(const Counterexample& all, const Origin& origin)
      : all_(all), find_(all.find), steps_(all.find.trace.steps), origin_(origin) {}

  std::string write() const {
    Markup content = header();
    content += html("<main>\n{}{}{}{}{}</main>\n", walk(), came_out(), reproduce(), promised(), provenance());
    return page_frame(title(), "counterexample", content);
  }

 private:
  std::string title() const {
    if (all_.shown) return all_.account.subject;
    return fmt::format("{} at step {}", find_.divergence.property, find_.divergence.step);
  }

  Markup header() const {
    const auto& d = find_.divergence;
    Markup out = html("<header>\n");
    if (!origin_.report.empty())
      out += html("<nav aria-label=\"Back\"><a class=\"back\" href=\"{}\">← Report{}</a></nav>\n", origin_.report,
                  origin_.run == nullptr ? "" : " of " + shortened(origin_.run->started, kNameLength));
    out += html("<p class=\"kicker\">{}</p>\n<h1>{}</h1>\n", badges(), text_html(title()));
    out += html(
        "<dl class=\"claim\"><div><dt>Promised</dt><dd>{}.</dd></div><div><dt>Happened</dt><dd "
        "class=\"wrong\">{}.</dd></div>",
        text_html(property_words(d.property)), text_html(d.text));
    if (!d.also.empty()) out += html("<div><dt>Also broken</dt><dd>{}</dd></div>", text_html(list_of(d.also)));
    return out += html("</dl>\n{}{}</header>\n", not_shown(), flaky());
  }

  Markup badges() const {
    Markup out = html("Counterexample ");
    out += find_.expected ? html("<span class=\"badge good\">expected</span> ")
                          : html("<span class=\"badge bad\">divergence</span> ");
    if (origin_.sighting != nullptr && origin_.sighting->is_new) out += html("<span class=\"badge bad\">new</span> ");
    if (find_.flaky()) out += html("<span class=\"badge warn\">flaky</span> ");
    return out += name_html(find_.divergence.property);
  }

  Markup not_shown() const {
    if (all_.shown) return {};
    const bool alone = all_.account.target.empty() && origin_.result != nullptr && !origin_.result->target.empty();
    return html(
        "<p class=\"notice warn\"><strong>Not seen in these pictures.</strong> {} What is drawn below is {}.</p>\n",
        alone ? html("The target was not run again.") : html("The run that was drawn did not diverge like this."),
        alone ? "what the model says alone" : "that run");
  }

  Markup flaky() const {
    if (!find_.flaky()) return {};
    return html(
        "<p class=\"notice warn\"><strong>Flaky.</strong> The trace as it was found diverged in {} of {} runs; it was "
        "not shrunk.</p>\n",
        find_.repeated, find_.runs);
  }

  // A task's column holds what it did.
  std::set<int> tasks() const {
    std::set<int> tasks{1};
    for (const auto& step : steps_) tasks.insert(step.task);
    return tasks;
  }
  bool wrong(size_t number) const { return all_.shown && number == find_.divergence.step; }

  Markup step_cells(const Step& step, size_t number) const {
    Markup out;
    const auto line = step_line(step);
    const auto words = line.substr(line.find(' ') + 1);
    for (const int task : tasks())
      out += task != step.task             ? html("<td></td>")
             : number < all_.states.size() ? html("<td><a href=\"#step-{}\">{}</a></td>", number, words)
                                           : html("<td class=\"quiet\">{} (not run)</td>", words);
    return out;
  }

  Markup step_list() const {
    Markup heads, rows;
    for (const int task : tasks()) heads += html("<th scope=\"col\">P{}</th>", task);
    rows += html(
        "<tr data-step=\"0\"{}><th scope=\"row\">0</th><td colspan=\"{}\"><a href=\"#step-0\">start</a></td></tr>\n",
        wrong(0) ? html(" class=\"wrong\"") : Markup(), tasks().size());
    for (size_t i = 0; i < steps_.size(); ++i)
      rows += html("<tr data-step=\"{0}\"{1}><th scope=\"row\">{0}{2}</th>{3}</tr>\n", i + 1,
                   wrong(i + 1) ? html(" class=\"wrong\"") : Markup(),
                   wrong(i + 1) ? html("<span class=\"mark\" title=\"wrong\"> ✗</span>") : Markup(),
                   step_cells(steps_[i], i + 1));
    return table_html("Who does what",
                      html("<thead><tr><th scope=\"col\">Step</th>{}</tr></thead>\n<tbody>\n{}</tbody>", heads, rows));
  }

  Markup picture(size_t number) const {
    const auto& state = all_.states[number];
    const auto label = fmt::format("The ownership graph after step {}; the same in text stands below it", number);
    if (!state.svg.empty())
      return html(
          "<div class=\"scroll picture\" role=\"region\" tabindex=\"0\" aria-label=\"Ownership graph, step "
          "{}\">{}</div>\n",
          number, inline_svg(state.svg, label));
    if (!state.file.empty())
      return html(
          "<p class=\"notice\">This trace is long: <a href=\"{}\">the picture of this step</a> is a file of its "
          "own.</p>\n",
          state.file);
    return {};
  }

  Markup step(size_t number) const {
    const auto words = number == 0 ? std::string("the start") : step_line(steps_[number - 1]);
    Markup out = html(
        "<section class=\"step\" id=\"step-{0}\" aria-labelledby=\"h-{0}\">\n<h3 id=\"h-{0}\"><span class=\"quiet\">{1}"
        "</span> <code>{2}</code></h3>\n",
        number, number == 0 ? "Step 0" : fmt::format("Step {} of {}", number, steps_.size()), words);
    if (wrong(number))
      out += html("<p class=\"notice bad\"><strong>{}.</strong> {}.</p>\n", find_.divergence.property,
                  text_html(find_.divergence.text));
    out += picture(number);
    if (number > 0 && number <= all_.account.steps.size()) {
      out += html("<ul class=\"told\">");
      for (const auto& sentence : all_.account.steps[number - 1].sentences)
        out += html("<li>{}</li>", text_html(sentence));
      out += html("</ul>\n");
    }
    const bool open = all_.states[number].svg.empty() && all_.states[number].file.empty();
    return out += html(
               "<details{}><summary>The state in text</summary><pre class=\"scroll\" "
               "tabindex=\"0\">{}</pre></details>\n"
               "</section>\n",
               open ? html(" open") : Markup(), block_html(all_.states[number].table));
  }

  Markup walk() const {
    Markup steps;
    for (size_t i = 0; i < all_.states.size(); ++i) steps += step(i);
    return html(
        "<section aria-labelledby=\"steps\">\n<h2 id=\"steps\">Step by step</h2>\n{}<div class=\"walk\" "
        "data-first=\"{}\">\n"
        "<div class=\"list\">\n{}</div>\n<div class=\"stage\">\n<div class=\"stepper\" role=\"group\" "
        "aria-label=\"Steps\" "
        "hidden><button type=\"button\" data-go=\"back\" aria-keyshortcuts=\"ArrowLeft\">← Back</button><span "
        "role=\"status\"></span><button type=\"button\" data-go=\"on\" aria-keyshortcuts=\"ArrowRight\">Forward "
        "→</button>"
        "</div>\n{}</div>\n</div>\n{}</section>\n",
        no_pictures(), all_.shown ? std::min<size_t>(find_.divergence.step, all_.states.size() - 1) : size_t{0},
        step_list(), steps, legend());
  }

  Markup no_pictures() const {
    if (all_.no_pictures.empty()) return {};
    return html("<p class=\"notice warn\"><strong>NO PICTURES:</strong> {}. Each state is shown as text instead.</p>\n",
                text_html(all_.no_pictures));
  }

  Markup legend() const {
    if (!all_.no_pictures.empty()) return {};
    return html(
        "<details class=\"legend\"><summary>How to read the picture</summary><ul>\n"
        "<li>References lead from left to right. A solid arrow is a reference and explains one count; a dashed one is "
        "an "
        "owner, an address that explains nothing.</li>\n"
        "<li><span class=\"news\">Thick and blue</span> is new since the step before; a counter that changed says what "
        "it "
        "was.</li>\n"
        "<li><code>usage 2</code> stands alone where all agree. Otherwise <code>usage 2 / kernel 3 / explained "
        "2</code> is "
        "what the model predicts, what the target or kernel holds, and what the references explain. What is <span "
        "class=\"wrong\">wrong "
        "is red and bold</span>.</li>\n"
        "<li><code>leaked</code>: no reference from any task leads there. Hatched and grey: freed, and a pointer still "
        "leads "
        "to it.</li>\n</ul></details>\n");
  }

  Markup came_out() const {
    Markup sentences;
    for (const auto& sentence : all_.account.finding) sentences += html("<p>{}</p>\n", text_html(sentence));
    if (!all_.account.expected.empty())
      sentences += html("<h3>What {} is known to break, and breaks here</h3>\n", all_.account.model);
    for (const auto& sentence : all_.account.expected) sentences += html("<p>{}</p>\n", text_html(sentence));
    return html(
        "<section aria-labelledby=\"out\">\n<h2 id=\"out\">What came out</h2>\n<div "
        "class=\"prose\">\n{}</div></section>\n",
        sentences);
  }

  Markup reproduce() const {
    const auto& target = origin_.result != nullptr ? origin_.result->target : all_.account.target;
    return html(
        "<section aria-labelledby=\"again\">\n<h2 id=\"again\">See it again</h2>\n<p>In this folder:</p>\n"
        "<div class=\"copy\"><pre class=\"scroll\" tabindex=\"0\" data-copy>{}</pre></div>\n"
        "<p>The trace, <a href=\"counterexample.trace\">counterexample.trace</a>; in words, <a "
        "href=\"explain.txt\">explain.txt</a>; "
        "for a mailing list, <a href=\"explain-mail.txt\">explain-mail.txt</a>.</p>\n"
        "<details><summary>The trace</summary><pre class=\"scroll\" tabindex=\"0\">{}</pre></details>\n</section>\n",
        block_html(replay_command(all_.account.file, all_.account.model, target)),
        block_html(write_trace(find_.trace)));
  }

  Markup promised() const {
    Markup sentences;
    for (const auto& sentence : all_.account.promise) sentences += html("<p>{}</p>\n", text_html(sentence));
    return html(
        "<section aria-labelledby=\"promise\">\n<h2 id=\"promise\">What {} promises</h2>\n<div "
        "class=\"prose\">\n{}</div></section>\n",
        name_html(all_.account.model), sentences);
  }

  Markup provenance() const {
    Markup rows;
    rows += fact_row("Identity", name_html(finding_identity(find_)));
    rows += fact_row("Found as", name_html(find_.name));
    rows += fact_row("Model and target",
                     name_html(all_.account.model + (all_.account.target.empty() ? "" : " → " + all_.account.target)));
    rows += fact_row("Cause", name_html(find_.divergence.cause));
    rows += fact_row("Seen", html("{} in this run; {} of {} repetitions diverged", count_of(find_.times, "time"),
                                  find_.repeated, find_.runs));
    if (origin_.sighting != nullptr)
      rows += fact_row("First seen", html("{}; in {} so far", shortened(origin_.sighting->first_seen, kNameLength),
                                          count_of(origin_.sighting->runs, "run")));
    if (origin_.result != nullptr) {
      rows += fact_row("Job", name_html(origin_.result->job));
      for (const auto& note : origin_.result->notes) rows += fact_row("Note", text_html(note));
    }
    if (origin_.run != nullptr) rows += provenance_rows(*origin_.run);
    return html(
        "<section aria-labelledby=\"provenance\">\n<h2 id=\"provenance\">Provenance</h2>\n<dl "
        "class=\"facts\">\n{}</dl></section>\n",
        rows);
  }

  const Counterexample& all_;
  const Find& find_;
  const std::vector<Step>& steps_;
  const Origin& origin_;
};

}  // namespace

std::string counterexample_page(const Counterexample& counterexample, const Origin& origin) {
  return PageWriter(counterexample, origin).write();
}

}  // namespace lockstep
