#include "fakes/client/client.hpp"

#include <algorithm>

#include "router/http/body.hpp"
#include "router/http/text.hpp"

namespace meshgauge::client {

using net::error_code;
using net::task;

class client::one_call final : public discovery::repeatable_try {
 public:
  one_call(client& c, std::string_view id) : repeatable_try(c.host_), client_(c), id_(id) {
    pool = c.options_.pool;
    connect_timeout = c.options_.connect_timeout;
    idempotent = http::idempotent(c.options_.method);
    to_head = c.options_.method == "HEAD";
  }

 private:
  void write(std::string& out) override {
    const client_options& o = client_.options_;
    out.append(o.method).append(" ").append(o.path).append(" HTTP/1.1\r\n");
    http::append_field(out, "Host", o.service);
    http::append_field(out, "X-Request-Id", id_);
    out.append(o.fields);
    if (!o.body.empty()) {
      out.append("Content-Length: ");
      http::append_number(out, o.body.size());
      out.append("\r\n");
    }
    if (!o.keep_alive) out.append("Connection: close\r\n");
    out.append("\r\n").append(o.body);
  }
  client& client_;
  std::string_view id_;
};

namespace {

/// Reads the body behind a head of `size` bytes; none when it came in full.
task<cause> read_body(net::stream& s, std::size_t size, http::body_reader body) {
  s.consume(size);
  while (!body.done()) {
    const auto step = body.next(s.peek());
    s.consume(step.consumed);
    if (step.now == http::body_reader::state::bad) co_return cause::truncated_response;
    if (step.consumed > 0 || body.done()) continue;
    const error_code ec = co_await s.fill();
    if (!ec) continue;
    if (ec == net::end_of_stream() && body.ends_here()) break;
    co_return ec == net::errc::timed_out ? cause::deadline_exceeded : cause::truncated_response;
  }
  co_return cause::none;
}

}  // namespace

task<void> client::request(std::uint64_t number, std::string id, instant due) {
  ++in_flight_;
  ended e;
  e.number = number;
  e.due = due;
  e.sent = host_.now();
  const instant deadline = saturating_add(due, options_.timeout);
  one_call t(*this, id);
  discovery::call_options call = options_.call;
  call.deadline = deadline;
  std::string served_by;
  for (;;) {
    ++e.attempts;
    const discovery::call_result r =
        co_await discovery::call(t, host_, instances_, options_.service, id, call, watching_);
    e.why = r.why;
    e.status = r.why == cause::none ? r.status : status_of(r.why);
    if (r.status != 0) {
      const http::head& h = http::scratch_head_now();
      e.why = r.answered;
      if (const http::field* f = h.find("x-served-by")) served_by.assign(f->value);
      const bool keep = h.keep_alive && options_.keep_alive && !t.cut_short;
      http::body_reader body(h.body, h.length);
      t.connection->deadline(deadline);
      const std::size_t size = h.size;
      // The usual answer is here in full.
      if (h.body == http::framing::none ||
          (h.body == http::framing::length && t.connection->peek().size() - size >= h.length)) {
        t.connection->consume(size + static_cast<std::size_t>(h.body == http::framing::none ? 0 : h.length));
      } else {
        const cause cut = co_await read_body(*t.connection, size, body);
        if (cut != cause::none) e.why = cut;
        if (cut == cause::deadline_exceeded) e.status = 0;
      }
      if (keep && e.why != cause::truncated_response && e.why != cause::deadline_exceeded) {
        t.connection.keep(options_.pool, host_.now());
      }
      t.connection.close();
    }
    if (host_.now() >= deadline || !discovery::worth_another(options_.retry, e.attempts, e.why, e.status, t.idempotent))
      break;
  }
  if (e.why == cause::client_abort) e.why = cause::deadline_exceeded;  // the run is over
  e.end = host_.now();
  e.served_by = served_by;
  --in_flight_;
  done_.request_ended(e);
}

}  // namespace meshgauge::client
