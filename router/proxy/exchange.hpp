#pragma once
/// One client connection of the router, and the request that is being worked on.

#include <array>
#include <optional>
#include <string>

#include "router/discovery/call.hpp"
#include "router/http/body.hpp"
#include "router/http/text.hpp"
#include "router/proxy/router.hpp"
#include "router/proxy/upload.hpp"

namespace meshgauge::proxy {

class exchange final : public discovery::repeatable_try {
 public:
  exchange(router& r, net::stream_ptr s);

  /// Waits for a request head. `refused`: it cannot be served, say so with refuse(); `over`: the connection has ended.
  enum class arrival { request, refused, over };
  net::task<arrival> next();
  /// Works on the request that `next` found: forwards, relays, or answers. False: the connection is over.
  net::task<bool> run();
  /// Answers a refused request; the connection is over.
  net::task<void> refuse();
  /// Before a connection that is over goes: lets the last answer arrive.
  net::task<void> leave();

 private:
  static constexpr std::size_t small_body = 16 * 1024;

  /// The request's head, parsed again when somebody else has used the scratch head since.
  const http::head& parse();
  /// \param head  the method was read, and it is HEAD.
  arrival refused(cause why, bool head = false);
  bool begin(const http::head& h);
  net::task<bool> serve();
  net::task<bool> relay(unsigned status);
  net::task<bool> relay_rest(pieces& body);
  net::task<void> switch_protocols();
  net::task<bool> answer(cause why);
  net::task<bool> answer_myself();
  net::task<bool> say(http::answer a);
  struct explanation {
    unsigned status;
    std::string fields, body;
  };
  explanation explain(cause why) const;
  void finished(unsigned status, cause why);
  void client_left();
  void consume_request();
  bool keep_client() const;

  // upstream_try
  void write(std::string& out) override;
  bool has_rest() const override { return !body_here_; }
  void start_rest(net::stream& to) override;
  void stop_rest() override { upload_.stop(); }
  bool accepts_switch(const http::head& h) const override;

  bool may_repeat() const override { return !client_gone_ && !head_taken_; }
  bool abandoned() const override { return client_gone_ || upload_.fault() != cause::none; }

  void client_stirred(net::error_code ec);
  void watch_client();

  router& router_;
  net::stream_ptr down_;
  net::member_op<exchange, &exchange::client_stirred> watch_;
  upload upload_;
  std::size_t head_size_ = 0;  ///< bytes of the request head, still in the buffer
  std::size_t body_size_ = 0;  ///< bytes of the body behind it, when body_here_
  std::size_t stripped_ = 0;   ///< bytes of the target that the instance does not see
  cause refusal_ = cause::none;
  unsigned minor_ = 1;
  bool keep_alive_ = true;
  bool body_here_ = true;  ///< the whole body is in the buffer (or there is none)
  bool chunked_ = false;   ///< request body
  bool expects_continue_ = false;
  bool takes_trailers_ = false;
  bool mine_ = false;        ///< nobody else is to answer: OPTIONS *, or Max-Forwards is used up
  bool head_taken_ = false;  ///< head (and body) are consumed
  bool client_gone_ = false;
  bool lingers_ = false;  ///< the client may still be sending: read on for a moment before closing
  unsigned attempts_ = 0;
  std::optional<std::uint64_t> max_forwards_;
  std::array<std::uint64_t, 3> trace_{};  ///< for a request that brings no traceparent
  instant begun_{};
  std::uint64_t parsed_ = 0;  ///< scratch_stamp() after the head was parsed
  const char* parsed_at_ = nullptr;
  const http::head* head_ = nullptr;
  std::string service_, request_id_, method_, target_, upgrade_;
};

}  // namespace meshgauge::proxy
