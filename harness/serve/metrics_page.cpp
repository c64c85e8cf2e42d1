#include "harness/serve/metrics_page.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/serve/open_metrics.hpp"

namespace meshgauge::serve {
namespace {

using kind = open_metrics::kind;
using proxy::counters;

class page {
 public:
  explicit page(std::span<const worker_view> workers) : workers_(workers) {
    for (std::size_t n = 0; n < workers.size(); ++n) names_.push_back(fmt::format("{}", n));
  }

  /// One sample a worker that serves. \param of  counters -> number
  template <class Of>
  void each(std::string_view name, kind what, std::string_view help, Of of) {
    out_.family(name, what, {}, help);
    for_each([&](const counters& c, std::string_view worker) { out_.sample({{"worker", worker}}, of(c)); });
  }

  void requests() {
    out_.family("meshgauge_requests", kind::counter, {},
                "Requests answered, by status; 499 is a client that went away");
    for_each([&](const counters& c, std::string_view worker) {
      for (std::size_t s = 0; s < c.statuses.size(); ++s) {
        const std::uint64_t n = c.statuses[s].value();
        if (n > 0) out_.sample({{"worker", worker}, {"status", fmt::format("{}", s)}}, n);
      }
    });
    out_.family("meshgauge_request_causes", kind::counter, {},
                "Requests ended, by cause; ok is an answer of an instance below 500");
    for_each([&](const counters& c, std::string_view worker) {
      for (std::size_t i = 0; i < cause_count; ++i) {
        const std::uint64_t n = c.causes[i].value();
        // `ok` is always there, so that the family is never without samples and rates begin at zero.
        if (n > 0 || i == 0) out_.sample({{"worker", worker}, {"cause", name_of(static_cast<cause>(i))}}, n);
      }
    });
  }

  void durations() {
    out_.family("meshgauge_request_duration_seconds", kind::histogram, "seconds",
                "From the whole head of a request to the end of its answer");
    for_each([&](const counters& c, std::string_view worker) {
      const open_metrics::labels labels{{"worker", worker}};
      std::uint64_t n = 0;
      for (std::size_t i = 0; i < c.durations.size(); ++i) {
        n += c.durations[i].value();
        const std::string le = i < counters::bounds_us.size() ? float_text(counters::bounds_us[i] / 1e6) : "+Inf";
        out_.part("_bucket", {{"worker", worker}, {"le", le}}, fmt::format("{}", n));
      }
      out_.part("_sum", labels, float_text(static_cast<double>(c.duration_sum_us.value()) / 1e6));
      out_.part("_count", labels, fmt::format("{}", n));
    });
  }

  void knowledge() {
    out_.family("meshgauge_instances", kind::gauge, {}, "Usable instances known of a service");
    for_each_state([&](const worker_state& s, std::string_view worker) {
      for (const service_state& of : s.services)
        out_.sample({{"worker", worker}, {"service", of.name}}, std::uint64_t{of.instances.size()});
    });
    out_.family("meshgauge_upstream_connections", kind::gauge, {}, "Connections to the instances of a service");
    for_each_state([&](const worker_state& s, std::string_view worker) {
      for (const service_state& of : s.services) {
        std::uint64_t open = 0, idle = 0;
        for (const instance_state& i : of.instances) open += i.pool_open, idle += i.pool_idle;
        out_.sample({{"worker", worker}, {"service", of.name}, {"state", "idle"}}, idle);
        out_.sample({{"worker", worker}, {"service", of.name}, {"state", "busy"}}, open - std::min(open, idle));
      }
    });
    out_.family("meshgauge_view_age_seconds", kind::gauge, "seconds",
                "Age of what is known of the registry; 0 while a watch is open");
    for_each_state([&](const worker_state& s, std::string_view worker) {
      if (s.has_view) out_.sample({{"worker", worker}}, to_seconds(s.view_age));
    });
    out_.family("meshgauge_registry_failures", kind::counter, {}, "Questions that the registry did not answer");
    for_each_state([&](const worker_state& s, std::string_view worker) {
      if (s.has_registry) out_.sample({{"worker", worker}}, s.registry_failures);
    });
  }

  void log() {
    out_.family("meshgauge_access_log_dropped_lines", kind::counter, {},
                "Lines of the access log that were not written because its reader is too slow or gone");
    for (std::size_t n = 0; n < workers_.size(); ++n) out_.sample({{"worker", names_[n]}}, workers_[n].dropped_lines);
  }

  void build() {
    out_.family("meshgauge_build", kind::info, {}, "This program");
    out_.sample({{"version", MESHGAUGE_VERSION}}, std::uint64_t{1});
  }

  std::string finish() { return out_.finish(); }

 private:
  template <class Use>
  void for_each(Use use) {
    for (std::size_t n = 0; n < workers_.size(); ++n) {
      if (workers_[n].counters != nullptr) use(*workers_[n].counters, std::string_view(names_[n]));
    }
  }
  template <class Use>
  void for_each_state(Use use) {
    for (std::size_t n = 0; n < workers_.size(); ++n) {
      if (workers_[n].state != nullptr) use(*workers_[n].state, std::string_view(names_[n]));
    }
  }

  std::span<const worker_view> workers_;
  std::vector<std::string> names_;
  open_metrics out_;
};

}  // namespace

std::string metrics_page(std::span<const worker_view> workers) {
  page p(workers);
  p.build();
  p.requests();
  p.durations();
  p.each("meshgauge_requests_begun", kind::counter, "Requests whose head has arrived",
         [](const counters& c) { return c.requests.value(); });
  p.each("meshgauge_requests_in_flight", kind::gauge, "Requests that are being worked on",
         [](const counters& c) { return c.in_flight.value(); });
  p.each("meshgauge_client_connections", kind::counter, "Connections of clients, accepted",
         [](const counters& c) { return c.connections.value(); });
  p.each("meshgauge_client_connections_open", kind::gauge, "Connections of clients that are open",
         [](const counters& c) { return c.connections_open.value(); });
  p.each("meshgauge_client_connections_shed", kind::counter, "Connections of clients closed at once, at the limit",
         [](const counters& c) { return c.connections_shed.value(); });
  p.each("meshgauge_attempts", kind::counter, "Requests sent to instances, retries included",
         [](const counters& c) { return c.attempts.value(); });
  p.each("meshgauge_retries", kind::counter, "Tries beyond a request's first",
         [](const counters& c) { return c.retries.value(); });
  p.each("meshgauge_tunnels", kind::counter, "Connections that were upgraded",
         [](const counters& c) { return c.tunnels.value(); });
  p.each("meshgauge_tunnels_open", kind::gauge, "Upgraded connections that are open",
         [](const counters& c) { return c.tunnels_open.value(); });
  p.knowledge();
  p.log();
  return p.finish();
}

std::string instances_page(std::span<const worker_view> workers) {
  using json = nlohmann::ordered_json;
  json all = json::array();
  for (std::size_t n = 0; n < workers.size(); ++n) {
    json one = {{"worker", n}};
    if (const worker_state* s = workers[n].state.get()) {
      if (s->has_registry) {
        one["view"] = s->has_view;
        if (s->has_view) one["age-seconds"] = to_seconds(s->view_age);
      }
      json& services = one["services"] = json::object();
      for (const service_state& of : s->services) {
        json list = json::array();
        for (const instance_state& i : of.instances) {
          list.push_back({{"id", i.id},
                          {"address", i.address},
                          {"in-flight", i.in_flight},
                          {"connections", i.pool_open},
                          {"idle", i.pool_idle}});
        }
        json entry = {{"from", of.fixed ? "configuration" : "registry"}};
        if (!of.fixed) entry["revision"] = of.revision;
        entry["instances"] = std::move(list);
        services[of.name] = std::move(entry);
      }
    }
    all.push_back(std::move(one));
  }
  return json{{"workers", std::move(all)}}.dump(2) + "\n";
}

health health_of(std::span<const worker_view> workers, bool draining) {
  if (draining) return {503, "draining\n"};
  std::string text;
  for (std::size_t n = 0; n < workers.size(); ++n) {
    const worker_view& w = workers[n];
    if (w.counters == nullptr) {
      text += fmt::format("worker {} has not started\n", n);
    } else if (w.state != nullptr && w.state->has_registry && !w.state->has_view) {
      text += fmt::format("worker {} has no answer of the registry yet\n", n);
    }
  }
  if (workers.empty()) text = "no worker has started\n";
  return text.empty() ? health{} : health{503, std::move(text)};
}

}  // namespace meshgauge::serve
