// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/run.h"

#include "model/trace_text.h"
#include "reports/sha256.h"

namespace lockstep {

std::vector<Named> named_of(const Run& run) {
  const auto& p = run.provenance;
  std::vector<Named> all = {{"lockstep", p.tool_version},
                            {"kernel", p.kernel},
                            {"BTF", p.btf_hash},
                            {"kernel configuration", p.config_hash},
                            {"run", run.id},
                            {"started", run.started},
                            {"command", run.command},
                            {"shard", run.shard}};
  if (!run.id.empty()) all.push_back({"seed", std::to_string(run.seed)});
  all.insert(all.end(), p.more.begin(), p.more.end());
  std::erase_if(all, [](const auto& each) { return each.value.empty(); });
  return all;
}

std::string finding_identity(const Find& find) {
  Trace bare;
  // A preset is the kernel's way, not the find's: "seccomp" for "seccomp@6.1".
  bare.model = find.trace.model.substr(0, find.trace.model.find('@'));
  bare.start = find.trace.start;
  bare.steps = find.trace.steps;
  return sha256(find.divergence.cause + "\n" + write_trace(bare)).substr(0, 16);
}

}  // namespace lockstep
