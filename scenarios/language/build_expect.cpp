/// What must hold: expectations as texts or objects.

#include "scenarios/language/builder_access.hpp"
#include "scenarios/language/expectation.hpp"

namespace meshgauge::language {

using namespace scenarios;

void builder::read_expectations() {
  node* list = find_object(root_, "scenario", "expect");
  if (list == nullptr) return;
  const surroundings around{s_, windows_, hosts_};
  for (node& n : list->items) {
    if (c_.out.enough()) return;
    if (n.is(node::type::string)) {
      if (auto e = read_expectation(c_, slice(n.value), around)) {
        e->where = place(n.at);
        s_.expect.push_back(std::move(*e));
      }
      continue;
    }
    const node* that = n.is(node::type::object) ? get(n, "expectation", "that") : nullptr;
    if (that == nullptr) continue;
    auto e = read_expectation(c_, slice(that->value), around);
    expectation details;
    text(n, "expectation", "name", details.name);
    text(n, "expectation", "because", details.because);
    static const std::vector<std::string> severities{"fail", "warn"}, rules{"every", "median", "ci"};
    std::size_t how = 0, rule = rules.size();
    with(n, "expectation", "severity", how,
         [](context& c, slice s) { return read_choice(c, s, "severity", severities); });
    with(n, "expectation", "judge", rule, [](context& c, slice s) { return read_choice(c, s, "judge", rules); });
    if (!e) continue;
    e->where = place(that->at);
    e->name = std::move(details.name);
    e->because = std::move(details.because);
    e->severity = how == 0 ? scenarios::severity::fail : scenarios::severity::warn;
    e->judge = rule == 0   ? judge_rule::every
               : rule == 1 ? judge_rule::median
               : rule == 2 ? judge_rule::ci
                           : judge_rule::automatic;
    s_.expect.push_back(std::move(*e));
  }
}

}  // namespace meshgauge::language
