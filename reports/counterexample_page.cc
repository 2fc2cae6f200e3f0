// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/counterexample_page.h"

#include "model/trace_text.h"
#include "reports/command.h"
#include "reports/counterexample_walk.h"
#include "reports/page_frame.h"
#include "reports/plain_text.h"
#include "reports/promise_words.h"
#include "reports/provenance_html.h"

namespace lockstep {

namespace {

class PageWriter {
 public:
  PageWriter(const Counterexample& all, const Origin& origin) : all_(all), find_(all.find), origin_(origin) {}

  std::string write() const {
    Markup content = header();
    content += html("<main>\n{}{}{}{}{}</main>\n", walk_html(all_), came_out(), reproduce(), promised(), provenance());
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
      out += html(R"(<nav aria-label="Back"><a class="back" href="{}">← Report{}</a></nav>
)",
                  origin_.report, origin_.run == nullptr ? "" : " of " + shortened(origin_.run->started, kNameLength));
    out += html(R"(<p class="kicker">{}</p>
<h1>{}</h1>
)",
                badges(), text_html(title()));
    out += html(
        R"(<dl class="claim"><div><dt>Promised</dt><dd>{}.</dd></div><div><dt>Happened</dt>
<dd class="wrong">{}.</dd></div>)",
        text_html(property_words(d.property)), text_html(d.text));
    if (!d.also.empty()) out += html("<div><dt>Also broken</dt><dd>{}</dd></div>", text_html(list_of(d.also)));
    return out += html("</dl>\n{}{}</header>\n", not_shown(), flaky());
  }

  Markup badges() const {
    Markup out = html("Counterexample ");
    out += find_.expected ? html(R"(<span class="badge good">expected</span> )")
                          : html(R"(<span class="badge bad">divergence</span> )");
    if (find_.flaky()) out += html(R"(<span class="badge warn">flaky</span> )");
    return out += name_html(find_.divergence.property);
  }

  Markup not_shown() const {
    if (all_.shown) return {};
    const bool alone = all_.account.target.empty() && origin_.result != nullptr && !origin_.result->target.empty();
    return html(
        R"(<p class="notice warn"><strong>Not seen in these pictures.</strong> {} What is drawn below is {}.</p>
)",
        alone ? html("The target was not run again.") : html("The run that was drawn did not diverge like this."),
        alone ? "what the model says alone" : "that run");
  }

  Markup flaky() const {
    if (!find_.flaky()) return {};
    return html(
        R"(<p class="notice warn"><strong>Flaky.</strong> The trace as it was found diverged in {} of {} runs; it was
not shrunk.</p>
)",
        find_.repeated, find_.runs);
  }

  Markup came_out() const {
    Markup sentences;
    for (const auto& sentence : all_.account.finding) sentences += html("<p>{}</p>\n", text_html(sentence));
    if (!all_.account.expected.empty())
      sentences += html(R"(<h3>What {} is known to break, and breaks here</h3>
)",
                        all_.account.model);
    for (const auto& sentence : all_.account.expected) sentences += html("<p>{}</p>\n", text_html(sentence));
    return html(
        R"(<section aria-labelledby="out">
<h2 id="out">What came out</h2>
<div class="prose">
{}</div></section>
)",
        sentences);
  }

  Markup reproduce() const {
    const auto& target = origin_.result != nullptr ? origin_.result->target : all_.account.target;
    return html(
        R"(<section aria-labelledby="again">
<h2 id="again">See it again</h2>
<p>In this folder:</p>
<div class="copy"><pre class="scroll" tabindex="0" data-copy>{}</pre></div>
<p>The trace, <a href="counterexample.trace">counterexample.trace</a>; in words, <a
href="explain.txt">explain.txt</a>; for a mailing list, <a href="explain-mail.txt">explain-mail.txt</a>.</p>
<details><summary>The trace</summary><pre class="scroll" tabindex="0">{}</pre></details>
</section>
)",
        block_html(replay_command(all_.account.file, all_.account.model, target)),
        block_html(write_trace(find_.trace)));
  }

  Markup promised() const {
    Markup sentences;
    for (const auto& sentence : all_.account.promise) sentences += html("<p>{}</p>\n", text_html(sentence));
    return html(
        R"(<section aria-labelledby="promise">
<h2 id="promise">What {} promises</h2>
<div class="prose">
{}</div></section>
)",
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
    if (origin_.result != nullptr) {
      rows += fact_row("Job", name_html(origin_.result->job));
      for (const auto& note : origin_.result->notes) rows += fact_row("Note", text_html(note));
    }
    if (origin_.run != nullptr) rows += provenance_rows(*origin_.run);
    return html(
        R"(<section aria-labelledby="provenance">
<h2 id="provenance">Provenance</h2>
<dl class="facts">
{}</dl></section>
)",
        rows);
  }

  const Counterexample& all_;
  const Find& find_;
  const Origin& origin_;
};

}  // namespace

std::string counterexample_page(const Counterexample& counterexample, const Origin& origin) {
  return PageWriter(counterexample, origin).write();
}

}  // namespace lockstep
