#include "router/discovery/call.hpp"

#include <array>

#include "router/http/proxy_status.hpp"
#include "router/http/text.hpp"

namespace meshgauge::discovery {
namespace {

constexpr std::size_t remembered = 4;  ///< instances tried that a retry avoids

/// What an answer of 500 or more stands for: the instance's own failure, or what a proxy on the way says.
cause cause_of_answer(const http::head& h) {
  if (h.status < 500) return cause::none;
  const http::field* f = h.find("proxy-status");
  const cause said = f == nullptr ? cause::none : http::parse_proxy_status(f->value);
  return said == cause::none ? cause::upstream_5xx : said;
}

}  // namespace

net::task<call_result> call(repeatable_try& t, net::host& from, resolver& instances, std::string_view service,
                            std::string_view request_id, call_options o, observer* watching) {
  call_result r;
  std::array<std::string_view, remembered> tried;
  std::array<member_ptr, remembered> alive;  // keeps the ids in `tried`
  std::size_t count = 0;
  bool waited = false;
  for (;;) {
    const std::size_t avoid = o.retry.other_host ? std::min(count, remembered) : 0;
    picked p = instances.pick(service, {tried.data(), avoid});
    if (p.loading && !waited) {
      waited = true;
      co_await instances.load(service, std::min(o.deadline, saturating_add(from.now(), o.timeout)));
      continue;
    }
    if (p.loading) p.why = cause::registry_unavailable;
    if (!p.to && avoid > 0) p = instances.pick(service, {});  // nobody else: better the same again
    const instant chosen = from.now();
    attempt_record record{.service = service, .request_id = request_id, .why = p.why, .chosen = chosen};
    record.view_age = p.view_age;
    record.revision = p.revision;
    if (!p.to) {
      record.end = chosen;
      if (watching != nullptr) watching->attempted(record);
      r.why = p.why;
      co_return r;
    }
    ++r.tries;
    record.instance = p.to.instance().get();
    if (watching != nullptr) record.tag = watching->chosen(*p.to);
    t.aim(p.to->pool(), p.to->address());
    t.respond_by = std::min(o.deadline, saturating_add(chosen, o.timeout));
    r.why = co_await http::try_upstream(t);
    r.status = 0;
    r.answered = cause::none;
    if (r.why == cause::none) {
      r.status = http::scratch_head_now().status;
      r.answered = cause_of_answer(http::scratch_head_now());
    }
    if (t.abandoned()) {
      r.why = cause::client_abort;
    } else if (r.why != cause::none && from.now() >= o.deadline) {
      r.why = cause::deadline_exceeded;
    }
    if (r.why == cause::connection_refused || r.why == cause::connect_timeout) instances.unreachable(*p.to);
    record.why = r.why == cause::none ? r.answered : r.why;
    record.status = r.status;
    record.end = from.now();
    // An answer is a 5xx, whatever the proxy that gave it says about its own tries: only what failed here failed here.
    const cause failure = r.status == 0 ? r.why : r.answered == cause::none ? cause::none : cause::upstream_5xx;
    const bool again = t.may_repeat() && worth_another(o.retry, r.tries, failure, r.status, t.idempotent);
    if (watching != nullptr) watching->attempted(record);
    if (!again) {
      r.to = std::move(p.to);
      co_return r;
    }
    t.connection.close();
    if (count < remembered) {
      alive[count] = p.to.instance();
      tried[count] = alive[count]->what().id;
    }
    ++count;
  }
}

}  // namespace meshgauge::discovery
