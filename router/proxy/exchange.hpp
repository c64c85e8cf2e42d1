#pragma once
/// One client connection of the router, and the request that is being worked on.

#include <string>

#include "router/discovery/call.hpp"
#include "router/http/body.hpp"
#include "router/proxy/router.hpp"

namespace meshgauge::proxy {

class exchange final : public discovery::repeatable_try {
 public:
  exchange(router& r, net::stream_ptr s);

  /// Waits for a request head. none: it is there (parse() shows it); 0 < status: refuse with it; otherwise over.
  enum class arrival { request, refused, over };
  net::task<arrival> next();
  /// Works on the request that `next` found: forwards, relays, or answers. False: the connection is over.
  net::task<bool> run();
  /// Answers a refused request and ends the connection.
  net::task<void> refuse();

 private:
  static constexpr std::size_t small_body = 16 * 1024;

  /// The request's head, parsed again when somebody else has used the scratch head since.
  const http::head& parse();
  void begin(const http::head& h);
  net::task<bool> relay(unsigned status);
  net::task<bool> relay_body(http::framing how, http::body_reader body, bool keep);
  net::task<bool> answer(cause why);
  void finished(unsigned status, cause why);
  void consume_request();

  // upstream_try
  void write(std::string& out) override;
  bool has_rest() const override { return !body_here_; }
  net::task<net::error_code> send_rest(net::stream& to) override;

  bool may_repeat() const override { return !client_gone_ && !head_taken_ && !body_failed_; }
  bool abandoned() const override { return client_gone_; }

  void client_stirred(net::error_code ec);

  router& router_;
  net::stream_ptr down_;
  net::member_op<exchange, &exchange::client_stirred> watch_;
  http::body_reader body_;     ///< of the request
  std::size_t head_size_ = 0;  ///< bytes of the request head, still in the buffer
  std::size_t body_size_ = 0;  ///< bytes of the body behind it, when body_here_
  std::size_t stripped_ = 0;   ///< bytes of the target that the instance does not see
  unsigned refusal_ = 0;
  unsigned minor_ = 1;
  bool keep_alive_ = true;
  bool body_here_ = true;  ///< the whole body is in the buffer (or there is none)
  bool chunked_ = false;   ///< request body
  bool expects_continue_ = false;
  bool head_taken_ = false;  ///< head (and body) are consumed
  bool client_gone_ = false;
  bool body_failed_ = false;  ///< the client's body was malformed, too long or too slow: body_status_
  unsigned body_status_ = 0;
  unsigned attempts_ = 0;
  discovery::ticket ticket_;  ///< held until the answer is relayed
  instant begun_{};
  std::uint64_t parsed_ = 0;  ///< scratch_stamp() after the head was parsed
  const char* parsed_at_ = nullptr;
  const http::head* head_ = nullptr;
  std::string service_, request_id_, method_, target_;
};

}  // namespace meshgauge::proxy
