#include "router/net/error.hpp"

#include <string>

namespace meshgauge::net {
namespace {

class net_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "meshgauge.net"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::timed_out:
        return "deadline passed";
      case errc::receive_limit:
        return "more bytes than the reader may hold";
      case errc::listener_closed:
        return "listener closed";
    }
    return "unknown";
  }
};

}  // namespace

const boost::system::error_category& category() {
  static const net_category instance;
  return instance;
}

}  // namespace meshgauge::net
