#include "router/registry/codec.hpp"

#include <gtest/gtest.h>

#include "router/registry/duration_text.hpp"

namespace meshgauge::registry {
namespace {

using namespace std::chrono_literals;

std::string refusal(std::string_view json) {
  const auto out = decode_instance(json, "pay", "a");
  return out ? "accepted" : out.error().text;
}

instance full_instance() {
  instance i;
  i.service = "pay";
  i.id = "a";
  i.address = "10.1.2.3";
  i.port = 8080;
  i.status = status::draining;
  i.weight = 2.5;
  i.zone = "eu-1";
  i.version = "v2";
  i.metadata = {{"build", "7"}, {"note", "quote \" backslash \\ line\n tab\t nul-free \x01 \xc3\xa9 \xf0\x9f\x98\x80"}};
  i.ttl = 1500ms;
  return i;
}

TEST(Codec, WhatIsWrittenReadsBackEqual) {
  const auto out = decode_instance(encode(full_instance()), "pay", "a");
  ASSERT_TRUE(out) << out.error().text;
  EXPECT_EQ(*out, full_instance());
}

TEST(Codec, WritesOneFixedForm) {
  instance i;
  i.id = "a";
  i.address = "10.0.0.1";
  i.port = 80;
  EXPECT_EQ(encode(i), R"({"id":"a","address":"10.0.0.1","port":80,"status":"UP","weight":1})");
  i.ttl = 15s;
  i.metadata = {{"b", "2"}, {"a", "1"}};
  EXPECT_EQ(encode(i), R"({"id":"a","address":"10.0.0.1","port":80,"status":"UP","weight":1,)"
                       R"("metadata":{"a":"1","b":"2"},"ttl":"15s"})");
}

TEST(Codec, DefaultsAreUpWithWeightOneAndTheRegistrysTtl) {
  const auto out = decode_instance(R"({"address":"::1","port":1})", "pay", "a");
  ASSERT_TRUE(out);
  EXPECT_EQ(out->status, status::up);
  EXPECT_EQ(out->weight, 1);
  EXPECT_EQ(out->ttl, 0s);
}

TEST(Codec, UnknownKeysAreSkippedAndThePathWins) {
  const auto out = decode_instance(
      R"({"id":"other","service":"x","address":"10.0.0.1","port":1,"new":{"deep":[1]},"zone":null})", "pay", "a");
  ASSERT_TRUE(out);
  EXPECT_EQ(out->id, "a");
  EXPECT_EQ(out->service, "pay");
}

TEST(Codec, RefusalsSayWhereAndWhatWasExpected) {
  EXPECT_EQ(refusal(""), "body: expected JSON, got nothing");
  EXPECT_EQ(refusal("{\"address\""), "body: expected JSON, got something else");
  EXPECT_EQ(refusal("[]"), "body: expected an object, got array");
  EXPECT_EQ(refusal("{}"), "address: expected an IP address, got nothing");
  EXPECT_EQ(refusal(R"({"address":7,"port":1})"), "address: expected a string, got number");
  EXPECT_EQ(refusal(R"({"address":"payments.local","port":1})"),
            "address: expected an IP address, got 'payments.local'");
  EXPECT_EQ(refusal(R"({"address":"10.0.0.1"})"), "port: expected a whole number from 1 to 65535, got nothing");
  for (auto port : {"0", "65536", "-1", "80.5", "1e3"})
    EXPECT_TRUE(refusal(std::string(R"({"address":"10.0.0.1","port":)") + port + "}")
                    .starts_with("port: expected a whole number from 1 to 65535, got "))
        << port;
  EXPECT_EQ(refusal(R"({"address":"10.0.0.1","port":"80"})"),
            "port: expected a whole number from 1 to 65535, got string");
  EXPECT_EQ(refusal(R"({"address":"10.0.0.1","port":1,"status":"up"})"),
            "status: expected UP, STARTING, DRAINING, DOWN or OUT_OF_SERVICE, got 'up'");
  for (auto weight : {"0", "-1", "1000001", "\"1\"", "true"})
    EXPECT_TRUE(refusal(std::string(R"({"address":"10.0.0.1","port":1,"weight":)") + weight + "}")
                    .starts_with("weight: expected a number above 0, at most 1000000, got "))
        << weight;
  EXPECT_EQ(refusal(R"({"address":"10.0.0.1","port":1,"ttl":"15"})"),
            R"(ttl: expected a duration such as "15s", at most 24h, got "15")");
  EXPECT_EQ(refusal(R"({"address":"10.0.0.1","port":1,"ttl":"0s"})"),
            R"(ttl: expected a duration such as "15s", at most 24h, got "0s")");
  EXPECT_EQ(refusal(R"({"address":"10.0.0.1","port":1,"metadata":{"a":1}})"),
            "metadata.a: expected a string, got number");
}

TEST(Codec, SizesAreBounded) {
  const auto with = [](std::string key, std::string value) {
    return R"({"address":"10.0.0.1","port":1,")" + key + "\":" + value + "}";
  };
  const std::string fits(limits::name, 'z'), long_one(limits::name + 1, 'z');
  EXPECT_EQ(refusal(with("zone", '"' + fits + '"')), "accepted");
  EXPECT_EQ(refusal(with("zone", '"' + long_one + '"')), "zone: expected at most 128 bytes, got 129");
  EXPECT_EQ(refusal(with("metadata", "{\"k\":\"" + std::string(1025, 'v') + "\"}")),
            "metadata.k: expected at most 1024 bytes, got 1025");
  std::string many = "{";
  for (int i = 0; i < 65; ++i) many += (i > 0 ? "," : "") + ("\"" + std::to_string(i)) + "\":\"\"";
  EXPECT_EQ(refusal(with("metadata", many + "}")), "metadata: expected at most 64 entries, got 65");
  EXPECT_EQ(refusal(std::string(limits::instance_bytes + 1, ' ')), "body: expected at most 131072 bytes, got 131073");
}

TEST(Codec, NestingIsBoundedBeforeTheParserSeesIt) {
  EXPECT_EQ(refusal(std::string(50000, '[')), "body: expected at most 8 levels, got more");
  EXPECT_EQ(refusal(R"({"address":"10.0.0.1","port":1,"x":"[[[[[[[[[[\"[[[["})"), "accepted");
}

TEST(Codec, InvalidUtf8IsRefusedOnReadingAndReplacedOnWriting) {
  EXPECT_EQ(refusal("{\"address\":\"10.0.0.1\",\"port\":1,\"zone\":\"\xff\"}"),
            "body: expected JSON, got something else");
  std::string out;
  append_json_string(out, "a\xff\xc3(\xed\xa0\x80");
  EXPECT_EQ(out, "\"a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(Codec, NamesNeedNoEscapingInAPath) {
  for (auto name : {"a", "payments-3", "A.b_c~d:e@f", "..."}) EXPECT_TRUE(valid_name(name)) << name;
  for (auto name : {"", ".", "..", "a/b", "a b", "a%2f", "\xc3\xa9", "a?b"}) EXPECT_FALSE(valid_name(name)) << name;
  EXPECT_FALSE(valid_name(std::string(129, 'a')));
}

service_list some_list() {
  service_list list{"pay", 42, {}};
  auto a = full_instance(), b = full_instance();
  b.id = "b";
  b.metadata.clear();
  list.instances = {std::make_shared<const instance>(a), std::make_shared<const instance>(b)};
  return list;
}

TEST(Codec, ListsReadBackEqual) {
  const auto out = decode_list(encode(some_list(), "e1"));
  ASSERT_TRUE(out) << out.error().text;
  EXPECT_EQ(out->epoch, "e1");
  EXPECT_EQ(out->list.service, "pay");
  EXPECT_EQ(out->list.revision, 42u);
  ASSERT_EQ(out->list.instances.size(), 2u);
  EXPECT_EQ(*out->list.instances[0], *some_list().instances[0]);
  EXPECT_EQ(*out->list.instances[1], *some_list().instances[1]);
}

TEST(Codec, ListsAreSortedByIdAndHaveNoTwins) {
  const auto body = [](std::string ids) {
    std::string out;
    for (char id : ids)
      out += (out.empty() ? "" : ",") + (R"({"id":")" + std::string(1, id)) + R"(","address":"10.0.0.1","port":1})";
    return R"({"service":"pay","revision":1,"instances":[)" + out + "]}";
  };
  const auto sorted = decode_list(body("ba"));
  ASSERT_TRUE(sorted);
  EXPECT_EQ(sorted->list.instances[0]->id, "a");
  EXPECT_EQ(decode_list(body("aba")).error().text, "instances: expected different ids, got 'a' twice");
}

TEST(Codec, ABadInstanceInAListIsNamedByItsPlace) {
  EXPECT_EQ(decode_list(R"({"service":"pay","revision":1,"instances":[
      {"id":"a","address":"10.0.0.1","port":1},{"id":"b","address":"10.0.0.1","port":70000}]})")
                .error()
                .text,
            "instances[1].port: expected a whole number from 1 to 65535, got 70000");
  EXPECT_EQ(decode_list(R"({"service":"pay","revision":1,"instances":[{"address":"10.0.0.1","port":1}]})").error().text,
            "instances[0].id: expected a name, got nothing");
}

TEST(Codec, ChangesReadBackEqual) {
  catalogue::changes changes{7, true, {std::make_shared<const service_list>(some_list())}};
  const auto out = decode_changes(encode(changes, "e1"));
  ASSERT_TRUE(out) << out.error().text;
  EXPECT_EQ(out->revision, 7u);
  EXPECT_TRUE(out->full);
  ASSERT_EQ(out->lists.size(), 1u);
  EXPECT_EQ(out->lists[0].service, "pay");
  EXPECT_EQ(out->lists[0].instances.size(), 2u);
}

TEST(Codec, EveryTruncationOfAListIsRefusedNotMisread) {
  const auto whole = encode(some_list(), "e1");
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(decode_list(whole.substr(0, n))) << n;
}

TEST(Codec, StatusBody) {
  EXPECT_EQ(*decode_status(R"({"status":"OUT_OF_SERVICE"})"), status::out_of_service);
  EXPECT_EQ(decode_status("{}").error().text,
            "status: expected UP, STARTING, DRAINING, DOWN or OUT_OF_SERVICE, got nothing");
}

TEST(DurationText, GoesBothWays) {
  for (auto [text, value] : {std::pair<const char*, duration>{"15s", 15s},
                             {"1500ms", 1500ms},
                             {"2m", 120s},
                             {"90s", 90s},
                             {"1h", 1h},
                             {"7us", 7us},
                             {"1ns", 1ns},
                             {"0s", 0s}}) {
    EXPECT_EQ(to_text(value), text);
    EXPECT_EQ(parse_duration(text, 24h), value) << text;
  }
}

TEST(DurationText, RefusesEverythingElse) {
  for (auto text : {"", "s", "15", "-1s", "+1s", "1.5s", "15 s", "15S", "25h", "99999999999999999999s",
                    "18446744073709551615h", "1d"})
    EXPECT_FALSE(parse_duration(text, 24h)) << text;
}

}  // namespace
}  // namespace meshgauge::registry
