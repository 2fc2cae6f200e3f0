// SPDX-License-Identifier: GPL-2.0-or-later
// What the results of this program, on this machine, now, are got on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oracle/result.h"
#include "reports/run.h"

namespace lockstep::cli {

// Among what stands there: it draws, and no result depends on it.
inline constexpr std::string_view kGraphviz = "graphviz";

// Reads the kernel's BTF and configuration; what cannot be read stands there with the reason.
Provenance provenance_here();

// Which of the kernel's switches the runs found by probing: adds them to what is known.
void add_switches(Provenance& provenance, const std::vector<Result>& results);

}  // namespace lockstep::cli
