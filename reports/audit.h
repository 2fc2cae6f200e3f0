// SPDX-License-Identifier: GPL-2.0-or-later
// An audit's findings for people, for programs, and as a picture. Names of programs are shown safely.
#pragma once

#include <string>

#include "oracle/audit_report.h"
#include "reports/format.h"

namespace lockstep {

// The last line is the verdict.
std::string audit_text(const AuditReport& report, const RenderOptions& options = {});
// As the report of any command, and all filters with their holders besides (docs/audit.md). `indent` -1: one line.
std::string audit_json(const AuditReport& report, const RenderOptions& options = {}, int indent = 2);
// Who holds what, as Graphviz DOT text.
std::string audit_dot(const AuditReport& report);

}  // namespace lockstep
