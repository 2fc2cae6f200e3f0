// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/pages/completion.h"

namespace lockstep::cli {

namespace {

constexpr const char* kScript = R"(# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion of lockstep. Generated from its command line.
_lockstep()
{{
    local line=${{COMP_LINE:0:COMP_POINT}} command= last= current= word= words= files=
    local -a typed
    read -ra typed <<< "$line"
    [[ $line == *[[:space:]] ]] && typed+=('')
    current=${{typed[-1]}}
    for word in "${{typed[@]:0:${{#typed[@]}}-1}}"; do
        case "${{command:+$command $word}}" in
            '') command=lockstep ;;
            {subcommands}) command+=" $word" ;;
        esac
        last=$word
    done
    [[ $current == --*=* ]] && last=${{current%%=*}} current=${{current#*=}}
    case "$command $last" in
{values}        *)
            case "$command" in
{commands}            esac
            if [[ $current == -* ]]; then files= ; elif [[ $files ]]; then words= ; fi ;;
    esac
    case $files in
        '') mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
        folder) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
        file) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        trace) mapfile -t COMPREPLY < <(compgen -f -X '!*.trace' -- "$current"; compgen -d -- "$current") ;;
    esac
    [[ $files ]] && compopt -o filenames 2> /dev/null
    # The shell replaces what stands behind the last colon only.
    [[ $current == *:* && $COMP_WORDBREAKS == *:* ]] && COMPREPLY=("${{COMPREPLY[@]#"${{current%:*}}:"}}")
    return 0
}}
complete -F _lockstep lockstep
)";

constexpr const char* kFiles[] = {"", "", "file", "trace", "folder"};

std::string completes(const PageArgument& argument) {
  if (argument.completes == Value::words) return fmt::format("words='{}'", fmt::join(argument.words, " "));
  return fmt::format("files={}", kFiles[static_cast<size_t>(argument.completes)]);
}

std::string values_of(const Command& command) {
  std::string out;
  for (const auto& option : command.options) {
    if (option.value.empty()) continue;
    for (const auto& name : option.names)
      out += fmt::format("{}'{} {}'", &name == &option.names[0] ? "        " : " | ", joined(command, ' '), name);
    out += fmt::format(") {} ;;\n", completes(option));
  }
  return out;
}

std::string words_of(const Command& command) {
  std::vector<std::string> words;
  for (const auto& sub : command.subcommands) words.push_back(sub.path.back());
  for (const auto& option : command.options) words.insert(words.end(), option.names.begin(), option.names.end());
  std::string files;
  for (const auto& argument : command.positionals) {
    words.insert(words.end(), argument.words.begin(), argument.words.end());
    files = kFiles[static_cast<size_t>(argument.completes)];
  }
  return fmt::format("                '{}') words='{}' files={} ;;\n", joined(command, ' '), fmt::join(words, " "),
                     files);
}

}  // namespace

std::string bash_completion(const Command& program) {
  std::string subcommands, values, commands;
  for (const auto* command : all_of(program)) {
    const auto name = joined(*command, ' ');
    if (command != &program) subcommands += fmt::format("{}'{}'", subcommands.empty() ? "" : " | ", name);
    values += values_of(*command);
    commands += words_of(*command);
  }
  return fmt::format(kScript, fmt::arg("subcommands", subcommands), fmt::arg("values", values),
                     fmt::arg("commands", commands));
}

}  // namespace lockstep::cli
