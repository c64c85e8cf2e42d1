#pragma once
/// Everybody of one run: registry, instances, routers and clients of one variant, each a host of its own in the world
/// of the stage, and each reporting to the recorder.
///
/// Names are stable ("payments/3", "router/0", "checkout/7", "registry"): they key random numbers and the order of
/// events. An instance that replaces another under the same number is a new host at a new address ("payments/3+1").

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fakes/client/client.hpp"
#include "fakes/upstream/instance.hpp"
#include "harness/record/recorder.hpp"
#include "harness/run/stage.hpp"
#include "router/discovery/client.hpp"
#include "router/discovery/fixed_resolver.hpp"
#include "router/discovery/router_set.hpp"
#include "router/proxy/router.hpp"
#include "router/registry/server.hpp"

namespace meshgauge::run {

class mesh;

/// What a fleet says about each of its instances; who it is and where it registers is for the caller to add.
upstream::instance_options program_of(const scenarios::fleet& f);

/// A process of a fleet, at one address for all its lives.
struct unit {
  std::size_t fleet = 0;
  std::uint32_t number = 0;
  std::uint32_t incarnation = record::nobody;  ///< the present life
  std::unique_ptr<net::host> host;
  std::unique_ptr<upstream::instance> process;
  bool up() const { return process->state() != truth::stopped; }
};

/// Tells the recorder what one chooser (a client or a router) does and believes.
class tap final : public discovery::observer, public discovery::view_observer {
 public:
  tap(mesh& m, std::string_view name) : mesh_(m), name_(name) {}
  void join_record();

  std::uint64_t chosen(const discovery::member& m) override;
  void attempted(const discovery::attempt_record& r) override;
  void view_changed(instant at, const discovery::service& of, const discovery::endpoint_set::change& what) override;
  void registry_failed(instant, std::string_view) override {}
  /// Reports the whole of a list that never changes.
  void fixed_view(std::size_t fleet, const discovery::endpoint_set& members);

 private:
  void report(std::size_t fleet, const discovery::endpoint_set& members);
  mesh& mesh_;
  std::string name_;
  std::uint32_t viewer_ = record::nobody;
  std::map<std::size_t, std::vector<unit*>> latest_;  ///< by fleet
};

struct router_unit {
  std::unique_ptr<net::host> host;
  net::endpoint at;
  std::unique_ptr<tap> watch;
  std::unique_ptr<discovery::client> view;
  std::unique_ptr<proxy::router> router;
  std::uint64_t lives = 0;
  bool up = false;
};

class client_unit final : public client::listener {
 public:
  client_unit(mesh& m, std::size_t of_load, std::uint32_t at_number) : mesh_(m), load(of_load), number(at_number) {}
  void request_ended(const client::ended& e) override;

 private:
  mesh& mesh_;

 public:
  std::size_t load;
  std::uint32_t number;
  std::unique_ptr<net::host> host;
  std::unique_ptr<tap> watch;
  std::unique_ptr<discovery::resolver> resolver;
  std::unique_ptr<client::client> caller;
};

class mesh {
 public:
  /// All arguments must outlive the mesh.
  mesh(stage& s, const scenarios::scenario& what, const scenarios::router_config& how);
  ~mesh();

  /// Starts everybody as if they had been running: no start-up time. Then waits until everybody is registered and
  /// everybody has a view; \return what did not come up, or nothing.
  std::string warm_up();
  /// Time zero of the scenario is now; from here on everything is recorded.
  void begin(record::recorder& r);
  /// Recording ends, every host is killed.
  void end();

  instant start() const { return start_; }
  instant now() const { return stage_.world().now(); }
  /// Scenario time, as the recorder knows it.
  instant at(instant world_time) const { return instant(world_time - start_); }
  record::recorder* recorder() const { return recorder_; }

  // --- what the director does
  unit& add_unit(std::size_t fleet, std::uint32_t number, const std::string& version);
  void start_unit(unit& u, bool warm);
  void kill(unit& u);
  void start_router(router_unit& r);
  void kill(router_unit& r);
  void start_registry();
  void kill_registry();
  bool registry_up() const { return registry_ != nullptr; }
  net::host& registry_host() { return *registry_host_; }
  /// Holds its number: not replaced by another, nor scaled away.
  bool present(const unit& u) const { return u.number < fleets[u.fleet].size() && fleets[u.fleet][u.number] == &u; }

  /// The present process under a number of a fleet, in order of number; resized by scaling.
  std::vector<std::vector<unit*>> fleets;
  std::vector<router_unit> routers;
  std::vector<std::vector<std::unique_ptr<client_unit>>> clients;  ///< by load
  unit* unit_at(const net::endpoint& e) const;
  unit* unit_of(const discovery::member& m) const;
  std::optional<std::size_t> fleet_named(std::string_view name) const;
  const scenarios::scenario& scenario() const { return scenario_; }
  net::world& world() const { return stage_.world(); }
  stage& where() const { return stage_; }
  /// Somebody could not do what it had to, e.g. listen at its address.
  std::string problem() const;
  std::uint64_t open_requests() const { return open_requests_; }

 private:
  friend class client_unit;
  friend class tap;
  void new_life(unit& u);
  void truth_of(unit& u, truth t);
  void build_clients();
  discovery::client_options view_options(bool all) const;
  proxy::options router_options(std::size_t number) const;
  registry::server_options registry_options() const;
  lb::balancer_options balance(const net::host& h, bool random_start) const;

  stage& stage_;
  const scenarios::scenario& scenario_;
  const scenarios::router_config& config_;
  record::recorder* recorder_ = nullptr;
  instant start_{};
  std::unique_ptr<net::host> registry_host_;
  std::unique_ptr<registry::server> registry_;
  net::endpoint registry_at_;
  std::optional<registry::lease_table::saved> registry_saved_;
  std::uint64_t registry_lives_ = 0;
  std::shared_ptr<discovery::list_memo> memo_;
  std::vector<std::unique_ptr<unit>> units_;
  std::vector<std::vector<std::uint32_t>> generations_;  ///< by fleet and number: lives so far
  std::map<net::endpoint, unit*> by_address_;
  std::string problem_;

 public:
  std::uint64_t open_requests_ = 0;  ///< made and not yet ended
};

}  // namespace meshgauge::run
