#pragma once
/// The `Proxy-Status` field (RFC 9209): says in the response which proxy made it and why.

#include <string>
#include <string_view>

#include "router/core/cause.hpp"

namespace meshgauge::http {

/// Appends a whole field line: `Proxy-Status: NAME; error=connection_refused; details="connection-refused"`.
/// \param proxy  a token, e.g. "router-0".
void append_proxy_status(std::string& out, std::string_view proxy, cause why);

/// The cause in a field value written by the above; cause::none when there is none.
cause parse_proxy_status(std::string_view value);

}  // namespace meshgauge::http
