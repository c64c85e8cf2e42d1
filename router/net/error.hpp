#pragma once
/// Errors of the seam. What the kernel would say is said with the kernel's own codes (`connection_refused`,
/// `connection_reset`, `broken_pipe`, asio's `eof`); what only we can say has a code of its own here.
/// `operation_aborted` always means cancellation, never a time-out.

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace meshgauge::net {

using boost::system::error_code;
template <class T>
using result = boost::system::result<T>;

enum class errc {
  timed_out = 1,    ///< our own deadline passed
  receive_limit,    ///< more bytes are waiting than the reader allows itself to hold
  listener_closed,  ///< accept() on a listener that is closed
};

const boost::system::error_category& category();
inline error_code make_error_code(errc e) {
  return {static_cast<int>(e), category()};
}

inline error_code aborted() {
  return boost::asio::error::operation_aborted;
}
inline error_code end_of_stream() {
  return boost::asio::error::eof;
}
inline error_code refused() {
  return boost::asio::error::connection_refused;
}
inline error_code reset() {
  return boost::asio::error::connection_reset;
}
inline error_code broken_pipe() {
  return boost::asio::error::broken_pipe;
}

}  // namespace meshgauge::net

template <>
struct boost::system::is_error_code_enum<meshgauge::net::errc> : std::true_type {};
