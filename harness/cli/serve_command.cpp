// serve: the registry and the router as a daemon on real ports, until SIGTERM or SIGINT. Flags and signals; what they
// start is in harness/serve.

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <memory>
#include <thread>

#include "harness/cli/commands.hpp"
#include "harness/cli/exit_code.hpp"
#include "harness/serve/daemon.hpp"
#include "harness/serve/flags.hpp"
#include "harness/serve/settings.hpp"
#include "scenarios/language/load.hpp"

namespace meshgauge::cli {
namespace {

/// What the parser fills in; made into serve::flags once it is done.
struct arguments {
  serve::flags lists;
  std::vector<CLI::Option*> options;  ///< of the table's settings, in its order
  bool check = false;
};

/// SIGTERM and SIGINT, caught on a thread of their own: the first asks for a graceful end, the second ends at once.
class signals {
 public:
  explicit signals(serve::daemon& d) : daemon_(d), set_(context_, SIGINT, SIGTERM) {
    wait();
    thread_ = std::thread([this] { context_.run(); });
  }
  signals(const signals&) = delete;
  signals& operator=(const signals&) = delete;
  ~signals() {
    context_.stop();
    thread_.join();
  }

 private:
  void wait() {
    set_.async_wait([this](const boost::system::error_code& ec, int) {
      if (ec) return;
      daemon_.stop();
      wait();
    });
  }
  serve::daemon& daemon_;
  boost::asio::io_context context_;
  boost::asio::signal_set set_;
  std::thread thread_;
};

int serve_until_told(const arguments& a) {
  serve::flags f = a.lists;
  for (std::size_t i = 0; i < a.options.size(); ++i) {
    if (a.options[i]->count() == 0) continue;
    f.settings.emplace_back(serve::settings()[i].name, a.options[i]->as<std::string>());
  }
  serve::configured c = serve::configure(f);
  fmt::print(stderr, "{}", c.complaints);
  if (!c.value) return wrong_input;
  std::optional<scenarios::scenario> fakes;
  if (!c.value->scenario.empty()) {
    language::loaded l = language::load_file(c.value->scenario, {.set = {}, .engine = scenarios::engine::live});
    fmt::print(stderr, "{}", language::report(l.diagnostics));
    if (!l.scenario) return wrong_input;
    fakes = std::move(*l.scenario);
  }
  if (a.check) {
    fmt::print("{}", serve::to_text(*c.value));
    return holds;
  }
  serve::daemon daemon(std::move(*c.value), std::move(fakes));
  const signals caught(daemon);
  if (const auto problem = daemon.run()) {
    fmt::print(stderr, "meshgauge serve: {}\n", *problem);
    return environment;
  }
  return holds;
}

void add_lists(CLI::App& c, arguments& a) {
  const std::string instances = "Where", choosing = "Routing and choosing";
  const auto repeatable = [&](const char* flag, std::vector<std::string>& to, const char* help) {
    return c.add_option(flag, to, help)->allow_extra_args(false);
  };
  c.add_option("--config", a.lists.config_file, "Read this file first, JSON or YAML; flags beat it")
      ->type_name("FILE")
      ->group(instances);
  c.add_flag("--check", a.check, "Check everything, print the configuration as a config file, and end")
      ->group(instances);
  repeatable("--instance", a.lists.instances, "An instance that is always there; repeatable")
      ->type_name("NAME=HOST:PORT")
      ->group(instances);
  c.add_option("--instances", a.lists.instances_file, "Such instances from a file: {\"NAME\": [\"HOST:PORT\"]}")
      ->type_name("FILE")
      ->group(instances);
  repeatable("--route", a.lists.routes,
             "path=/pay,host=*.shop,header=X-A:yes,service=payment,strip; the first that fits; repeatable [by the "
             "first segment of the path]")
      ->type_name("RULE")
      ->group(choosing);
  repeatable("--upgrade", a.lists.upgrades, "A protocol that clients may switch to, or none; repeatable [websocket]")
      ->type_name("TOKEN")
      ->group(choosing);
  repeatable("--trailer", a.lists.trailers, "A trailer field that is passed on; repeatable [none]")
      ->type_name("NAME")
      ->group(choosing);
}

}  // namespace

void add_serve(CLI::App& app, action& chosen) {
  auto a = std::make_shared<arguments>();
  CLI::App* c = app.add_subcommand("serve", "Registry and router as a daemon on real ports");
  const auto table = serve::settings();
  const serve::config defaults;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const serve::setting& s = table[i];
    const std::string flag = fmt::format("--{}", s.name), group(s.group), help(s.help), standard = s.write(defaults);
    CLI::Option* o = nullptr;
    if (s.takes.empty()) {
      o = c->add_flag(flag, help);  // "true", or what --strip=false says
    } else {
      o = c->add_option(flag, help)->type_name(std::string(s.takes))->expected(1);
      if (!standard.empty()) o->default_str(standard);
    }
    o->group(group);
    a->options.push_back(o);
  }
  add_lists(*c, *a);
  c->footer(
      "Times need a unit (250ms, 2s, 1m), sizes may have one (64KiB, 64MiB). Keys of the file are the flags' names.\n"
      "Example: meshgauge serve --registry 127.0.0.1:8500 --admin 127.0.0.1:9000 --workers 2 --access-log sampled\n"
      "Ends on SIGTERM or SIGINT, when clients have let go. Exit codes: 0 ended, 2 wrong command line or file, 4 a "
      "port is taken.");
  c->callback([a, &chosen] { chosen = [a] { return serve_until_told(*a); }; });
}

}  // namespace meshgauge::cli
