#include "fakes/upstream/instance.hpp"

#include <utility>

#include "router/http/body.hpp"
#include "router/http/proxy_status.hpp"

namespace meshgauge::upstream {

using net::error_code;
using net::task;
using namespace std::chrono_literals;

instance::instance(net::host& on, instance_options o, truth_hook on_truth, exit_hook on_exit)
    : host_(on),
      options_(std::move(o)),
      on_truth_(std::move(on_truth)),
      on_exit_(std::move(on_exit)),
      workers_(options_.workers) {
  if (options_.served_by.empty()) options_.served_by = options_.id;
}

void instance::become(truth t) {
  if (state_ == t) return;
  state_ = t;
  if (on_truth_) on_truth_(t);
}

// ------------------------------------------------------------------------------------------------- life

void instance::start(bool warm) {
  become(truth::starting);
  host_.spawn(come_up(warm));
}

task<void> instance::come_up(bool warm) {
  if (!warm && options_.startup > duration::zero()) {
    const error_code ec = co_await host_.sleep(options_.startup);
    if (ec || stopping_) co_return;
  }
  want_listening_ = true;
  settle_listening();
  become(truth::serving);
  register_again();
}

void instance::settle_listening() {
  if (want_listening_ && listener_ == nullptr) {
    auto l = host_.listen(options_.at);
    if (!l) {
      problem_ = options_.id + " cannot listen at " + net::to_string(options_.at) + ": " + l.error().message();
      return;
    }
    listener_ = std::move(*l);
    host_.spawn(accept(*listener_));
  } else if (!want_listening_ && listener_ != nullptr) {
    listener_->close();  // the accept coroutine ends before the listener goes
    listener_.reset();
  }
}

void instance::register_again() {
  if (!options_.registry) return;
  want_registered_ = true;
  if (registrar_ != nullptr && registrar_->running()) return;  // deregister_now() looks again when that one has ended
  registry::instance what;
  what.id = options_.id;
  what.service = options_.service;
  what.address = options_.at.address.to_string();
  what.port = options_.at.port;
  what.weight = options_.weight;
  what.zone = options_.zone;
  what.version = options_.version;
  what.ttl = options_.lease;
  registrars_.push_back(
      std::make_unique<discovery::registrar>(host_, *options_.registry, std::move(what), options_.registrar));
  registrar_ = registrars_.back().get();
  registrar_->start();
  announced_ = true;
}

task<void> instance::deregister_now(duration at_most) {
  want_registered_ = false;
  discovery::registrar* const leaving = registrar_;
  if (leaving == nullptr || !leaving->running()) co_return;
  const bool confirmed = co_await leaving->deregister(saturating_add(host_.now(), at_most));
  (void)confirmed;                                                           // otherwise the lease will lapse
  while (want_registered_ && leaving == registrar_ && leaving->running()) {  // its last call is still under way
    const error_code ec = co_await host_.sleep(10ms);
    if (ec) co_return;
  }
  if (want_registered_ && leaving == registrar_) register_again();
}

void instance::deregister() {
  host_.spawn(deregister_now(5s));
}

void instance::stop() {
  if (state_ == truth::stopped || std::exchange(stopping_, true)) return;
  host_.spawn(go_down());
}

task<void> instance::go_down() {
  for (const shutdown_step& step : options_.shutdown) {
    if (step.kind == step_kind::deregister) {
      co_await deregister_now(1s);
    } else if (step.kind == step_kind::wait) {
      const error_code ec = co_await host_.sleep(step.time);
      if (ec) co_return;
    } else if (step.kind == step_kind::drain) {
      draining_ = step.mode == drain_mode::answer_503;
      if (step.mode == drain_mode::refuse) {
        want_listening_ = false;
        settle_listening();
      }
      become(truth::draining);
      const instant until = saturating_add(host_.now(), step.time);
      while (in_flight_ > 0 && host_.now() < until) {
        const error_code ec = co_await host_.sleep(std::min(until - host_.now(), duration(10ms)));
        if (ec) co_return;
      }
    } else {
      break;
    }
  }
  if (on_exit_) on_exit_();
}

void instance::died() {
  // The host's kill has destroyed the coroutines; what they leaned on goes now.
  registrar_ = nullptr;
  registrars_.clear();
  listener_.reset();
  workers_.reset();
  faults_.clear();
  in_flight_ = 0;
  stopping_ = draining_ = want_listening_ = want_registered_ = announced_ = false;
  become(truth::stopped);
}

// ------------------------------------------------------------------------------------------------- faults

std::uint64_t instance::inflict(fault f) {
  faults_.push_back({next_fault_, std::move(f)});
  return next_fault_++;
}

void instance::heal(std::uint64_t number) {
  std::erase_if(faults_, [&](const numbered_fault& f) { return f.number == number; });
}

// ------------------------------------------------------------------------------------------------- serving

task<void> instance::accept(net::listener& at) {
  for (;;) {
    auto s = co_await at.accept();
    if (!s) co_return;
    host_.spawn(connection(std::move(*s)));
  }
}

instance::answer_plan instance::plan(std::string_view path, const rng& draws) {
  answer_plan p;
  p.done = host_.now();
  const bool health = !options_.health.empty() && path == options_.health;
  // Faults first: they stand in front of the program.
  double factor = 1;
  duration plus{};
  for (const auto& [number, f] : faults_) {
    rng own = draws.derive("fault").derive(number);
    switch (f.kind) {
      case fault_kind::slow:
        if (health) break;
        factor *= f.factor;
        plus += f.extra.sample(own);
        break;
      case fault_kind::hang:
        if (own.chance(f.rate)) p.what = answer_plan::kind::hang;
        break;
      case fault_kind::reset:
        if (own.chance(f.rate)) p.what = answer_plan::kind::reset;
        break;
      case fault_kind::error:
        if ((f.path.empty() || path.starts_with(f.path)) && own.chance(f.rate)) {
          p.what = answer_plan::kind::status;
          p.status = f.status;
        }
        break;
    }
  }
  if (p.what != answer_plan::kind::serve || health) return p;
  const std::size_t waiting = in_flight_ > options_.workers ? in_flight_ - options_.workers : 0;
  if (in_flight_ >= options_.workers && waiting >= options_.queue) {
    p.what = answer_plan::kind::status;
    p.status = 503;
    p.queue_full = true;
    return p;
  }
  std::uint64_t rule = 0;
  for (const error_rule& e : options_.errors) {
    rng own = draws.derive("error").derive(rule++);
    if (p.status == 200 && (e.path.empty() || path.starts_with(e.path)) && own.chance(e.rate)) p.status = e.status;
  }
  rng own = draws.derive("service");
  duration work = options_.service_time.sample(own);
  if (factor != 1) work = duration(static_cast<std::int64_t>(static_cast<double>(work.count()) * factor));
  p.done = workers_.work(host_.now(), work + plus);
  return p;
}

void instance::append_response(std::string& out, unsigned status, bool keep_alive, bool to_head,
                               std::string_view details) {
  http::append_status_line(out, status);
  http::append_field(out, "X-Served-By", options_.served_by);
  out.append(details);
  const std::string_view body = options_.id;
  out.append("Content-Length: ");
  http::append_number(out, body.size() + 1);
  out.append(keep_alive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
  if (!to_head) out.append(body).append("\n");
}

task<void> instance::connection(net::stream_ptr s) {
  s->deadline(saturating_add(host_.now(), 75s));
  for (;;) {
    http::verdict v = http::verdict::incomplete;
    http::head& h = http::scratch_head();
    if (!s->peek().empty()) v = http::parse_request(s->peek(), {}, h);
    if (v == http::verdict::incomplete) {
      const error_code ec = co_await s->fill();
      if (ec) co_return;
      continue;
    }
    if (v != http::verdict::complete) {
      std::string& text = http::scratch_text();
      append_response(text, http::status_of(v), false, false, {});
      const error_code ec = co_await s->send(net::buffer_of(text));
      (void)ec;
      co_return;
    }
    const http::field* id = h.find("x-request-id");
    const rng draws = id != nullptr ? host_.world().random().derive(hash_name(id->value))
                                    : host_.random("anonymous").derive(anonymous_++);
    const bool keep_alive = h.keep_alive && !draining_;
    const bool to_head = h.method == "HEAD";
    const std::string_view path = h.target.substr(0, h.target.find('?'));
    answer_plan p;
    if (draining_) {
      p.what = answer_plan::kind::status;
      p.status = 503;
    } else {
      p = plan(path, draws);
    }
    http::body_reader body(h.body, h.length);
    s->consume(h.size);
    while (!body.done()) {
      const auto step = body.next(s->peek());
      s->consume(step.consumed);
      if (step.now == http::body_reader::state::bad) co_return;
      if (step.consumed > 0 || body.done()) continue;
      const error_code ec = co_await s->fill();
      if (ec) co_return;
    }
    if (p.what == answer_plan::kind::reset) {
      s->close(net::closing::reset);
      co_return;
    }
    if (p.what == answer_plan::kind::hang) {
      s->deadline(never);
      for (;;) {  // until the other side gives up
        s->consume(s->peek().size());
        const error_code ec = co_await s->fill();
        if (ec) co_return;
      }
    }
    if (p.what == answer_plan::kind::serve) {
      ++in_flight_;
      error_code ec;
      if (p.done > host_.now()) ec = co_await host_.sleep_until(p.done);
      --in_flight_;
      if (ec) co_return;
    }
    ++served_;
    std::string& text = http::scratch_text();
    std::string details;
    if (p.queue_full) http::append_proxy_status(details, options_.id, cause::queue_full);
    append_response(text, p.status, keep_alive, to_head, details);
    s->deadline(saturating_add(host_.now(), 75s));
    const error_code ec = co_await s->send(net::buffer_of(text));
    if (ec || !keep_alive) co_return;
  }
}

}  // namespace meshgauge::upstream
