#pragma once
/// A routing rule on one line, as `--route` takes it: `path=/pay,host=*.shop,header=X-A:yes,service=payment,strip`.
///
/// Parts in any order, each at most once; what is left out fits anything, and without `service` the path's next segment
/// names it. A comma inside a value cannot be said here; the config file can.

#include <string>
#include <string_view>

#include "harness/serve/quantities.hpp"
#include "router/proxy/routes.hpp"

namespace meshgauge::serve {

maybe_problem read_route(std::string_view text, proxy::route& to);
/// What is wrong with a finished rule: the router's own opinion, and names that no registry could hold.
maybe_problem route_problem(const proxy::route& r);

}  // namespace meshgauge::serve
