// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/graph.h"

#include <fmt/format.h>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/depth_first_search.hpp>

namespace lockstep {

namespace {

// One vertex a task, then one an object; the vertex after the last is the root that leads to every task.
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, boost::no_property, Link>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;

Graph build(const Snapshot& s) {
  const size_t tasks = s.tasks.size();
  Graph graph(tasks + s.objects.size() + 1);
  const Vertex root = tasks + s.objects.size();
  for (Vertex task = 0; task < tasks; ++task) add_edge(root, task, Link::task_events, graph);
  for (const auto& p : s.pointers) {
    if (p.link == Link::owner) continue;  // an address, not a reference
    add_edge(starts_at_task(p.link) ? p.from : tasks + p.from, tasks + p.to, p.link, graph);
  }
  return graph;
}

struct CycleFinder : boost::default_dfs_visitor {
  bool* found;
  explicit CycleFinder(bool* f) : found(f) {}
  void back_edge(const Graph::edge_descriptor&, const Graph&) const { *found = true; }
};

struct Marker : boost::default_bfs_visitor {
  std::vector<Explained>* objects;
  size_t tasks;
  Marker(std::vector<Explained>* o, size_t t) : objects(o), tasks(t) {}
  void discover_vertex(Vertex v, const Graph&) const {
    if (v >= tasks && v - tasks < objects->size()) (*objects)[v - tasks].reachable = true;
  }
};

}  // namespace

Explanation explain(const Snapshot& s) {
  const Graph graph = build(s);
  const size_t tasks = s.tasks.size();
  Explanation result;
  result.objects.resize(s.objects.size());
  for (size_t i = 0; i < s.objects.size(); ++i) {
    auto& counter = result.objects[i].counter;
    for (auto [edge, end] = in_edges(tasks + i, graph); edge != end; ++edge) {
      const auto from = source(*edge, graph);
      const auto held = held_by(graph[*edge], from < tasks ? 0 : s.objects[from - tasks].counter[1]);
      for (size_t c = 0; c < held.size(); ++c) counter[c] += held[c];
    }
  }
  breadth_first_search(graph, num_vertices(graph) - 1, visitor(Marker(&result.objects, tasks)));
  depth_first_search(graph, visitor(CycleFinder(&result.cyclic)));
  return result;
}

std::string residual_words(const std::string& name, int32_t counter, int32_t explained) {
  return fmt::format("{} is {} but {}{} explain{} it{}", name, counter, counter > explained ? "only " : "",
                     explained == 1 ? "1 reference" : fmt::format("{} references", explained),
                     explained == 1 ? "s" : "",
                     counter >= 0 && counter < explained ? ": it will come to 0 too early" : "");
}

}  // namespace lockstep
