#include "harness/soak/served.hpp"

#include <charconv>
#include <stdexcept>

namespace meshgauge::soak {
namespace {

/// What stands between `before` and the next quote.
bool between(std::string_view text, std::string_view before, char end, std::string_view& out) {
  const auto at = text.find(before);
  if (at == std::string_view::npos) return false;
  text.remove_prefix(at + before.size());
  out = text.substr(0, text.find(end));
  return out.size() < text.size();
}

template <class Number>
bool number(std::string_view text, Number& out) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool read_log_line(std::string_view text, log_line& out) {
  std::string_view status;
  return text.starts_with('{') && text.ends_with('}') && between(text, R"("request":")", '"', out.request) &&
         between(text, R"("service":")", '"', out.service) && between(text, R"("cause":")", '"', out.cause) &&
         between(text, R"("status":)", ',', status) && number(status, out.status);
}

std::map<std::string, std::uint64_t> sum_by(std::string_view page, std::string_view metric, std::string_view label) {
  std::map<std::string, std::uint64_t> out;
  const std::string before = std::string(label) + "=\"";
  while (!page.empty()) {
    const std::string_view line = page.substr(0, page.find('\n'));
    page.remove_prefix(line.size() < page.size() ? line.size() + 1 : page.size());
    if (!line.starts_with(metric)) continue;
    const std::string_view rest = line.substr(metric.size());
    if (!rest.starts_with('{') && !rest.starts_with(' ')) continue;  // another metric whose name goes on
    std::string_view key;
    if (!label.empty() && !between(rest, before, '"', key)) continue;
    std::uint64_t value = 0;
    if (number(line.substr(line.rfind(' ') + 1), value)) out[std::string(key)] += value;
  }
  return out;
}

served::served(const std::string& program, std::vector<std::string> flags, child::on_line on_log_line) {
  std::vector<std::string> command{program, "serve"};
  const auto names = [&](const char* flag) { return std::find(flags.begin(), flags.end(), flag) != flags.end(); };
  if (!names("--listen")) command.insert(command.end(), {"--listen", "127.0.0.1:0"});
  if (!names("--admin")) command.insert(command.end(), {"--admin", "127.0.0.1:0"});
  command.insert(command.end(), flags.begin(), flags.end());
  std::future<void> up = up_.get_future();
  process_ = std::make_unique<child>(command, std::move(on_log_line), [this](std::string_view line) { heard(line); });
  if (up.wait_for(std::chrono::seconds(10)) != std::future_status::ready) {
    process_->signal(9);
    process_->wait(std::chrono::seconds(10));
    throw std::runtime_error("serve does not come up; it said:\n" + said_);
  }
  at_ = heard_;
}

void served::heard(std::string_view line) {
  said_.append(line).append("\n");
  if (is_up_) return;
  const auto address = [&](std::string_view who, net::endpoint& to) {
    if (!line.starts_with(who)) return false;
    const auto e = net::parse_endpoint(line.substr(who.size()));
    if (e) to = *e;
    return e.has_value();
  };
  address("meshgauge: registry on http://", heard_.registry);
  address("meshgauge: admin on http://", heard_.admin);
  is_up_ = address("meshgauge: router on http://", heard_.router);
  if (is_up_) up_.set_value();
}

}  // namespace meshgauge::soak
