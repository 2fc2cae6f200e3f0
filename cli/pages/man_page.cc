// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/pages/man_page.h"

#include <fmt/format.h>

#include "reports/plain_text.h"

namespace lockstep::cli {

namespace {

constexpr size_t kWidth = 78;

// A text line as it is, whatever it holds: no escape, no request.
std::string escaped(const std::string& line) {
  std::string out = line.starts_with('.') || line.starts_with('\'') ? "\\&" : "";
  for (const char c : ascii(line)) out += c == '\\' ? "\\e" : std::string(1, c);
  return out;
}

// Each sentence begins a line.
std::string prose(const std::string& text) {
  std::string out;
  size_t begin = 0;
  while (begin < text.size()) {
    const auto stop = text.find(". ", begin);
    const auto end = stop == std::string::npos ? text.size() : stop + 1;
    for (const auto& line : lines_of(wrap(text.substr(begin, end - begin), kWidth))) out += escaped(line) + "\n";
    begin = end + 1;
  }
  return out;
}

// A description as a sentence.
std::string sentence(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return prose(text + (text.ends_with('.') ? "" : "."));
}

// Words on a macro line: none of them one of mdoc's own names or delimiters, which are short.
std::string words(const std::string& text) {
  std::string out;
  for (const auto& word : CLI::detail::split(ascii(text), ' ')) {
    out += fmt::format("{}{}", out.empty() ? "" : " ", word.size() <= 3 ? "\\&" : "");
    for (const char c : word) out += c == '\\' ? "\\e" : c == '"' ? "\\(dq" : std::string(1, c);
  }
  return out;
}

std::string flag(const std::string& name) {
  return name.starts_with("--") ? "Fl Fl " + name.substr(2) : "Fl " + name.substr(1);
}

std::string value(const PageArgument& argument) { return argument.value.empty() ? "" : " Ar " + words(argument.value); }

std::string synopsis(const Command& command) {
  std::string out = ".Nm lockstep\n";
  for (size_t i = 1; i < command.path.size(); ++i) out += ".Cm " + command.path[i] + "\n";
  for (const auto& option : command.options) {
    if (option.names.back() == "--help") continue;
    out += fmt::format(".{}{}{}\n", option.required ? "" : "Op ", flag(option.names[0]), value(option));
  }
  for (const auto& argument : command.positionals)
    out += fmt::format(".{}Ar {}{}\n", argument.required ? "" : "Op ", argument.value, argument.repeated ? " ..." : "");
  if (!command.subcommands.empty()) out += ".Ar subcommand\n";
  return out;
}

bool all_in(const std::vector<std::string>& words, const std::string& text) {
  return std::all_of(words.begin(), words.end(),
                     [&](const auto& word) { return text.find(word) != std::string::npos; });
}

std::string item(const PageArgument& argument) {
  const bool told = all_in(argument.words, argument.text);
  std::string out = ".It ";
  for (const auto& name : argument.names) out += (&name == &argument.names[0] ? "" : " , ") + flag(name);
  out += value(argument) + "\n";
  out += told && !argument.words.empty() ? prose(argument.text + ".") : sentence(argument.text);
  if (argument.value == "MODEL" || argument.value == "TARGET")
    out += fmt::format(".Ql lockstep {}\nlists them.\n", argument.value == "MODEL" ? "models" : "targets");
  else if (!told)
    out += prose(fmt::format("One of {}{}.", list_of(argument.words),
                             argument.value == "FACTS" ? "; or some of them, with commas" : ""));
  if (!argument.initial.empty()) out += "Default:\n.Ql " + words(argument.initial) + "\n";
  return out;
}

std::string list(const std::string& items) { return ".Bl -tag -width Ds\n" + items + ".El\n"; }

std::string options(const Command& command) {
  std::string items;
  for (const auto& argument : command.positionals)
    items += ".It Ar " + words(argument.value) + "\n" + sentence(argument.text);
  for (const auto& option : command.options) items += item(option);
  return list(items);
}

// What a footer has to say besides its example, and the example.
std::string footer(const Command& command) {
  std::string out;
  for (const auto& line : lines_of(command.footer)) {
    constexpr std::string_view kExample = "Example: ";
    if (line.starts_with(kExample))
      out += ".Bd -literal -offset indent\n" + escaped(line.substr(kExample.size())) + "\n.Ed\n";
    else
      out += ".Pp\n" + prose(line);
  }
  return out;
}

std::string head(const std::string& name, const std::string& text, const ManFrame& frame) {
  std::string title;
  for (const unsigned char c : name) title += static_cast<char>(std::toupper(c));
  return fmt::format(".Dd {}\n.Dt {} 1\n.Os lockstep {}\n.Sh NAME\n.Nm {}\n.Nd {}\n", frame.date, title, frame.version,
                     name, words(text));
}

std::string exits(const ManFrame& frame) {
  std::string items;
  for (const auto& [code, text] : frame.exit_codes) items += ".It " + words(code) + "\n" + sentence(text);
  return ".Sh EXIT STATUS\n" + list(items);
}

ManPage page_of(const Command& command, const ManFrame& frame) {
  const auto name = joined(command, '-');
  auto text = head(name, command.text, frame) + ".Sh SYNOPSIS\n" + synopsis(command);
  for (const auto& sub : command.subcommands) text += synopsis(sub);
  text += ".Sh DESCRIPTION\n" + sentence(command.text) + options(command);
  for (const auto& sub : command.subcommands)
    text += ".Ss " + joined(sub, ' ') + "\n" + sentence(sub.text) + options(sub);
  text += exits(frame) + ".Sh EXAMPLES\n" + footer(command);
  for (const auto& sub : command.subcommands) text += footer(sub);
  return {name + ".1", text + ".Sh SEE ALSO\n.Xr lockstep 1\n"};
}

ManPage main_page(const Command& program, const ManFrame& frame) {
  std::string commands;
  for (const auto& sub : program.subcommands) commands += ".It Xr " + joined(sub, '-') + " 1\n" + sentence(sub.text);
  auto text = head("lockstep", program.text.substr(0, program.text.find_last_not_of('.') + 1), frame) +
              ".Sh SYNOPSIS\n" + synopsis(program);
  text += ".Sh DESCRIPTION\n" + sentence(program.text) + options(program) + ".Pp\nThe subcommands:\n" + list(commands);
  text += ".Sh ENVIRONMENT\n" + list(
                                    ".It Ev NO_COLOR\nNo colors, unless\n.Fl Fl color\nasks for them.\n"
                                    ".It Ev XDG_STATE_HOME\nWhere finds and reports are kept, in\n.Pa lockstep ;\n"
                                    "without it in\n.Pa ~/.local/state/lockstep .\n");
  return {"lockstep.1", text + exits(frame)};
}

}  // namespace

std::vector<ManPage> man_pages(const Command& program, const ManFrame& frame) {
  std::vector<ManPage> pages = {main_page(program, frame)};
  for (const auto& sub : program.subcommands) pages.push_back(page_of(sub, frame));
  return pages;
}

}  // namespace lockstep::cli
