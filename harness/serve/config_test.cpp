#include "harness/serve/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "harness/serve/config_file.hpp"
#include "harness/serve/flags.hpp"
#include "harness/serve/settings.hpp"

namespace meshgauge::serve {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::string complaints_about(const std::string& text, const std::string& name = "serve.json") {
  config c;
  return language::report(read_config_text(text, name, c));
}

/// A file that lives as long as the test.
class temporary {
 public:
  explicit temporary(const std::string& text, const std::string& ending = ".json") {
    static int count = 0;
    path_ =
        testing::TempDir() + "meshgauge-serve-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + ending;
    std::ofstream(path_) << text;
  }
  ~temporary() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const char* const everything = R"json({
  // comments may stand anywhere
  "listen": "127.0.0.1:8123", "admin": "[::1]:9000", "registry": "127.0.0.1:8500", "lease": "20s", "workers": 4,
  "scenario": "some.json", "balance": "p2c", "retry": 3, "statuses": "envoy", "name": "edge",
  "connect-timeout": "100ms", "upstream-timeout": "2s", "upstream-body-timeout": "21s", "client-head-timeout": "3s",
  "client-body-timeout": "4s", "idle-timeout": "1m", "tunnel-idle-timeout": "10m", "pool-idle": "1500ms",
  "drain-timeout": "0s", "max-head": "32KiB", "max-target": 4096, "max-body": "1GiB", "max-connections": 500,
  "pool": 7, "access-log": "sampled", "access-log-share": "5%", "access-log-file": "a \"b\".log",
  "instances": { "payment": ["127.0.0.1:9001", "[::1]:9002"], "empty": [] },
  "routes": [ { "path": "/pay", "host": "*.shop", "header": "X-A", "value": "y, es", "service": "payment", "strip": true },
              { } ],
  "upgrades": ["WebSocket", "foo"], "trailers": ["grpc-status"]
})json";

TEST(Config, EveryKeyOfTheFileArrives) {
  config c;
  EXPECT_EQ(language::report(read_config_text(everything, "serve.json", c)), "");
  EXPECT_EQ(net::to_string(c.listen), "127.0.0.1:8123");
  EXPECT_EQ(net::to_string(*c.admin), "[::1]:9000");
  EXPECT_EQ(c.lease, 20s);
  EXPECT_EQ(c.workers, 4U);
  EXPECT_EQ(c.balance, lb::policy::p2c);
  EXPECT_EQ(c.retry, 3U);
  EXPECT_EQ(c.router.statuses->name(), "envoy");
  EXPECT_EQ(c.router.name, "edge");
  EXPECT_EQ(c.router.connect_timeout, 100ms);
  EXPECT_EQ(c.router.upstream_timeout, 2s);
  EXPECT_EQ(c.router.upstream_body_timeout, 21s);
  EXPECT_EQ(c.router.client_head_timeout, 3s);
  EXPECT_EQ(c.router.client_body_timeout, 4s);
  EXPECT_EQ(c.router.client_idle_timeout, 1min);
  EXPECT_EQ(c.router.tunnel_idle_timeout, 10min);
  EXPECT_EQ(c.router.pool.idle, 1500ms);
  EXPECT_EQ(c.drain_timeout, 0s);
  EXPECT_EQ(c.router.limits.head, 32768U);
  EXPECT_EQ(c.router.limits.target, 4096U);
  EXPECT_EQ(c.router.body_max, 1ULL << 30U);
  EXPECT_EQ(c.router.connections_max, 500U);
  EXPECT_EQ(c.router.pool.max, 7U);
  EXPECT_EQ(c.access_log, log_mode::sampled);
  EXPECT_EQ(c.access_log_share, 0.05);
  EXPECT_EQ(c.access_log_file, "a \"b\".log");
  ASSERT_EQ(c.instances.size(), 2U);
  EXPECT_EQ(c.instances["payment"].size(), 2U);
  ASSERT_EQ(c.routes.size(), 2U);
  EXPECT_EQ(c.routes[0].header_value, "y, es");
  EXPECT_TRUE(c.routes[0].strip);
  EXPECT_EQ(c.routes[1].service, "*");
  EXPECT_THAT(c.router.upgrades, ElementsAre("websocket", "foo"));
  EXPECT_THAT(c.router.trailers, ElementsAre("grpc-status"));
}

TEST(Config, WhatIsPrintedReadsBackAsTheSame) {
  for (const char* text : {everything, "{}"}) {
    config c, back;
    ASSERT_TRUE(read_config_text(text, "serve.json", c).empty());
    const std::string printed = to_text(c);
    EXPECT_EQ(language::report(read_config_text(printed, "printed.json", back)), "");
    EXPECT_EQ(to_text(back), printed);
    for (const setting& s : settings()) {
      if (*text != '{' || text[1] == '}') continue;
      const bool unset = s.name == "use-registry" || s.name == "strip";  // go with nothing else in that file
      EXPECT_TRUE(unset || s.write(c) != s.write(config{})) << s.name << " is not covered";
    }
  }
}

TEST(Config, YamlSaysTheSameAsJson) {
  config yaml, json;
  const std::string text =
      "listen: 127.0.0.1:8123\nworkers: 2\nstrip: true\nretry: none\nconnect-timeout: 100ms\n"
      "instances:\n  payment: [127.0.0.1:9001]\n";
  EXPECT_EQ(language::report(read_config_text(text, "serve.yaml", yaml)), "");
  EXPECT_EQ(language::report(read_config_text(text, "serve.conf", json)), "");  // found out from what it holds
  EXPECT_EQ(to_text(yaml), to_text(json));
  EXPECT_EQ(yaml.workers, 2U);
  EXPECT_EQ(yaml.retry, 0U);
  EXPECT_TRUE(yaml.strip);
}

TEST(Config, MistakesAreShownWhereTheyStand) {
  EXPECT_THAT(complaints_about("{\n  \"conect-timeout\": \"1s\"\n}"),
              AllOf(HasSubstr("serve.json:2:3: error: unknown key \"conect-timeout\" [unknown-key]"),
                    HasSubstr("did you mean \"connect-timeout\"?")));
  EXPECT_THAT(complaints_about("{ \"connect-timeout\": 250 }"),
              HasSubstr("serve.json:1:22: error: \"connect-timeout\": a time needs its unit, but here is 250"));
  EXPECT_THAT(complaints_about("workers: 65\n", "serve.yaml"),
              HasSubstr("serve.yaml:1:10: error: \"workers\": a number from 1 to 64 is expected, but here is 65"));
  EXPECT_THAT(complaints_about("{ \"strip\": \"yes\" }"), HasSubstr("\"strip\" is true or false, but here is a text"));
  EXPECT_THAT(complaints_about("{ \"name\": [] }"), HasSubstr("\"name\" takes NAME, but here is a list"));
  EXPECT_THAT(complaints_about("{ \"pool\": 1, \"pool\": 2 }"), HasSubstr("\"pool\" is given twice"));
  EXPECT_THAT(complaints_about("{ \"instances\": { \"a b\": [] } }"),
              HasSubstr("a service's name is 1 to 128 letters"));
  EXPECT_THAT(complaints_about("{ \"instances\": { \"a\": [\"db:1\"] } }"),
              HasSubstr("1:24: error: \"a\": HOST:PORT with a numeric address is expected, but here is \"db:1\""));
  EXPECT_THAT(complaints_about("{ \"routes\": [ { \"pth\": \"/\" } ] }"), HasSubstr("unknown key \"pth\" in a rule"));
  EXPECT_THAT(complaints_about("{ \"routes\": [ { \"path\": \"pay\" } ] }"), HasSubstr("a path starts with \"/\""));
  EXPECT_THAT(complaints_about("{ \"trailers\": [\"a b\"] }"), HasSubstr("\"a b\" is no name that HTTP allows here"));
  EXPECT_THAT(complaints_about("{ \"route\": [] }"), HasSubstr("did you mean \"routes\"?"));
  EXPECT_THAT(complaints_about("[]"), HasSubstr("the file is an object, but here is a list"));
  EXPECT_THAT(complaints_about("{"), HasSubstr("never closed"));
  EXPECT_THAT(complaints_about("{ \"name\": \"\xff\" }"), HasSubstr("no UTF-8 text: byte 0xff"));
}

TEST(Config, AllMistakesOfAFileAreShownAtOnce) {
  const std::string all = complaints_about("{ \"pool\": 0, \"workers\": 0, \"nonsense\": 1 }");
  EXPECT_THAT(all, AllOf(HasSubstr("\"pool\""), HasSubstr("\"workers\""), HasSubstr("\"nonsense\"")));
}

TEST(Flags, BeatTheFile) {
  const temporary file(R"({"registry": "127.0.0.1:8500", "pool": 5, "upgrades": ["a"],
                           "routes": [{"path": "/x", "service": "x"}],
                           "instances": {"a": ["127.0.0.1:1"], "b": ["127.0.0.1:2"]}})");
  flags f;
  f.config_file = file.path();
  f.settings = {{"use-registry", "127.0.0.1:8600"}, {"pool", "6"}};
  f.instances = {"a=127.0.0.1:11", "a=127.0.0.1:12"};
  f.routes = {"path=/y,service=y"};
  f.upgrades = {"none"};
  f.trailers = {"X-Sum"};
  const configured c = configure(f);
  EXPECT_EQ(c.complaints, "");
  ASSERT_TRUE(c.value);
  EXPECT_FALSE(c.value->registry);
  EXPECT_EQ(net::to_string(*c.value->use_registry), "127.0.0.1:8600");
  EXPECT_EQ(c.value->router.pool.max, 6U);
  EXPECT_EQ(c.value->instances.at("a").size(), 2U);
  EXPECT_EQ(c.value->instances.at("a")[0].port, 11);
  EXPECT_EQ(c.value->instances.at("b")[0].port, 2);
  ASSERT_EQ(c.value->routes.size(), 1U);
  EXPECT_EQ(c.value->routes[0].service, "y");
  EXPECT_TRUE(c.value->router.upgrades.empty());
  EXPECT_THAT(c.value->router.trailers, ElementsAre("x-sum"));
}

TEST(Flags, InstancesComeFromAFileOfTheirOwnToo) {
  const temporary file("payment: [127.0.0.1:9001, 127.0.0.1:9002]\n", ".yaml");
  flags f;
  f.instances_file = file.path();
  const configured c = configure(f);
  EXPECT_EQ(c.complaints, "");
  ASSERT_TRUE(c.value);
  EXPECT_EQ(c.value->instances.at("payment").size(), 2U);
}

TEST(Flags, EveryMistakeIsNamedWithItsFlag) {
  flags f;
  f.settings = {{"connect-timeout", "5"}, {"statuses", "nginxx"}, {"listen", "example.org:80"}};
  f.instances = {"payment", "a=b"};
  f.routes = {"nonsense"};
  f.trailers = {"a b"};
  const configured c = configure(f);
  EXPECT_FALSE(c.value);
  for (const char* flag : {"--connect-timeout", "--statuses", "--listen",
                           "--instance: NAME=", "--instance: HOST:", "--route", "--trailer"})
    EXPECT_THAT(c.complaints, HasSubstr(flag));
  EXPECT_THAT(c.complaints, HasSubstr("did you mean \"nginx\"?"));
}

TEST(Flags, AMissingFileIsSaid) {
  flags f;
  f.config_file = "/nowhere/serve.json";
  EXPECT_THAT(configure(f).complaints, HasSubstr("/nowhere/serve.json: error: there is no such file"));
}

TEST(Config, ContradictionsAreFound) {
  const auto of = [](const std::string& text) {
    config c;
    EXPECT_EQ(language::report(read_config_text(text, "serve.json", c)), "");
    return contradiction(c).value_or("");
  };
  EXPECT_THAT(of("{}"), HasSubstr("nobody says where instances are"));
  EXPECT_THAT(of(R"({"registry": "127.0.0.1:1", "use-registry": "127.0.0.1:2"})"), HasSubstr("exclude each other"));
  EXPECT_THAT(of(R"({"use-registry": "127.0.0.1:2", "scenario": "x"})"), HasSubstr("scenario needs registry"));
  EXPECT_THAT(of(R"({"registry": "127.0.0.1:2", "strip": true, "routes": [{}]})"), HasSubstr("strip is for"));
  EXPECT_THAT(of(R"({"registry": "127.0.0.1:2", "max-target": "16KiB"})"), HasSubstr("must be below max-head"));
  EXPECT_EQ(of(R"({"registry": "127.0.0.1:2"})"), "");
}

TEST(Config, TheRouterIsMadeWithRoutesAndRetries) {
  config c;
  c.strip = true;
  EXPECT_TRUE(router_options(c).routes.routes().at(0).strip);
  EXPECT_TRUE(router_options(c).retry.on_connect_failure);
  c.retry = 0;
  c.routes = {{.prefix = "/a", .service = "b"}, {.prefix = "/c", .service = "d"}};
  EXPECT_EQ(router_options(c).routes.routes().size(), 2U);
  EXPECT_EQ(router_options(c).retry.count, 0U);
  EXPECT_FALSE(router_options(c).retry.on_connect_failure);
}

}  // namespace
}  // namespace meshgauge::serve
