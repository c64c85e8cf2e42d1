#include "router/registry/api.hpp"

#include <gtest/gtest.h>

namespace meshgauge::registry {
namespace {

using namespace std::chrono_literals;

struct Api : testing::Test {
  directory_options options{.epoch = "e"};
  std::unique_ptr<directory> dir = std::make_unique<directory>(options, rng(1));
  instant now{};

  std::string call(std::string_view method, std::string_view target, std::string_view body = "") {
    const auto out = handle(*dir, method, target, body, now);
    if (const auto* wait = std::get_if<long_poll>(&out))
      return "wait " + wait->service + " " + std::to_string(wait->index) + " " + wait->client + " " +
             std::to_string(wait->time / 1s) + "s";
    const auto& r = std::get<reply>(out);
    return std::to_string(r.status) + " " + *r.body + (r.revision ? " @" + std::to_string(*r.revision) : "") +
           std::string(r.allow.empty() ? "" : " allow=") + std::string(r.allow);
  }
  std::string put(std::string path, int port = 80) {
    return call("PUT", "/v1/services/" + path, R"({"address":"10.0.0.1","port":)" + std::to_string(port) + "}");
  }
};

const std::string a80 = R"({"id":"a","address":"10.0.0.1","port":80,"status":"UP","weight":1})";

TEST_F(Api, RegistersReplacesAndRemoves) {
  EXPECT_EQ(put("pay/instances/a"), "201 " + a80);
  EXPECT_EQ(put("pay/instances/a"), "200 " + a80);
  EXPECT_EQ(call("GET", "/v1/services/pay/instances/a"), "200 " + a80);
  EXPECT_EQ(call("GET", "/v1/services/pay/instances"),
            R"(200 {"epoch":"e","service":"pay","revision":1,"instances":[)" + a80 + "]} @1");
  EXPECT_EQ(call("DELETE", "/v1/services/pay/instances/a"), "200 {}");
  EXPECT_EQ(call("DELETE", "/v1/services/pay/instances/a"), R"(404 {"error":"pay/a is not registered"})");
  EXPECT_EQ(call("GET", "/v1/services/pay/instances"),
            R"(200 {"epoch":"e","service":"pay","revision":2,"instances":[]} @2)");
}

TEST_F(Api, HeartbeatOfAnUnknownInstanceAsksForRegistration) {
  EXPECT_EQ(call("PUT", "/v1/services/pay/instances/a/heartbeat"), R"(404 {"error":"pay/a is not registered"})");
  put("pay/instances/a");
  now += 14s;
  EXPECT_EQ(call("PUT", "/v1/services/pay/instances/a/heartbeat"), "200 {}");
  now += 14s;
  EXPECT_TRUE(dir->sweep(now).empty());
  now += 1s;
  EXPECT_EQ(dir->sweep(now).size(), 1u);
}

TEST_F(Api, StatusChangesWithoutTheRest) {
  put("pay/instances/a");
  EXPECT_EQ(call("PUT", "/v1/services/pay/instances/a/status", R"({"status":"DRAINING"})"), "200 {}");
  EXPECT_EQ(dir->table().get("pay", "a")->status, status::draining);
  EXPECT_EQ(call("PUT", "/v1/services/pay/instances/b/status", R"({"status":"UP"})"),
            R"(404 {"error":"pay/b is not registered"})");
  EXPECT_EQ(call("PUT", "/v1/services/pay/instances/a/status", R"({"status":"GONE"})").substr(0, 3), "400");
}

TEST_F(Api, AnUnknownServiceIsAnEmptyList) {
  EXPECT_EQ(call("GET", "/v1/services/nobody/instances"),
            R"(200 {"epoch":"e","service":"nobody","revision":0,"instances":[]} @0)");
}

TEST_F(Api, ALongPollWaitsOnlyWhenThereIsNothingNew) {
  put("pay/instances/a");
  EXPECT_EQ(call("GET", "/v1/services/pay/instances?wait=30s&index=0").substr(0, 3), "200");
  EXPECT_EQ(call("GET", "/v1/services/pay/instances?wait=30s&index=1&client=c1"), "wait pay 1 c1 30s");
  EXPECT_EQ(call("GET", "/v1/services/pay/instances?wait=30s").substr(0, 3), "200") << "no index: the first question";
  EXPECT_EQ(call("GET", "/v1/services/pay/instances?index=1").substr(0, 3), "200") << "no wait";
  put("orders/instances/x");
  EXPECT_EQ(call("GET", "/v1/services/pay/instances?wait=30s&index=1"), "wait pay 1  30s");
  EXPECT_EQ(call("GET", "/v1/instances?wait=5m&index=2"), "wait  2  300s");
}

TEST_F(Api, AReaderFromAnotherLifeIsAnsweredAtOnce) {
  put("pay/instances/a");
  EXPECT_EQ(call("GET", "/v1/services/pay/instances?wait=30s&index=57").substr(0, 3), "200");
  EXPECT_EQ(call("GET", "/v1/services/pay/instances?wait=30s&index=1&epoch=before").substr(0, 3), "200");
  EXPECT_EQ(call("GET", "/v1/services/pay/instances?wait=30s&index=1&epoch=e").substr(0, 4), "wait");
  EXPECT_NE(call("GET", "/v1/instances?wait=30s&index=1&epoch=before").find(R"("full":true)"), std::string::npos);
}

TEST_F(Api, TellsWhatChangedInAllServices) {
  put("pay/instances/a");
  put("orders/instances/a");
  EXPECT_EQ(call("GET", "/v1/instances"), R"(200 {"epoch":"e","revision":2,"full":true,"services":{"orders":[)" + a80 +
                                              R"(],"pay":[)" + a80 + "]}} @2");
  EXPECT_EQ(call("GET", "/v1/instances?index=1"),
            R"(200 {"epoch":"e","revision":2,"full":false,"services":{"orders":[)" + a80 + "]}} @2");
  EXPECT_EQ(call("GET", "/v1/services"), R"(200 {"services":{"orders":1,"pay":1}})");
}

TEST_F(Api, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(call("GET", "/"), R"(404 {"error":"no such resource"})");
  EXPECT_EQ(call("GET", "/v2/services").substr(0, 3), "404");
  EXPECT_EQ(call("GET", "/v1/services/pay").substr(0, 3), "404");
  EXPECT_EQ(call("PUT", "/v1/services/pay/instances/a/renew").substr(0, 3), "404");
  EXPECT_EQ(call("POST", "/v1/services"), R"(405 {"error":"allowed here: GET"} allow=GET)");
  EXPECT_EQ(call("PATCH", "/v1/services/pay/instances/a").substr(0, 3), "405");
  EXPECT_EQ(call("GET", "/v1/services/pay/instances/a/heartbeat").substr(0, 3), "405");
  EXPECT_EQ(call("PUT", "/v1/services/p%2fy/instances/a", "{}"),
            R"(400 {"error":"service: expected 1 to 128 letters, digits and -_.~:@"})");
  EXPECT_EQ(call("GET", "/v1/services//instances").substr(0, 3), "400");
  EXPECT_EQ(call("PUT", "/v1/services/pay/instances/a", "{}"),
            R"(400 {"error":"address: expected an IP address, got nothing"})");
  EXPECT_EQ(call("PUT", "/v1/services/pay/instances/a", std::string(limits::instance_bytes + 1, ' ')).substr(0, 3),
            "413");
  EXPECT_EQ(call("GET", "/v1/instances?wait=11m&index=0"),
            R"(400 {"error":"wait: expected a duration such as 30s, at most 10m, got '11m'"})");
  EXPECT_EQ(call("GET", "/v1/instances?index=-1").substr(0, 3), "400");
  EXPECT_EQ(call("GET", "healthz").substr(0, 3), "400");
  EXPECT_EQ(dir->table().size(), 0u);
}

TEST_F(Api, AnIdMayHoldAnEscapedSlash) {
  EXPECT_EQ(put("pay/instances/" + path_segment("pay/3+1")).substr(0, 3), "201");
  EXPECT_NE(dir->table().get("pay", "pay/3+1"), nullptr);
  EXPECT_EQ(call("PUT", "/v1/services/pay/instances/pay%2F3+1/heartbeat"), "200 {}");
  EXPECT_EQ(call("PUT", "/v1/services/pay/instances/pay/3+1/heartbeat").substr(0, 3), "404");
  const auto list = decode_list(*dir->read("pay", {}, now).body);
  ASSERT_TRUE(list) << list.error().text;
  EXPECT_EQ(list->list.instances[0]->id, "pay/3+1");
}

TEST_F(Api, NamesMayBeEscapedInThePath) {
  EXPECT_EQ(put("pay%2Dments/instances/%61"), "201 " + a80);
  EXPECT_NE(dir->table().get("pay-ments", "a"), nullptr);
}

}  // namespace
}  // namespace meshgauge::registry
