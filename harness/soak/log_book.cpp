#include "harness/soak/log_book.hpp"

#include "harness/soak/served.hpp"

namespace meshgauge::soak {

void log_book::read(std::string_view text) {
  log_line l;
  const bool good = read_log_line(text, l);
  const auto why = good ? cause_named(l.cause) : std::nullopt;
  if (!why) {
    ++unreadable_;
    return;
  }
  auto of_service = statuses_.find(l.service);
  if (of_service == statuses_.end()) of_service = statuses_.try_emplace(std::string(l.service)).first;
  ++of_service->second[l.status];
  if (const auto n = number_of(l.request)) ours_.push_back({*n, static_cast<std::uint16_t>(l.status), *why});
}

void log_book::enter_into(ledger& l) const {
  for (const entry& e : ours_) l.logged(e.number, e.status, e.why);
}

std::map<unsigned, std::uint64_t> log_book::statuses() const {
  std::map<unsigned, std::uint64_t> out;
  for (const auto& [service, by_status] : statuses_) {
    for (const auto& [status, n] : by_status) out[status] += n;
  }
  return out;
}

std::map<unsigned, std::uint64_t> log_book::statuses_of(std::string_view service) const {
  const auto at = statuses_.find(service);
  return at == statuses_.end() ? std::map<unsigned, std::uint64_t>{} : at->second;
}

}  // namespace meshgauge::soak
