#include "router/discovery/client.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace meshgauge::discovery {

/// One line to the registry and where we stand on it. Lives in the coroutine that follows it.
struct client::feed {
  feed(client& c, service* whose)
      : of(whose),
        http(c.host_, c.registry_),
        back(c.options_.backoff, c.host_.random("discovery").derive(whose == nullptr ? "" : whose->name())),
        began(c.host_.now()) {}

  service* of;  ///< null: everything
  http::client http;
  backoff back;
  std::string epoch;
  std::uint64_t index = 0;
  bool heard = false;   ///< at least one answer
  bool broken = false;  ///< the last question failed
  instant began;
  instant grid{};  ///< poll: the next place of the grid
};

registry::list_ptr list_memo::decode(const std::string& body, std::string& epoch) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto at = (found_ + i) % entries_.size();
    const auto& known = entries_[at];
    if (known.body.size() != body.size() || known.body != body) continue;
    found_ = at;
    epoch = known.epoch;
    return known.list;
  }
  auto read = registry::decode_list(body);
  if (!read) return nullptr;
  epoch = read->epoch;
  auto list = std::make_shared<const registry::service_list>(std::move(read->list));
  if (entries_.size() < entries_max) {
    found_ = entries_.size();
    entries_.push_back({body, epoch, list});
  } else {
    found_ = oldest_;
    entries_[oldest_] = {body, epoch, list};
    oldest_ = (oldest_ + 1) % entries_max;
  }
  return list;
}

client::client(net::host& on, const net::endpoint& registry, client_options options, view_observer* watching)
    : host_(on), registry_(registry), options_(std::move(options)), observer_(watching), everything_(options_.outage) {
  MESHGAUGE_ASSERT(options_.poll > duration::zero());
  if (options_.name.empty()) options_.name = on.name();
  std::replace_if(
      options_.name.begin(), options_.name.end(),
      [](char c) {
        return !registry::valid_name({&c, 1});
      },
      '-');
}

client::~client() = default;

void client::start() {
  if (options_.all) host_.spawn(follow_all());
}

service* client::find(std::string_view name) {
  const auto at = services_.find(name);
  return at == services_.end() ? nullptr : at->second.get();
}

service::service(std::string name, const client_options& options, const rng& random)
    : name_(std::move(name)), view_(options.outage), balancer_(options.balance), random_(random.derive(name_)) {}

service& client::at(std::string_view name) {
  if (auto* known = find(name)) return *known;
  auto fresh = std::unique_ptr<service>(new service(std::string(name), options_, host_.random("balance")));
  auto& made = *services_.emplace(name, std::move(fresh)).first->second;
  if (options_.all) {
    made.view_ = everything_;  // as fresh as the rest
  } else if (options_.how == refresh::once) {
    made.first_use_ = std::make_unique<alarm>(host_);
    host_.spawn(read_once(made));
  } else {
    host_.spawn(follow(made));
  }
  return made;
}

picked client::pick(std::string_view name, std::span<const std::string_view> tried) {
  picked out;
  // With `all`, a name that nobody has heard of makes no entry: callers may ask for anything.
  service* s = options_.all ? find(name) : &at(name);
  const auto now = host_.now();
  const auto& view = s != nullptr ? s->view_ : everything_;
  const auto state = view.state(now);
  out.view_age = view.age(now);
  out.revision = view.revision();
  const bool had_answer = s != nullptr && s->answered_ > 0;
  if (had_answer) --s->answered_;
  if (s != nullptr && s->first_use_ != nullptr && !had_answer &&
      (view.list() == nullptr || view.list()->instances.empty())) {
    out.loading = true;
  } else if (state == view_state::loading) {
    out.loading = true;
  } else if (state == view_state::unavailable) {
    out.why = cause::registry_unavailable;
  } else if (s == nullptr) {
    out.why = cause::no_route;
  } else {
    out.to = s->endpoints_.pick(s->balancer_, tried, s->random_, now);
  }
  if (out.loading || (out.why == cause::none && !out.to)) out.why = cause::no_instance;
  return out;
}

net::task<void> client::load(std::string_view name, instant by) {
  service* s = options_.all ? find(name) : &at(name);
  if (s != nullptr && s->first_use_ != nullptr) s->first_use_->ring();
  alarm news(host_);
  struct place {  // also left when the frame is destroyed
    std::vector<waiter>& all;
    alarm* mine;
    place(std::vector<waiter>& to, std::string_view service, alarm& news) : all(to), mine(&news) {
      all.push_back({service, mine});
    }
    place(const place&) = delete;
    ~place() {
      std::erase_if(all, [&](const waiter& w) { return w.news == mine; });
    }
  };
  const place here(waiting_, name, news);
  const auto ec = co_await news.until(by);
  (void)ec;  // news, the deadline or the end of the host: what there is will be picked from
}

void client::wake(std::string_view name) {
  for (auto& w : waiting_) {
    if (!name.empty() && w.service != name) continue;
    if (auto* s = find(w.service)) ++s->answered_;
    w.news->ring();
  }
}

template <class F>
void client::for_each(feed& f, F what) {
  if (f.of != nullptr) {
    what(f.of->view_);
    return;
  }
  what(everything_);
  for (auto& [name, s] : services_) what(s->view_);
}

void client::fail(feed& f, std::string_view why) {
  const auto now = host_.now();
  ++failures_;
  f.broken = true;
  for_each(f, [&](view& v) { v.failed(now); });
  if (observer_ != nullptr && !host_.stopping()) observer_->registry_failed(now, why);
}

std::string client::target_of(const feed& f, bool wait) const {
  std::string out = f.of == nullptr ? "/v1/instances" : fmt::format("/v1/services/{}/instances", f.of->name());
  out += fmt::format("?client={}", options_.name);
  if (f.heard) out += fmt::format("&epoch={}&index={}", f.epoch, f.index);
  if (wait) out += fmt::format("&wait={}ns", options_.wait.count());
  return out;
}

net::task<bool> client::ask(feed& f) {
  // After a failure the first question is a plain one: a long poll that is not answered says nothing for `wait`.
  const bool wait = options_.how == refresh::watch && f.heard && !f.broken;
  const auto asked = host_.now();
  if (wait) for_each(f, [](view& v) { v.watching(); });
  ++questions_;
  auto limit = saturating_add(asked, options_.timeout);
  if (wait) limit = saturating_add(limit, options_.wait);
  auto answer = co_await f.http.ask("GET", target_of(f, wait), std::string(), limit);
  if (!answer) {
    fail(f, answer.error().message());
    co_return false;
  }
  if (answer->status != 200) {
    fail(f, fmt::format("status {}", answer->status));
    co_return false;
  }
  if (wait) for_each(f, [&](view& v) { v.watch_ended(host_.now()); });
  const bool understood = f.of != nullptr ? apply(f, answer->body, asked) : apply_all(f, answer->body, asked);
  if (!understood) fail(f, "an answer that is no list");
  co_return understood;
}

void client::take_over(service& to, registry::list_ptr list, instant asked) {
  const bool news = to.view_.list() == nullptr || to.view_.list() != list;
  to.view_.answered(std::move(list), asked);
  if (!news) return;
  const auto change = to.endpoints_.update(to.view_.list().get());
  if (observer_ != nullptr) observer_->view_changed(host_.now(), to, change);
}

bool client::apply(feed& f, const std::string& body, instant asked) {
  registry::list_ptr list;
  std::string epoch;
  if (options_.memo != nullptr) {
    list = options_.memo->decode(body, epoch);
  } else if (auto read = registry::decode_list(body)) {
    epoch = std::move(read->epoch);
    list = std::make_shared<const registry::service_list>(std::move(read->list));
  }
  if (list == nullptr || list->service != f.of->name()) return false;
  const bool same = f.heard && f.epoch == epoch && f.index == list->revision;
  f.heard = true;
  f.broken = false;
  f.index = list->revision;
  f.epoch = std::move(epoch);
  if (same)
    f.of->view_.confirmed(asked);
  else
    take_over(*f.of, std::move(list), asked);
  return true;
}

bool client::apply_all(feed& f, const std::string& body, instant asked) {
  auto read = registry::decode_changes(body);
  if (!read) return false;
  f.heard = true;
  f.broken = false;
  f.index = read->revision;
  f.epoch = std::move(read->epoch);
  const auto none = [&](const std::string& name) {
    return std::make_shared<const registry::service_list>(registry::service_list{name, f.index, {}});
  };
  everything_.answered(none(""), asked);
  for (auto& list : read->lists) at(list.service);  // makes the new ones
  std::size_t next = 0;                             // both are sorted by name
  for (auto& [name, s] : services_) {
    if (next < read->lists.size() && read->lists[next].service == name)
      take_over(*s, std::make_shared<const registry::service_list>(std::move(read->lists[next++])), asked);
    else if (s->view_.list() == nullptr || (read->full && !s->view_.list()->instances.empty()))
      take_over(*s, none(name), asked);
    else
      s->view_.confirmed(asked);
  }
  return true;
}

instant client::next_question(feed& f, bool answered) {
  const auto now = host_.now();
  if (answered) f.back.succeeded();
  if (options_.how == refresh::watch) return answered ? now : now + f.back.failed();
  if (f.grid == instant{}) f.grid = f.began + (options_.phase > duration::zero() ? options_.phase : options_.poll);
  while (f.grid <= now) f.grid += options_.poll;
  // Without any list yet, do not wait for the grid.
  return answered || f.heard ? f.grid : std::min(f.grid, now + f.back.failed());
}

net::task<void> client::follow(service& of) {
  feed f(*this, &of);
  while (!host_.stopping()) {
    const bool answered = co_await ask(f);
    wake(of.name());
    const auto next = next_question(f, answered);
    if (next <= host_.now()) continue;
    const net::error_code interrupted = co_await host_.sleep_until(next);
    if (interrupted) break;
  }
  wake(of.name());
}

net::task<void> client::follow_all() {
  feed f(*this, nullptr);
  while (!host_.stopping()) {
    const bool answered = co_await ask(f);
    wake({});
    const auto next = next_question(f, answered);
    if (next <= host_.now()) continue;
    const net::error_code interrupted = co_await host_.sleep_until(next);
    if (interrupted) break;
  }
  wake({});
}

net::task<void> client::read_once(service& of) {
  feed f(*this, &of);
  while (!host_.stopping()) {
    co_await ask(f);
    of.first_use_->silence();  // who asked meanwhile gets this answer
    wake(of.name());
    const net::error_code interrupted = co_await of.first_use_->until(never);
    if (interrupted) break;
  }
  wake(of.name());
}

}  // namespace meshgauge::discovery
