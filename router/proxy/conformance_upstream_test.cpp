// Connections to instances: what is kept and what is not, the keep-alive race, retries, early answers, clients that go
// away, tunnels.

#include "router/proxy/conformance_test.hpp"

namespace meshgauge::proxy::conformance {
namespace {

using namespace std::string_literals;

const std::string ask = get("/payment/7");
std::string by(std::string_view method, std::string_view fields = "", std::string_view body = "") {
  return std::string(method) + " /payment/7 HTTP/1.1\r\nHost: shop\r\n" + std::string(fields) + "\r\n" +
         std::string(body);
}
const std::string length2 = "Content-Length: 2\r\n";

/// Two requests one after the other; the instance answers with these, over so many connections.
scene two(std::string name, script first, std::size_t connections, const std::string& request = ask) {
  scene s{.name = std::move(name), .client = {request, until("hi"), pause(10ms), request}};
  s.instance = {std::move(first), {ok("second")}};
  s.statuses = {200, 200};
  s.requests = 2;
  s.connections = connections;
  s.answer_lacks = {"poison"};
  return s;
}

std::vector<scene> pools() {
  std::vector<scene> all{
      two("AConnectionIsKept", {ok()}, 1),
      two("ClosedWhileIdle", {ok(), pause(2ms), leave()}, 2),
      two("ResetWhileIdle", {ok(), pause(2ms), reset()}, 2),
      two("ClosedBehindTheAnswer", {ok(), leave()}, 2),
      two("HalfClosedBehindTheAnswer", {ok(), finish()}, 2),
      two("BytesWhileIdle", {ok(), pause(2ms), ok("poison")}, 2),
      two("OneByteWhileIdle", {ok(), pause(2ms), "\n"}, 2),
      two("ATimeoutNoticeWhileIdle",
          {ok(), pause(2ms), "HTTP/1.1 408 Request Timeout\r\nContent-Length: 6\r\n\r\npoison", leave()}, 2),
      two("AnnouncedToClose", {ok("hi", "Connection: close\r\n"), leave()}, 2),
      two("ABodyWithAKeptConnection", {ok()}, 1, by("POST", length2, "ab")),
      two("ChunksWithAKeptConnection", {ok()}, 1, by("POST", "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n")),
  };
  scene idle = two("IdleForTooLong", {ok()}, 2);
  idle.with = [](options& o) { o.pool.idle = 20ms; };
  idle.client = {ask, until("hi"), pause(60ms), ask};
  all.push_back(idle);
  scene other = two("AnotherClientsCloseDoesNotCloseTheInstances", {ok()}, 1);
  other.client = {get("/payment/7", "Connection: keep-alive\r\n"), until("hi"),
                  get("/payment/7", "Connection: close\r\n")};
  other.end = ending::closed;
  all.push_back(other);
  scene many{.name = "ManyRequestsShareAConnection"};
  for (int i = 0; i < 30; ++i) many.client.push_back(get("/payment/" + std::to_string(i)));
  many.statuses = std::vector<unsigned>(30, 200);
  many.requests = 30;
  many.connections = 1;
  many.whole_only = true;
  all.push_back(many);
  return all;
}

/// The kept connection dies as the second request leaves: `end` instead of an answer.
scene race(std::string name, const std::string& request, act end, bool again, const char* why) {
  scene s{.name = std::move(name), .client = {ask, until("hi"), pause(5ms), request}};
  s.instance = {{ok()}, {std::move(end)}, {ok("third")}};
  s.requests = again ? 3 : 2;
  s.connections = again ? 2 : 1;
  s.statuses = {200, again ? 200U : 502U};
  if (!again) s.answer_has = {"details=\""s + why + "\""};
  s.whole_only = true;
  return s;
}

std::vector<scene> races() {
  std::vector<scene> all;
  for (const char* method : {"GET", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    all.push_back(race(method + "ClosedWhileKept"s, by(method), leave(), true, ""));
    all.push_back(race(method + "ResetWhileKept"s, by(method), reset(), true, ""));
  }
  all.push_back(race("PutWithASmallBody", by("PUT", length2, "ab"), leave(), true, ""));
  for (const char* method : {"POST", "PATCH", "LOCK", "get"}) {
    all.push_back(race(method + "ClosedWhileKept"s, by(method), leave(), false, "connection-closed-before-response"));
    all.push_back(race(method + "ResetWhileKept"s, by(method), reset(), false, "connection-reset-before-response"));
  }
  all.push_back(race("PostWithABody", by("POST", length2, "ab"), leave(), false, "connection-closed-before-response"));
  all.push_back(race("AStreamedPut", by("PUT", "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n"), leave(),
                     false, "connection-closed-before-response"));
  scene begun = race("AnAnswerThatHasBegun", ask, leave(), false, "bad-response");
  begun.instance = {{ok()}, {"H", leave()}, {ok("third")}};
  all.push_back(begun);
  begun.name = "AnInterimAnswerHasCome";
  begun.instance = {{ok()}, {"HTTP/1.1 103 Early Hints\r\n\r\n", leave()}, {ok("third")}};
  begun.answer_has = {"details=\"connection-closed-before-response\""};
  all.push_back(begun);
  scene once = race("OnlyOnce", ask, leave(), true, "");
  once.instance = {{ok()}, {leave()}, {leave()}, {ok("fourth")}};
  once.statuses = {200, 502};
  once.answer_has = {"details=\"connection-closed-before-response\""};
  all.push_back(once);
  scene fresh{.name = "AFreshConnectionIsNoRace", .client = {ask}};
  fresh.instance = {{leave()}, {ok()}};
  fresh.statuses = {502};
  fresh.answer_has = {"details=\"connection-closed-before-response\""};
  all.push_back(fresh);
  return all;
}

scene retried(std::string name, discovery::retry_rule rule, const std::string& request, std::vector<script> answers,
              std::size_t tries, unsigned status) {
  scene s{.name = std::move(name), .client = {request}};
  s.with = [rule](options& o) {
    o.retry = rule;
    o.upstream_timeout = 40ms;
  };
  s.instance = std::move(answers);
  s.requests = tries;
  s.statuses = {status};
  s.whole_only = true;
  return s;
}

std::vector<scene> retries() {
  const discovery::retry_rule on_reset{.count = 2, .on_reset = true};
  const discovery::retry_rule on_5xx{.count = 2, .on_5xx = true};
  const discovery::retry_rule on_timeout{.count = 2, .on_timeout = true};
  const std::string busy = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy";
  const std::string small = by("POST", length2, "ab");
  std::vector<scene> all{
      retried("ClosedThenServed", on_reset, ask, {{leave()}, {ok()}}, 2, 200),
      retried("ResetThenServed", on_reset, ask, {{reset()}, {ok()}}, 2, 200),
      retried("GarbageThenServed", on_reset, ask, {{"garbage\r\n\r\n"}, {ok()}}, 2, 200),
      retried("RetriesAreCounted", on_reset, ask, {{leave()}}, 3, 502),
      retried("APutWithASmallBodyIsSentAgain", on_reset, by("PUT", length2, "ab"), {{leave()}, {ok()}}, 2, 200),
      retried("APostIsNotSentAgainWhenClosed", on_reset, small, {{leave()}, {ok()}}, 1, 502),
      retried("APostIsNotSentAgainAfterA503", on_5xx, small, {{busy}, {ok()}}, 1, 503),
      retried("APostIsNotSentAgainAfterSilence", on_timeout, small, {{pause(5s)}, {ok()}}, 1, 504),
      retried("A503ThenServed", on_5xx, ask, {{busy}, {ok()}}, 2, 200),
      retried("TheLast503IsRelayed", on_5xx, ask, {{busy}}, 3, 503),
      retried("A4xxIsAnAnswer", on_5xx, ask, {{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}, {ok()}}, 1, 404),
      retried("SilenceThenServed", on_timeout, ask, {{pause(5s)}, {ok()}}, 2, 200),
      retried("NoRetryUnlessToldSo", {}, ask, {{leave()}, {ok()}}, 1, 502),
      retried("AnotherRuleIsNoRule", on_5xx, ask, {{leave()}, {ok()}}, 1, 502),
      retried("ABodyThatWasStreamedIsNotSentAgain", on_reset,
              by("PUT", "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n"), {{leave()}, {ok()}}, 1, 502),
      retried("ACutBodyIsNotTriedAgain", on_reset, ask,
              {{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel", leave()}, {ok()}}, 1, 200),
  };
  all.back().end = ending::cut;
  for (scene& s : all) {
    if (s.name == "APutWithASmallBodyIsSentAgain") {
      s.request_is = {by("PUT", length2, "ab"), by("PUT", length2, "ab")};
    }
  }
  // Nobody listens at the first: nothing was sent, so any method goes on to the next, with its whole body.
  for (const auto& [name, request, as] :
       {std::tuple{"RefusedGet", ask, ask},
        {"RefusedPost", small, small},
        {"RefusedChunks", by("POST", "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n"),
         by("POST", "Transfer-Encoding: chunked\r\n", "ab")}}) {
    scene s =
        retried(name + "GoesToTheNext"s, {.count = 1, .on_connect_failure = true}, request + request, {{ok()}}, 2, 200);
    s.instances = 2;
    s.absent = true;
    s.statuses = {200, 200};
    s.request_is = {as, as};
    all.push_back(s);
  }
  scene refused_once = retried("RefusedWithoutARule", {}, ask + ask, {{ok()}}, 1, 502);
  refused_once.instances = 2;
  refused_once.absent = true;
  refused_once.statuses = {502, 200};
  refused_once.answer_has = {"details=\"connection-refused\"", "error=connection_refused"};
  all.push_back(refused_once);
  scene alone = retried("RefusedByAll", {.count = 3, .on_connect_failure = true}, small, {{ok()}}, 0, 502);
  alone.absent = true;
  alone.untouched = true;
  all.push_back(alone);
  scene nobody = retried("NoInstance", {}, ask, {{ok()}}, 0, 503);
  nobody.instances = 0;
  nobody.answer_has = {"details=\"no-instance\""};
  all.push_back(nobody);
  return all;
}

std::vector<scene> early_answers() {
  const std::string too_large = "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 3\r\n\r\nno!";
  const std::string large = post("Content-Length: 300000\r\n", std::string(300'000, 'b'));
  scene s{.name = "AnAnswerBeforeTheBody", .client = {post("Content-Length: 9\r\n", "abc"), until("no!")}};
  s.early = true;
  s.whole_only = true;
  s.instance = {{too_large}};
  s.statuses = {413};
  s.requests = 0;
  s.answer_has = {"\r\nConnection: close\r\n"};
  s.last_body = "no!";
  s.end = ending::closed;
  std::vector<scene> all{s};
  s.name = "AnAnswerBeforeTheFirstChunk";
  s.client = {chunked(""), until("no!")};
  all.push_back(s);
  s.name = "AnAnswerInTheMiddleOfChunks";
  s.client = {chunked("5\r\nhello\r\n5\r\nwor"), until("no!")};
  all.push_back(s);
  s.name = "AChunkedAnswerBeforeTheBody";
  s.instance = {{"HTTP/1.1 413 Payload Too Large\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n"}};
  all.push_back(s);
  s.name = "AnAnswerThatClosesBeforeTheBody";
  s.instance = {{"HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nno!", leave()}};
  all.push_back(s);
  s.name = "AnAnswerToTheCloseBeforeTheBody";
  s.instance = {{"HTTP/1.1 413 Payload Too Large\r\n\r\nno!", leave()}};
  all.push_back(s);
  // The instance takes no more than the head. It answers, closes, and resets what still comes: the answer must not be
  // lost, nor must it wait for the body.
  scene lost = s;
  lost.name = "AnAnswerIsReadAlthoughTheRestCannotBeSent";
  lost.client = {post("Content-Length: 12000000\r\n"), repeat(std::string(10'000, 'b'), 1200)};
  lost.instance = {{too_large, pause(2ms), leave()}};
  lost.appetite = 1;
  lost.end = ending::over;
  all.push_back(lost);
  lost.name = "AnAnswerDoesNotWaitForABodyThatNobodyReads";
  lost.instance = {{too_large}};
  all.push_back(lost);
  // What the client still sends is no request.
  scene rest = s;
  rest.name = "TheRestOfTheBodyIsNoRequest";
  rest.client = {post("Content-Length: 200\r\n", "abc"), until("no!"), smuggled() + smuggled()};
  rest.instance = {{too_large}};
  rest.request_lacks = {};
  rest.statuses = {413};
  all.push_back(rest);
  // An answer behind a whole body is no early one.
  scene whole{.name = "AnAnswerBehindTheBodyKeepsBoth", .client = {large, until("hi"), large}};
  whole.statuses = {200, 200};
  whole.requests = 2;
  whole.connections = 1;
  whole.sim_only = false;
  all.push_back(whole);
  return all;
}

std::vector<scene> departures() {
  scene s{.name = "AClientThatResetsTakesItsRequestAlong", .client = {ask, pause(5ms), reset()}};
  s.instance = {{pause(200ms), ok()}};
  s.statuses = {};
  s.end = ending::gone;
  std::vector<scene> all{s};
  s.name = "AClientThatResetsInsideAnAnswer";
  s.client = {ask, until("hel"), reset()};
  s.instance = {{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel"}};
  all.push_back(s);
  s.name = "AClientThatResetsInsideItsBody";
  s.client = {post("Content-Length: 10\r\n", "hel"), pause(5ms), reset()};
  s.instance = {{ok()}};
  s.requests = 0;
  all.push_back(s);
  s.name = "AClientThatResetsInsideAPipeline";
  s.client = {ask + ask + ask, pause(5ms), reset()};
  s.instance = {{pause(200ms), ok()}};
  s.requests = 1;
  s.whole_only = true;
  all.push_back(s);
  return all;
}

std::vector<scene> tunnels() {
  const std::string fields = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n";
  const std::string wish = get("/payment/7", fields);
  const std::string yes =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX: y\r\n\r\n";
  scene s{.name = "ATunnelCarriesBothWays",
          .client = {wish, until("X: y"), "ping", until("pong"), "bye", until("farewell")}};
  s.instance = {{change(), yes, until("ping"), "pong", until("bye"), "farewell", leave()}};
  s.statuses = {101};
  s.end = ending::closed;
  s.answer_has = {"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", "\r\nX: y\r\n"};
  s.request_has = {"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", "\r\nSec-WebSocket-Key: x\r\n", "ping"};
  s.last_body = "pongfarewell";
  std::vector<scene> all{s};
  s.name = "BytesBehindTheWishGoIntoTheTunnel";
  s.client = {wish + "ping", until("pong"), "bye", until("farewell")};
  all.push_back(s);
  s.name = "BytesBehindTheSwitchComeOutOfTheTunnel";
  s.client = {wish, until("pong"), "ping bye", until("farewell")};
  s.instance = {{change(), yes + "pong", until("bye"), "farewell", leave()}};
  all.push_back(s);
  s.name = "WhatLooksLikeHttpIsNoneInATunnel";
  s.client = {wish, until("X: y"), smuggled() + "ping", until("pong"), "bye", until("farewell")};
  s.instance = {{change(), yes, until("ping"), "pong", until("bye"), "farewell", leave()}};
  s.request_has = {smuggled() + "ping"};
  all.push_back(s);
  s.name = "AnEndGoesThroughAndTheOtherWayStaysOpen";
  s.client = {wish, until("X: y"), "ping", finish()};
  s.instance = {{change(), yes, until("ping"), pause(5ms), "pong", "farewell", leave()}};
  s.request_has = {"ping"};
  all.push_back(s);
  s.name = "AResetGoesThrough";
  s.client = {wish, until("X: y"), "ping"};
  s.instance = {{change(), yes, until("ping"), reset()}};
  s.last_body = "";
  s.end = ending::reset;
  all.push_back(s);
  s.name = "AClientThatResetsEndsTheTunnel";
  s.client = {wish, until("X: y"), "ping", pause(5ms), reset()};
  s.instance = {{change(), yes, pause(10s)}};
  s.end = ending::gone;
  s.request_has = {};
  s.last_body.reset();
  all.push_back(s);
  s.name = "ASilentTunnelEnds";
  s.client = {wish, until("X: y"), "ping"};
  s.instance = {{change(), yes, until("ping"), "pong", pause(10s)}};
  s.with = [](options& o) { o.tunnel_idle_timeout = 40ms; };
  s.end = ending::over;
  s.last_body = "pong";
  all.push_back(s);
  s.name = "ATalkingTunnelLives";
  s.client = {wish,        until("X: y"), "ping",      until("pong"), pause(30ms),      "ping",
              pause(30ms), "ping",        pause(30ms), "bye",         until("farewell")};
  s.instance = {{change(), yes, until("ping"), "pong", until("bye"), "farewell", leave()}};
  s.end = ending::closed;
  s.last_body = "pongfarewell";
  all.push_back(s);
  // The instance need not take the wish.
  scene no{.name = "AWishThatIsDeclinedIsARequest", .client = {wish, until("hi"), ask}};
  no.statuses = {200, 200};
  no.requests = 2;
  no.connections = 1;
  all.push_back(no);
  no.name = "AnUpgradeThatIsRequired";
  no.instance = {
      {"HTTP/1.1 426 Upgrade Required\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nhi"},
      {ok("second")}};
  no.statuses = {426, 200};
  all.push_back(no);
  // A switch to something else, or said badly, opens nothing.
  for (const auto& [name, said] : {std::pair{"Else", "Connection: Upgrade\r\nUpgrade: h2c\r\n"},
                                   {"Unnamed", "Upgrade: websocket\r\n"},
                                   {"Nothing", "Connection: Upgrade\r\n"},
                                   {"Two", "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n"}}) {
    scene bad{.name = "ASwitchTo"s + name, .client = {wish + smuggled()}};
    bad.instance = {{"HTTP/1.1 101 Switching Protocols\r\n"s + said + "\r\n"}, {ok("second")}};
    bad.statuses = {502, 200};
    bad.requests = 2;
    bad.connections = 2;
    bad.answer_has = {"details=\"bad-response\""};
    all.push_back(bad);
  }
  scene old{.name = "AnOldClientCannotSwitch",
            .client = {"GET /payment/7 HTTP/1.0\r\nHost: shop\r\n" + fields + "\r\n"}};
  old.request_lacks = {"Upgrade", "upgrade"};
  old.end = ending::closed;
  all.push_back(old);
  scene other{
      .name = "AProtocolThatIsAllowed",
      .client = {get("/payment/7", "Connection: upgrade\r\nUpgrade: Foo/2\r\n"), until("101"), "ping", until("pong")}};
  other.with = [](options& o) { o.upgrades = {"foo/2"}; };
  other.instance = {{change(), "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: foo/2\r\n\r\n",
                     until("ping"), "pong", leave()}};
  other.statuses = {101};
  other.end = ending::closed;
  all.push_back(other);
  return all;
}

std::vector<scene> answer_trailers() {
  const std::string said =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Checksum: 7\r\nX-Other: 8\r\nSet-Cookie: "
      "a\r\n\r\n";
  scene s{.name = "AnAllowedTrailerOfAnAnswerGoesOnToWhoWantsIt",
          .client = {get("/payment/7", "TE: trailers\r\nConnection: TE\r\n"), until("\r\n\r\n0\r\n"), pause(2ms)}};
  s.client = {get("/payment/7", "TE: trailers\r\nConnection: TE\r\n")};
  s.with = [](options& o) { o.trailers = {"x-checksum", "set-cookie"}; };
  s.instance = {{said}};
  s.answer_has = {"\r\n0\r\nX-Checksum: 7\r\n\r\n"};
  s.answer_lacks = {"X-Other", "Set-Cookie"};
  std::vector<scene> all{s};
  s.name = "NotToWhoHasNotAskedForTrailers";
  s.client = {ask};
  s.answer_has = {};
  s.answer_lacks = {"X-Checksum", "X-Other", "Set-Cookie"};
  all.push_back(s);
  s.name = "NotToAnOldClient";
  s.client = {"GET /payment/7 HTTP/1.0\r\nHost: shop\r\nTE: trailers\r\n\r\n"};
  s.end = ending::closed;
  all.push_back(s);
  return all;
}

TEST(ConformanceOfConnections, Pools) {
  play(pools());
}
TEST(ConformanceOfConnections, Races) {
  play(races());
}
TEST(ConformanceOfConnections, Retries) {
  play(retries());
}
TEST(ConformanceOfConnections, EarlyAnswers) {
  play(early_answers());
}
TEST(ConformanceOfConnections, Departures) {
  play(departures());
}
TEST(ConformanceOfConnections, Tunnels) {
  play(tunnels());
}
TEST(ConformanceOfConnections, Trailers) {
  play(answer_trailers());
}

}  // namespace
}  // namespace meshgauge::proxy::conformance
