#pragma once
/// A scripted upstream instance: workers and a queue, a service time, errors, start-up and shutdown steps, faults.
///
/// It is a real HTTP/1.1 server behind the seam and registers like any program would; only its work is made up. A
/// request's work is drawn by the request's id, not by the instance: whoever serves request 17 works on it equally
/// long, in every variant (common random numbers). Work begins when one of `workers` is free, in order of arrival; a
/// request that finds `queue` others waiting is answered 503 at once.
///
/// `kill` is not here: whoever runs the scenario kills the host.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/core/cause.hpp"
#include "router/discovery/registrar.hpp"
#include "router/http/head.hpp"
#include "router/http/text.hpp"
#include "router/net/cpu.hpp"

namespace meshgauge::upstream {

inline constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

struct error_rule {
  unsigned status = 500;
  double rate = 1;   ///< share of requests, 0..1
  std::string path;  ///< prefix; empty = all
};

enum class step_kind { deregister, wait, drain, exit };
enum class drain_mode { answer_503, refuse, serve };
struct shutdown_step {
  step_kind kind = step_kind::exit;
  duration time{};
  drain_mode mode = drain_mode::answer_503;
};

/// What goes wrong inside the program. A paused process and a closed port are the host's business.
enum class fault_kind { slow, hang, error, reset };
struct fault {
  fault_kind kind = fault_kind::hang;
  double factor = 1;      ///< slow: service time times
  distribution extra;     ///< slow: plus
  double rate = 1;        ///< hang, error, reset: share of requests
  unsigned status = 503;  ///< error
  std::string path;       ///< error: prefix; empty = all
};

struct instance_options {
  std::string service, id;  ///< "payments", "payments/3"
  net::endpoint at;
  std::string version, zone;
  double weight = 1;
  distribution service_time;
  unsigned workers = 64;
  std::size_t queue = 128;
  std::vector<error_rule> errors;
  duration startup{};
  std::vector<shutdown_step> shutdown;
  std::string health = "/healthz";  ///< empty = none
  std::string served_by;            ///< value of X-Served-By; empty = the id
  std::optional<net::endpoint> registry;
  discovery::registrar_options registrar;
  duration lease{};  ///< told to the registry; zero = its default
};

class instance {
 public:
  /// Called at each change of what is true about this instance.
  using truth_hook = std::function<void(truth)>;
  /// Called when the last shutdown step is reached: the process ends. From a coroutine of the host: kill it later.
  using exit_hook = std::function<void()>;

  instance(net::host& on, instance_options o, truth_hook on_truth, exit_hook on_exit);
  instance(const instance&) = delete;
  instance& operator=(const instance&) = delete;

  /// Starts up, listens, registers. \param warm  has been running: no start-up time.
  void start(bool warm);
  /// Goes through the shutdown steps.
  void stop();
  void register_again();
  void deregister();
  /// The process is gone (its host was killed).
  void died();

  /// \return a number for `heal`.
  std::uint64_t inflict(fault f);
  void heal(std::uint64_t number);

  void set_served_by(std::string text) { options_.served_by = std::move(text); }
  void on_exit(exit_hook hook) { on_exit_ = std::move(hook); }

  truth state() const { return state_; }
  /// In its shutdown steps.
  bool stopping() const { return stopping_; }
  bool registered() const { return registrar_ != nullptr && registrar_->registered(); }
  /// Ready to serve and, when it registers at all, registered once.
  bool ready() const { return state_ == truth::serving && (!options_.registry || announced_); }
  std::size_t in_flight() const { return in_flight_; }
  std::uint64_t served() const { return served_; }
  const instance_options& options() const { return options_; }
  /// The address cannot be listened at; empty while all is well.
  const std::string& problem() const { return problem_; }

 private:
  struct numbered_fault {
    std::uint64_t number;
    fault what;
  };
  struct answer_plan {
    enum class kind { serve, status, hang, reset } what = kind::serve;
    unsigned status = 200;
    bool queue_full = false;
    instant done{};
  };

  net::task<void> come_up(bool warm);
  net::task<void> go_down();
  net::task<void> accept(net::listener& at);
  net::task<void> connection(net::stream_ptr s);
  net::task<void> deregister_now(duration at_most);
  void become(truth t);
  void settle_listening();
  answer_plan plan(std::string_view path, const rng& draws);
  void append_response(std::string& out, unsigned status, bool keep_alive, bool to_head, std::string_view details);

  net::host& host_;
  instance_options options_;
  truth_hook on_truth_;
  exit_hook on_exit_;
  /// One a registration, all kept until the process dies: their coroutines may still have a call under way.
  std::vector<std::unique_ptr<discovery::registrar>> registrars_;
  discovery::registrar* registrar_ = nullptr;  ///< the latest
  net::listener_ptr listener_;
  net::cpu workers_;
  std::vector<numbered_fault> faults_;
  std::uint64_t next_fault_ = 1;
  std::uint64_t anonymous_ = 0;  ///< requests without an id
  truth state_ = truth::stopped;
  bool want_listening_ = false;
  bool want_registered_ = false;
  bool stopping_ = false;
  bool draining_ = false;
  bool announced_ = false;
  std::size_t in_flight_ = 0;
  std::uint64_t served_ = 0;
  std::string problem_;
};

}  // namespace meshgauge::upstream
