#include "scenarios/language/errors.hpp"

#include <vector>

namespace meshgauge::language {

// clang-format off
std::span<const error_row> errors() {
  static const std::vector<error_row> rows{
    {"after-the-end", "The phases end before this moment, so it would never come. Lengthen a phase or move the event.", R"x("at": "130s" with phases of 120s)x", R"x("at": "110s")x"},
    {"before-the-start", "The moment lies before the beginning of the run, because more was subtracted than there is.", R"x("at": "warm-up - 5s")x", R"x("at": "warm-up + 5s")x"},
    {"call-form", "Values with parameters are written name(value, key=value), with balanced brackets and no empty places.", R"x("lognormal(p50=5ms,, p99=40ms")x", R"x("lognormal(p50=5ms, p99=40ms)")x"},
    {"circular-event", "The moment of an event depends, through other events, on the event itself.", R"x({ "at": "a + 5s", "kill": "f", "as": "a" })x", R"x({ "at": "10s", "kill": "f", "as": "a" })x"},
    {"compares-itself", "Both sides are the same measurement, so the comparison says nothing.", R"x("latency.p99 <= latency.p99")x", R"x("latency.p99 <= 1.5 * latency.p99@steady during deploy")x"},
    {"duplicate-key", "A key stands twice in one object. Plain JSON readers keep only one of them, silently."},
    {"duplicate-name", "Phases and events share one set of names, because both are windows; fleets and loads share one, because both are targets."},
    {"empty", "This must hold something: a scenario without fleets, load or phases runs nothing."},
    {"empty-scope", "The expectation would be checked over no time at all, and would hold whatever happens.", R"x("status.5xx == 0 from after to steady")x", R"x("status.5xx == 0 from steady to after")x"},
    {"event-detail", "Each verb takes its own details; `describe VERB` lists them.", R"x({ "at": "30s", "kill": "payments/3", "batch": 2 })x", R"x({ "at": "30s", "kill": "payments/3" })x"},
    {"event-verb", "An event does exactly one thing: kill, stop, restart, deregister, register, scale, rollout, fault, heal, partition or load."},
    {"event-when", "An event has exactly one of `at` (a moment) and `during` (a window). `for` ends what `at` began. Verbs that do not last have only `at`."},
    {"expectation-form", "An expectation is METRIC COMPARISON LIMIT and, at the end, when: during W, from A to B, in every 1s of W, within 5s after A. Operators stand between blanks.", R"x("status.5xx 0 steady")x", R"x("status.5xx == 0 during steady")x"},
    {"few-samples", "A percentile needs about 5 / (1 - p) requests: 500 for p99, 5000 for p99.9. With fewer the result is inconclusive. Use a longer window, a higher rate or a lower percentile."},
    {"fractional-count", "A bare number is a count, and things that are counted come whole. A share is written with %, a rate with /s.", R"x("status.503 <= 0.01")x", R"x("status.503 <= 0.01%")x"},
    {"impossible-distribution", "No distribution has these parameters: a higher percentile is a larger value, a range begins before it ends.", R"x("lognormal(p50=40ms, p99=5ms)")x", R"x("lognormal(p50=5ms, p99=40ms)")x"},
    {"impossible-limit", "A share cannot be more than 100%, so the comparison is decided before the run."},
    {"missing-argument", "This form does not work without the named value; `describe NAME` shows how it is written."},
    {"missing-key", "A key that has no default is missing."},
    {"missing-unit", "A quantity carries its unit; a bare number is always a count.", R"x("timeout": 250)x", R"x("timeout": "250ms")x"},
    {"name-form", "Names are made of a-z, 0-9, - and _, at most 64 of them, so that they can stand in expectations and on command lines."},
    {"needs-sim", "Only the simulator can honour this key. It is an error in `live`, not a silent no-op."},
    {"needs-target", "The metric is measured for a target in braces.", R"x("share <= 10%")x", R"x("share{payments/3} <= 10%")x"},
    {"negative", "Quantities are not negative here."},
    {"nested-param", "The value of a parameter is taken as it stands; it cannot use other parameters."},
    {"no-file", "The file does not exist or cannot be read."},
    {"no-metric", "Both sides are plain quantities; one of them must be measured."},
    {"no-router", "Every variant discovers in the client, so there is no router that something could happen to."},
    {"no-such-instance", "Instances are numbered from 0. After a `scale` event the larger number counts."},
    {"no-target-here", "Only `share` is measured for single targets."},
    {"not-a-quantity", "A quantity is a plain decimal number and a unit in one word: 250ms, 2%, 1500/s, 20x, 64KiB/s."},
    {"not-text", "Scenario files are UTF-8 text."},
    {"number-form", "Numbers are written plainly, without an exponent."},
    {"out-of-range", "The value is outside of what this key can hold."},
    {"reserved-name", "`run` and `measured` are windows, `router` and `registry` are targets, and metric names cannot name variants."},
    {"short-lease", "A lease that ends before the next heartbeat lets instances drop out of the registry while they are well. A lease is usually three heartbeats long."},
    {"shutdown-steps", "The steps of a shutdown are done in order and end with `exit`. Deregistering usually comes before draining: otherwise new requests keep coming."},
    {"syntax", "The file is no JSON (with // and /* */ comments) or YAML from here on. Only the first such place is reported."},
    {"too-large", "The file, or one text in it, is larger than any scenario needs."},
    {"unit-arithmetic", "These units cannot be combined: durations add to durations, and at most one factor of a product has a unit."},
    {"unknown-argument", "The form has no such parameter, or it is given twice; `describe NAME` shows how it is written."},
    {"unknown-arrivals", "`list arrivals` shows what there is."},
    {"unknown-balance", "`list policies` shows what there is."},
    {"unknown-choice", "The value is one of a few words."},
    {"unknown-discovery", "`list policies` shows what there is."},
    {"unknown-distribution", "`list distributions` shows what there is."},
    {"unknown-edge", "A window has a .start and an .end."},
    {"unknown-fault", "`list faults` shows what there is."},
    {"unknown-fleet", "The load is sent to a fleet of this scenario."},
    {"unknown-key", "The language has no such key here. Nothing is ignored silently, so that a mistyped key cannot pass."},
    {"unknown-metric", "`list metrics` shows what there is."},
    {"unknown-outage", "A client in an outage of the registry does keep-last, fail or expire(30s)."},
    {"unknown-param", "Parameters are defined under `params` and used as ${name}."},
    {"unknown-pool", "A pool is written pool(max=100, idle=4s)."},
    {"unknown-retry", "A retry rule is none or retry(1, on=connect-failure)."},
    {"unknown-step", "The steps of a shutdown are: deregister, wait T, drain T, drain T refusing, drain T serving, exit."},
    {"unknown-target", "Targets are fleets, loads, `router` and `registry`, and parts of them."},
    {"unknown-variant", "The first word of a selector is a variant or a metric."},
    {"unknown-version", "No fleet begins with this version and no rollout brings it."},
    {"unknown-window", "Windows are the phases, the events that have a name (`as`), `run` and `measured`."},
    {"unreachable-limit", "Even perfect random choice spreads requests unevenly: the busiest of n instances with k requests each gets about 1 + sqrt(2 ln n / k) of the mean. A limit below that is broken by chance."},
    {"unused-param", "Nothing uses the parameter; perhaps its name is mistyped where it should be used."},
    {"which-variant", "The expectation names two variants, so a selector without one could mean either."},
    {"wrong-form", "The text is not of the form that this key takes."},
    {"wrong-kind", "The value is of another kind (text, number, list, object) than the key takes."},
    {"wrong-target", "The target exists, but this cannot be done to it."},
    {"wrong-unit", "The quantity has a unit of another kind.", R"x("for": "20/s")x", R"x("for": "20s")x"},
    {"yaml-alias", "Anchors and aliases are left out, so that each value stands where it is used. Use parameters."},
    {"yaml-boolean", "In YAML, yes, no, on and off are texts here; true and false are written true and false."},
    {"yaml-key", "Keys are single words."},
    {"yaml-tab", "YAML forbids tabs in the indentation."},
    {"yaml-tag", "YAML tags (!!str) are left out; quotes make a text."},
  };
  return rows;
}
// clang-format on

const error_row* find_error(std::string_view id) {
  for (const error_row& e : errors()) {
    if (e.id == id) return &e;
  }
  return nullptr;
}

}  // namespace meshgauge::language
