#include "harness/soak/ledger.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace meshgauge::soak {
namespace {

constexpr std::string_view prefix = "soak-";

void count(std::uint8_t& n) {
  if (n < std::numeric_limits<std::uint8_t>::max()) ++n;
}

}  // namespace

std::string_view name_of(method m) {
  return m == method::get ? "GET" : "POST";
}

std::string id_of(request_number n) {
  return fmt::format("{}{}", prefix, n);
}

std::optional<request_number> number_of(std::string_view id) {
  if (!id.starts_with(prefix)) return std::nullopt;
  id.remove_prefix(prefix.size());
  request_number n = 0;
  const auto [end, ec] = std::from_chars(id.data(), id.data() + id.size(), n);
  if (ec != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return n;
}

bool nothing_sent(cause c) {
  switch (c) {
    case cause::no_route:
    case cause::no_instance:
    case cause::no_healthy_instance:
    case cause::registry_unavailable:
    case cause::connection_refused:
    case cause::connect_timeout:
    case cause::pool_exhausted:
      return true;
    default:
      return false;
  }
}

request_number ledger::begin(method m) {
  entries_.emplace_back().how = m;
  return static_cast<request_number>(entries_.size() - 1);
}

ledger::entry* ledger::find(request_number n) {
  if (n < entries_.size()) return &entries_[n];
  strangers_.push_back(n);
  return nullptr;
}

void ledger::answered(request_number n, unsigned status, cause why, bool own) {
  entry* e = find(n);
  if (e == nullptr) return;
  count(e->answers);
  e->status = static_cast<std::uint16_t>(status);
  e->why = why;
  e->own = own;
}

void ledger::lost(request_number n) {
  if (entry* e = find(n)) count(e->losses);
}

void ledger::seen(request_number n, method m) {
  entry* e = find(n);
  if (e == nullptr) return;
  count(e->sights);
  e->other_method = e->other_method || e->how != m;
}

void ledger::logged(request_number n, unsigned status, cause why) {
  entry* e = find(n);
  if (e == nullptr) return;
  count(e->lines);
  e->log_status = static_cast<std::uint16_t>(status);
  e->log_why = why;
}

std::map<unsigned, std::uint64_t> ledger::statuses() const {
  std::map<unsigned, std::uint64_t> out;
  for (const entry& e : entries_) {
    if (e.answers > 0) ++out[e.status];
  }
  return out;
}

std::map<cause, std::uint64_t> ledger::causes() const {
  std::map<cause, std::uint64_t> out;
  for (const entry& e : entries_) {
    if (e.answers > 0) ++out[e.why];
  }
  return out;
}

std::uint64_t ledger::seen_in_all() const {
  std::uint64_t n = 0;
  for (const entry& e : entries_) n += e.sights;
  return n;
}

std::uint64_t ledger::logged_in_all() const {
  std::uint64_t n = 0;
  for (const entry& e : entries_) n += e.lines;
  return n;
}

void ledger::judge(const entry& e, const std::string& id, findings& into) {
  const auto breach = [&](bool broken, std::string_view kind) {
    if (broken) into.add(kind, id);
  };
  breach(e.losses > 0, "a request without an answer");
  breach(e.losses == 0 && e.answers == 0, "a request whose client has not ended");
  breach(e.answers + e.losses > 1, "a request that ended twice");
  if (e.answers > 0) {
    const bool own_failure = e.status >= 502 && e.status <= 504;
    breach(e.status != 200 && !own_failure, "a status that nobody here gives");
    breach(own_failure && e.why == cause::none, "a failure without a cause");
    breach(e.status == 200 && e.why != cause::none, "a success with a cause");
    if (e.status == 200) {
      breach(!e.own, "the answer to another request");
      breach(e.sights == 0, "an answer to a request that no instance has seen");
    }
    breach(e.how == method::post && nothing_sent(e.why) && e.sights > 0,
           "a POST that was sent, though its cause says not");
  }
  breach(e.how == method::post && e.sights > 1, "a POST that instances got more than once");
  breach(e.other_method, "a request that reached an instance with another method");
  breach(e.lines == 0, "a request without a line in the log");
  breach(e.lines > 1, "a request with more than one line in the log");
  breach(e.lines == 1 && e.answers == 1 && (e.log_status != e.status || e.log_why != e.why),
         "a log line that says something else than the client saw");
}

void ledger::judge(findings& into) const {
  for (std::size_t n = 0; n < entries_.size(); ++n) {
    const entry& e = entries_[n];
    judge(e, id_of(static_cast<request_number>(n)), into);
  }
  for (const request_number n : strangers_) into.add("a request that nobody has made", id_of(n));
}

}  // namespace meshgauge::soak
