#include "harness/soak/slow_clients.hpp"

#include <fmt/format.h>

#include "router/http/text.hpp"

namespace meshgauge::soak {

using namespace std::chrono_literals;
using net::error_code;
using net::task;

namespace {

/// The status of the answer at the front; 0 when there is none yet.
unsigned status_at_front(std::string_view data) {
  http::head& h = http::scratch_head();
  return http::parse_response(data, {}, false, h) == http::verdict::complete ? h.status : 0;
}

/// Waits a second for something from the other side. \return true when the connection is over, as `out` says.
task<bool> listen_a_second(net::stream& s, net::host& h, instant first_byte, slow_end& out) {
  s.deadline(h.now() + 1s);
  for (;;) {
    const error_code ec = co_await s.fill();
    if (ec == net::errc::timed_out) co_return false;
    out.after = h.now() - first_byte;
    out.status = ec ? 0 : status_at_front(s.peek());
    if (!ec && out.status == 0) continue;
    if (ec && !s.peek().empty()) out.status = status_at_front(s.peek());
    out.it = out.status == 0 ? slow_end::how::cut : slow_end::how::told;
    co_return true;
  }
}

}  // namespace

task<void> drip_head(net::host& h, net::endpoint to, instant begin, instant until, std::vector<slow_end>& ends) {
  const std::string text = "GET /soaked/slow HTTP/1.1\r\nHost: soak\r\nX-Slow: " + std::string(4096, 'a');
  const error_code ec = co_await h.sleep_until(begin);
  if (ec) co_return;
  while (h.now() < until) {
    const net::stream_ptr s = h.open(to);
    s->deadline(h.now() + 5s);
    slow_end end;
    const error_code opened = co_await s->opened();
    if (opened) {
      end.it = slow_end::how::cut;
      ends.push_back(end);
      co_return;
    }
    const instant first = h.now();
    bool over = false;
    for (std::size_t i = 0; !over && i < text.size() && h.now() < until; ++i) {
      s->deadline(h.now() + 1s);  // the last one has passed
      const error_code sent = co_await s->send(net::buffer_of(std::string_view(text).substr(i, 1)));
      (void)sent;  // what came before it is read all the same
      over = co_await listen_a_second(*s, h, first, end);
    }
    if (!over) end.after = h.now() - first;
    ends.push_back(end);
  }
}

task<void> never_read(net::host& h, net::endpoint to, std::string target, instant read_at,
                      std::vector<slow_end>& ends) {
  const net::stream_ptr s = h.open(to);
  s->deadline(h.now() + 5s);
  slow_end end;
  error_code ec = co_await s->opened();
  const std::string text = fmt::format("GET {} HTTP/1.1\r\nHost: soak\r\n\r\n", target);
  if (!ec) ec = co_await s->send(net::buffer_of(text));
  if (!ec) {
    const error_code stopped = co_await h.sleep_until(read_at);
    if (stopped) co_return;
  }
  s->deadline(h.now() + 10s);
  while (!ec) {
    ec = co_await s->fill();
    end.bytes += s->peek().size();
    s->consume(s->peek().size());
  }
  if (ec != net::errc::timed_out) end.it = slow_end::how::cut;
  ends.push_back(end);
}

task<void> drip_body(net::host& h, net::endpoint to, std::string target, std::size_t bytes,
                     std::vector<slow_end>& ends) {
  const net::stream_ptr s = h.open(to);
  s->deadline(h.now() + 5s);
  slow_end end;
  error_code ec = co_await s->opened();
  const instant first = h.now();
  const std::string text = fmt::format("POST {} HTTP/1.1\r\nHost: soak\r\nContent-Length: {}\r\n\r\n", target, bytes);
  if (!ec) ec = co_await s->send(net::buffer_of(text));
  bool over = static_cast<bool>(ec);
  for (std::size_t i = 0; !over && i < bytes; ++i) {
    s->deadline(h.now() + 1s);
    const error_code sent = co_await s->send(net::buffer_of("b"));
    (void)sent;
    over = co_await listen_a_second(*s, h, first, end);
  }
  for (int i = 0; !over && i < 5; ++i) over = co_await listen_a_second(*s, h, first, end);
  if (end.it == slow_end::how::told && end.status == 200) end.it = slow_end::how::answered;
  ends.push_back(end);
}

}  // namespace meshgauge::soak
