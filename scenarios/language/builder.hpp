#pragma once
/// From a tree of the right shape to a scenario. Reads in the order of dependence: who exists, then when, then what
/// must hold. Goes on after errors, so that one look shows them all; the scenario is used only when there were none.

#include "scenarios/language/context.hpp"
#include "scenarios/language/targets.hpp"
#include "scenarios/language/windows.hpp"

namespace meshgauge::language {

class builder {
 public:
  builder(context& c, node& root, scenarios::engine engine) : c_(c), root_(root), engine_(engine), windows_(s_) {}

  scenarios::scenario build();

 private:
  struct named_events;

  void read_network();
  void read_links();
  void read_fleets();
  void read_registry();
  void read_variants();
  scenarios::router_config read_router(node& n, scenarios::router_config defaults);
  void read_loads();
  void read_phases();
  void collect_hosts();
  void read_timeline();
  scenarios::event read_event(node& n);
  void read_verb(node& n, const member& verb, scenarios::event& e);
  void read_rollout(node& n, const member& verb, scenarios::event& e);
  void check_when(const node& n, const scenarios::event& e);
  void read_expectations();
  void read_run();

  // Typed access; each leaves `to` alone when the key is absent or wrong.
  void text(node& n, std::string_view where, std::string_view name, std::string& to);
  void time(node& n, std::string_view where, std::string_view name, duration& to);
  void count(node& n, std::string_view where, std::string_view name, unsigned& to);
  void flag(node& n, std::string_view where, std::string_view name, bool& to);
  void dist(node& n, std::string_view where, std::string_view name, distribution& to);
  void target(node& n, std::string_view name, scenarios::target& to, const target_wants& wants);
  /// Reads by `read(context, slice)`.
  template <class T, class Read>
  void with(node& n, std::string_view where, std::string_view name, T& to, Read read);
  scenarios::location place(span at) const { return c_.out.source().at(at.begin); }

  context& c_;
  node& root_;
  scenarios::engine engine_;
  scenarios::scenario s_;
  hosts hosts_;
  windows windows_;
};

}  // namespace meshgauge::language
