#pragma once
/// The discovery client: what a program knows about services, and how it keeps knowing.
///
/// Used by clients that choose instances themselves and by routers alike: nothing but where it runs differs. For each
/// service it holds a `view` (what the registry last said) and an `endpoint_set` (what a balancer picks from). A client
/// of single services has one loop and one connection for each; a router watches everything through one (`all`).
///
///   watch   long polls: told when something changes
///   poll    asks every `poll`, on a grid that starts `phase` after the first question; late answers do not shift it
///   once    asks at first use and keeps the answer while it is not empty
///
/// A registry that fails is asked again after a back-off, 100 ms to 2 s, jittered. Each question is bounded in time.
/// What a caller gets meanwhile is the view's outage rule.
///
/// As a `resolver` it also picks: with one balancer for each service and random numbers of its own.
///
/// The client must outlive the coroutines of its host: kill or join the host first.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "router/discovery/alarm.hpp"
#include "router/discovery/backoff.hpp"
#include "router/discovery/endpoint_set.hpp"
#include "router/discovery/resolver.hpp"
#include "router/discovery/view.hpp"
#include "router/http/client.hpp"
#include "router/registry/codec.hpp"

namespace meshgauge::discovery {

enum class refresh : std::uint8_t { watch, poll, once };

/// Remembers the last answers that were parsed, so that a thousand clients of one process that get the same bytes parse
/// them once and share one list. Several, because with delays of their own clients are at different revisions.
class list_memo {
 public:
  /// Null when `body` is no list.
  registry::list_ptr decode(const std::string& body, std::string& epoch);

 private:
  static constexpr std::size_t entries_max = 128;
  struct entry {
    std::string body, epoch;
    registry::list_ptr list;
  };
  std::vector<entry> entries_;
  std::size_t found_ = 0;   ///< where the last one was: callers tend to come in a row with the same
  std::size_t oldest_ = 0;  ///< the next to be replaced
};

struct client_options {
  refresh how = refresh::watch;
  duration poll = std::chrono::seconds(2);
  duration phase{};                            ///< poll: from the first question to the second; zero = one whole `poll`
  duration wait = std::chrono::seconds(30);    ///< watch: how long the registry may hold a question
  duration timeout = std::chrono::seconds(1);  ///< for an answer, on top of `wait`
  outage_rule outage{};
  backoff_options backoff{};
  lb::balancer_options balance{};
  bool all = false;                   ///< everything through one connection, instead of single services
  std::string name{};                 ///< said to the registry; empty = the host's name
  std::shared_ptr<list_memo> memo{};  ///< shared with other clients of this world; may be null
};

class client;

/// What a client holds about one service.
class service {
 public:
  const std::string& name() const { return name_; }
  const discovery::view& view() const { return view_; }
  view_state state(instant now) const { return view_.state(now); }
  duration age(instant now) const { return view_.age(now); }
  endpoint_set& endpoints() { return endpoints_; }

 private:
  friend class client;
  service(std::string name, const client_options& options, const rng& random);
  std::string name_;
  discovery::view view_;
  endpoint_set endpoints_;
  lb::balancer balancer_;
  rng random_;
  std::size_t answered_ = 0;          ///< once: callers that waited for a read and have not picked yet
  std::unique_ptr<alarm> first_use_;  ///< once: wakes the loop
};

/// Who wants to know what happens to a client's knowledge. Called from its loops; must not call back into the client.
class view_observer {
 public:
  virtual ~view_observer() = default;
  /// The registry said something new; `what.joined` and `what.left` are usable instances.
  virtual void view_changed(instant at, const service& of, const endpoint_set::change& what) = 0;
  /// A question was not answered: `why` is the stream's error, "status 503" or what is wrong with the answer.
  virtual void registry_failed(instant at, std::string_view why) = 0;
};

class client : public resolver {
 public:
  client(net::host& on, const net::endpoint& registry, client_options options, view_observer* watching = nullptr);
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  ~client() override;

  /// With `all`: starts to watch or poll. Otherwise nothing: services start with their first use.
  void start();
  /// The service of that name; without `all`, the first call starts to watch, poll or read it.
  service& at(std::string_view name);
  /// Null when never asked for and (with `all`) never heard of.
  service* find(std::string_view name);

  picked pick(std::string_view name, std::span<const std::string_view> tried) override;
  net::task<void> load(std::string_view name, instant by) override;

  const std::map<std::string, std::unique_ptr<service>, std::less<>>& services() const { return services_; }
  instant now() const { return host_.now(); }
  std::uint64_t questions() const { return questions_; }
  std::uint64_t failures() const { return failures_; }

 private:
  struct feed;

  net::task<void> follow(service& of);
  net::task<void> follow_all();
  net::task<void> read_once(service& of);
  /// One question; false when it failed.
  net::task<bool> ask(feed& f);
  bool apply(feed& f, const std::string& body, instant asked);
  bool apply_all(feed& f, const std::string& body, instant asked);
  void take_over(service& to, registry::list_ptr list, instant asked);
  std::string target_of(const feed& f, bool wait) const;
  instant next_question(feed& f, bool answered);
  template <class F>
  void for_each(feed& f, F what);
  void fail(feed& f, std::string_view why);
  void wake(std::string_view name);

  net::host& host_;
  net::endpoint registry_;
  client_options options_;
  view_observer* observer_;
  std::map<std::string, std::unique_ptr<service>, std::less<>> services_;
  struct waiter {
    std::string_view service;
    alarm* news;
  };
  std::vector<waiter> waiting_;  ///< callers without a view, in order of arrival
  view everything_;              ///< with `all`: how fresh the whole is, for services never heard of
  std::uint64_t questions_ = 0, failures_ = 0;
};

}  // namespace meshgauge::discovery
