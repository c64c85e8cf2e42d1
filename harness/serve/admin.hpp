#pragma once
/// The admin port: health, metrics, configuration and knowledge of a running daemon, for people and for probes.
///
/// It lives in the control world, so a probe is answered however busy the workers are. No authentication and no
/// changes: bind it to loopback or a private network.

#include <functional>
#include <string>
#include <vector>

#include "harness/serve/metrics_page.hpp"
#include "router/http/server.hpp"
#include "router/net/host.hpp"

namespace meshgauge::serve {

class admin {
 public:
  struct sources {
    std::string config;                                 ///< what /config says
    std::function<std::vector<worker_view>()> workers;  ///< called for each request, on the control thread
    std::function<bool()> draining;
  };
  /// The admin must outlive the coroutines of its host: kill or join the host first.
  admin(net::host& on, sources s) : host_(on), sources_(std::move(s)) {}
  admin(const admin&) = delete;
  admin& operator=(const admin&) = delete;

  /// \return where it listens.
  net::result<net::endpoint> start(const net::endpoint& at);

  struct page {
    unsigned status = 200;
    std::string_view type = "text/plain; charset=utf-8";
    std::string body;
  };
  page answer(std::string_view method, std::string_view target) const;

 private:
  net::task<void> serve(net::stream_ptr connection);

  net::host& host_;
  sources sources_;
  net::listener_ptr listener_;
  std::size_t connections_ = 0;
};

}  // namespace meshgauge::serve
