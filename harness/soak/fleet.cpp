#include "harness/soak/fleet.hpp"

#include <fmt/format.h>

#include "harness/soak/asker.hpp"
#include "harness/soak/eventually.hpp"

namespace meshgauge::soak {

using namespace std::chrono_literals;
using net::error_code;
using net::task;

fleet::fleet(net::live::live_world& w, const net::endpoint& registry, ledger& book)
    : world_(w), registry_(registry), book_(book) {
  for (std::size_t i = 0; i < first; ++i) add();
}

void fleet::add() {
  members_.push_back(std::make_unique<instance>(world_, fmt::format("soaked-{}", members_.size()), registry_, book_));
}

task<void> fleet::ask_until_answered(net::host& h, net::endpoint router, bool& answered) {
  asker a(h, router);
  while (!answered) {
    std::string text = request_text("GET", "/soaked/warm-up", "warm-up", "");
    const reply r = co_await a.ask(std::move(text), h.now() + 2s);
    answered = r.how == reply::ending::answered && r.status == 200;
    const error_code ec = co_await h.sleep(20ms);
    if (ec) co_return;
  }
}

bool fleet::warm_up(net::host& client, const net::endpoint& router) {
  bool answered = false;
  client.spawn(ask_until_answered(client, router, answered));
  return eventually(world_, 10s, [&] { return answered && client.running() == 0; });
}

std::size_t fleet::up() const {
  std::size_t n = 0;
  for (const auto& m : members_) n += m->now() == instance::state::up ? 1 : 0;
  return n;
}

instance* fleet::one(instance::state s, rng& random) {
  std::vector<instance*> fit;
  for (const auto& m : members_) {
    if (m->now() == s) fit.push_back(m.get());
  }
  return fit.empty() ? nullptr : fit[random.below(fit.size())];
}

void fleet::play(act a, rng& random) {
  const bool takes_away = a == deregister || a == stop || a == kill;
  if (takes_away && up() <= least) a = restart;
  instance* who = one(a == restart ? instance::state::gone : instance::state::up, random);
  if (a == restart && who == nullptr) a = join;
  if (a == join && up() >= most) a = kill, who = one(instance::state::up, random);
  ++played_[a];
  switch (a) {
    case join:
      add();
      break;
    case deregister:
      who->leave(false);
      break;
    case stop:
      who->leave(true);
      break;
    case kill:
      who->kill();
      break;
    case restart:
      who->restart();
      break;
    case acts:
      break;
  }
}

task<void> fleet::churn(net::host& fate) {
  rng random = fate.random("churn");
  while (!over_) {
    const error_code ec = co_await fate.sleep(1s);
    if (ec || over_) co_return;
    play(static_cast<act>(random.below(acts)), random);
  }
}

void fleet::begin_churn(net::host& fate) {
  fate.spawn(churn(fate));
}

void fleet::end() {
  over_ = true;
  for (const auto& m : members_) m->end();
}

std::string fleet::story() const {
  return fmt::format("{} joined, {} deregistered, {} stopped, {} killed, {} restarted; {} up at the end", played_[join],
                     played_[deregister], played_[stop], played_[kill], played_[restart], up());
}

}  // namespace meshgauge::soak
