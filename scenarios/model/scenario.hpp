#pragma once
/// A checked scenario: what to run, as values. The language (scenarios/language) makes it; harness/run and
/// harness/judge read it. Nothing here refers to a world, a socket or a file, except `location`, which says where a
/// value was written.
///
/// Everything is resolved: defaults filled in, parameters substituted, targets turned into fleet and instance numbers.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "router/core/distribution.hpp"
#include "router/core/time.hpp"

namespace meshgauge::scenarios {

using namespace std::chrono_literals;

/// Where something was written. Lines and columns count from 1; 0 = nowhere (a default).
struct location {
  std::string file;
  int line = 0;
  int column = 0;
};

// ------------------------------------------------------------------------------------------------- who exists

enum class shutdown_verb { deregister, wait, drain, exit };
enum class drain_mode {
  answer_503,  ///< new requests get 503 with `Connection: close`
  refuse,      ///< the listener closes
  serve        ///< new requests are still served
};
struct shutdown_step {
  shutdown_verb verb = shutdown_verb::exit;
  duration time{};
  drain_mode mode = drain_mode::answer_503;
};

struct error_rule {
  unsigned status = 500;
  double rate = 1;   ///< share of requests, 0..1
  std::string path;  ///< prefix, may end in '*'; empty = all
};

inline constexpr unsigned unlimited = 0xffffffffU;

struct fleet {
  std::string name;
  unsigned instances = 1;
  std::string version;  ///< may be empty
  double weight = 1;
  std::string zone;
  distribution service_time = distribution::constant(5ms);
  std::vector<error_rule> errors;
  unsigned concurrency = 64;  ///< workers of an instance
  unsigned queue = 128;       ///< waiting places; `unlimited`; a request that finds none gets 503
  distribution startup = distribution::constant(1s);
  std::vector<shutdown_step> shutdown = {{shutdown_verb::deregister, {}, {}},
                                         {shutdown_verb::wait, 1s, {}},
                                         {shutdown_verb::drain, 5s, {}},
                                         {shutdown_verb::exit, {}, {}}};
  std::string health = "/healthz";  ///< empty = none
};

enum class restart_mode { empty, restored };
struct registry_config {
  distribution propagation = distribution::constant(50ms);
  duration heartbeat = 5s;
  duration lease = 15s;
  duration sweep = 1s;
  restart_mode restart = restart_mode::empty;
};

struct link_config {
  std::string from, to;  ///< host selectors: fleet, fleet/3, load, load/3, router, router/0, registry, or "*"
  std::optional<distribution> latency;
  std::optional<duration> jitter;
  std::optional<double> bandwidth;  ///< bytes per second
};
struct network_config {
  distribution latency = distribution::constant(250us);  ///< one way, drawn once a connection direction
  duration jitter{};                                     ///< added to each delivery: uniform in [0, jitter]; order kept
  double bandwidth = 0;            ///< bytes per second and direction of a connection; 0 = unlimited
  std::vector<link_config> links;  ///< later ones win
};

// ------------------------------------------------------------------------------------------------- how they find each
// other

enum class placement { client, server, fixed };  ///< client-side, through routers, a static list in each client
enum class refresh { watch, poll, once };
enum class on_outage { keep_last, fail, expire };
struct discovery_config {
  placement where = placement::server;
  refresh how = refresh::watch;
  duration poll{};
  unsigned routers = 1;
  on_outage outage = on_outage::keep_last;
  duration expire_after{};
};

enum class balance { round_robin, random, least_request, p2c, clock_modulo };

struct retry_config {
  unsigned count = 0;
  bool on_connect_failure = false;  ///< refused or timed out before a byte was written
  bool on_reset = false;            ///< reset or closed before a response byte; idempotent methods only
  bool on_timeout = false;          ///< response time-out; idempotent methods only
  bool on_5xx = false;              ///< any 5xx answer; idempotent methods only
  bool other_host = true;           ///< an instance tried before only when there is no other
};

struct pool_config {
  unsigned max = 100;  ///< connections to one instance from one router or client
  duration idle = 4s;
};

struct router_config {
  discovery_config discovery;
  scenarios::balance balance = balance::round_robin;
  retry_config retry;
  duration timeout = 1s;  ///< response head of one try
  duration connect_timeout = 250ms;
  pool_config pool;
  std::optional<distribution> cost;  ///< CPU time per proxied request in `sim`; default: the calibrated value
  unsigned workers = 1;
  bool strip = false;  ///< take the first path segment away before forwarding
};

struct variant {
  std::string name;
  router_config router;
  location where;
};

// ------------------------------------------------------------------------------------------------- who calls

struct arrivals_config {
  enum class model { poisson, constant, closed } kind = model::constant;
  double rate = 0;     ///< per second; open models
  unsigned users = 0;  ///< closed model
  distribution think;  ///< closed model
};

struct request_config {
  std::string method = "GET";
  std::string path;  ///< default "/<fleet>/"
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct load {
  std::string name;
  arrivals_config arrivals;
  unsigned to = 0;  ///< index into scenario::fleets; what the path's first segment names
  request_config request;
  duration timeout = 2s;  ///< of the caller, from the due time
  retry_config retry;     ///< of the caller, on top of the router's
  unsigned clients = 20;
  bool keepalive = true;
  std::vector<std::string> during;  ///< phases; empty = all
  location where;
};

struct phase {
  std::string name;
  duration length{};
  bool measure = true;
  double load_factor = 1;                   ///< on every load's rate
  std::optional<arrivals_config> arrivals;  ///< instead of every load's own
  location where;
  instant start{}, end{};  ///< from the world's beginning
};

// ------------------------------------------------------------------------------------------------- what happens when

enum class edge { start, end };
/// A moment: `offset` after the start or end of a window, or after the beginning when `window` is empty.
/// Windows are named by phases and by events (`as`); "run" and "measured" always exist.
struct moment {
  std::string window;
  edge at = edge::start;
  distribution offset;    ///< a random time is drawn once a run
  bool negative = false;  ///< the offset is subtracted
};

enum class verb { kill, stop, restart, deregister, register_, scale, rollout, fault, heal, partition, load };

enum class target_kind { fleet, router, registry, load };
struct target {
  target_kind kind = target_kind::fleet;
  unsigned group = 0;            ///< index of the fleet or load
  bool all = true;               ///< the whole group; else first..last, or `any`, or `share`
  unsigned first = 0, last = 0;  ///< inclusive
  bool any = false;              ///< one, drawn once a run
  double share = 0;              ///< > 0: that share of the group, drawn once a run
  bool everyone = false;         ///< `load` events without `on`: every load, `group` means nothing
  std::string text;              ///< as written
};

enum class fault_kind { slow, pause, hang, error, refuse, reset, blackhole, delay };
struct fault {
  fault_kind kind = fault_kind::pause;
  double factor = 1;      ///< slow(20x)
  distribution extra;     ///< slow(+100ms), delay(20ms)
  duration jitter{};      ///< delay
  double rate = 1;        ///< hang, error, reset: share of requests
  unsigned status = 503;  ///< error
  std::string path;       ///< error: prefix; empty = all
};

struct event {
  std::string name;  ///< from `as`; empty = unnamed; a name makes a window
  moment at;
  bool during = false;            ///< lasts for the whole window at.window
  std::optional<duration> lasts;  ///< `for`
  scenarios::verb verb = verb::kill;
  target on;
  target from, to;       ///< partition; fault delay between two
  bool between = false;  ///< from/to are set
  scenarios::fault fault;
  unsigned count = 0;   ///< scale: to
  std::string version;  ///< rollout: to
  unsigned batch = 1;   ///< rollout
  duration pause{};     ///< rollout: after a batch is ready
  unsigned surge = 0;   ///< rollout
  double factor = 1;    ///< load
  location where;
  std::string text;  ///< short form for reports: `kill payments/0..1`
};

// ------------------------------------------------------------------------------------------------- what must hold

/// How the unit on the other side of the comparison makes a counted metric be read.
enum class reading { natural, count, share, rate };

struct selector {
  std::string variant;                  ///< empty = the variant under check
  std::string metric;                   ///< full name: "status.5xx", "latency.p99"
  std::optional<scenarios::target> on;  ///< {payments/3}
  std::string window;                   ///< after '@'; empty = the expectation's scope
};

struct quantity {
  enum class unit { count, share, rate, time, factor } kind = unit::count;
  double value = 0;  ///< share as 0..1, rate per second, time in seconds
};

/// Postfix program of an arithmetic expression.
struct term {
  enum class kind { quantity, selector, add, subtract, multiply, divide } op = kind::quantity;
  scenarios::quantity quantity{};
  scenarios::selector selector{};
  reading read = reading::natural;  ///< of a selector
};
using expression = std::vector<term>;

enum class comparison { eq, ne, lt, le, gt, ge };

/// One end of a scope.
using scope_moment = moment;

struct scope {
  enum class kind {
    measured,  ///< nothing said
    window,    ///< during W
    span,      ///< from A to B
    every,     ///< in every T of W [from A]
    within     ///< within T after A [until B]: every 1 s slice from A + T to the end
  } what = kind::measured;
  std::string window;
  scope_moment from, to;
  bool has_from = false, has_to = false;
  duration slice{};  ///< every: T; within: T
};

enum class judge_rule { automatic, every, median, ci };
enum class severity { fail, warn };

struct expectation {
  std::string text;  ///< as written
  std::string name;  ///< or empty
  std::string because;
  scenarios::severity severity = severity::fail;
  judge_rule judge = judge_rule::automatic;
  expression left, right;
  comparison compare = comparison::le;
  scenarios::scope scope;
  bool compares_variants = false;  ///< names more than one variant
  std::vector<unsigned> variants;  ///< indices it is checked on (one check each)
  location where;
};

// ------------------------------------------------------------------------------------------------- all of it

enum class engine { sim, live };

struct run_config {
  std::optional<unsigned> seeds;
  scenarios::engine engine = engine::sim;
  unsigned samples = 20;  ///< failed requests kept in full, per cause
};

struct scenario {
  std::string name;
  std::string about;
  std::string file;  ///< as given by the caller
  network_config network;
  std::vector<fleet> fleets;
  registry_config registry;
  std::vector<variant> variants;  ///< never empty; a scenario without `variants` has one, named "default"
  std::vector<load> loads;
  std::vector<phase> phases;
  std::vector<event> timeline;
  std::vector<expectation> expect;
  run_config run;
  std::vector<std::pair<std::string, std::string>> params;  ///< final values, in the file's order

  instant end() const { return phases.empty() ? instant{} : phases.back().end; }
};

}  // namespace meshgauge::scenarios
