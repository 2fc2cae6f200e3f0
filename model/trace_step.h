// SPDX-License-Identifier: GPL-2.0-or-later
// The parser of one step, by the table of one model; it does not know what stands in the other lines.
#pragma once

#include <optional>

#include "model/grammar.h"
#include "model/trace_lines.h"

namespace lockstep {

// A decimal number without sign and leading zeros, or nothing if it is above 2^32-1. Throws Problem, at `column`.
std::optional<uint32_t> parse_number(const Line& line, uint32_t column, std::string_view digits);

// The number of a name such as P2, R1 or F3. Throws Problem.
uint16_t parse_name(const Line& line, const Word& word, char letter);

// Throws Problem, at the first word that this grammar does not allow. REQUIRES: !line.words.empty()
Step parse_step(const Line& line, const Grammar& grammar, const Start& start);

}  // namespace lockstep
