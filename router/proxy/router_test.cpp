// The router between scripted clients and scripted instances, one behaviour a test, in the simulated world.

#include "router/proxy/router_rig_test.hpp"

namespace meshgauge::proxy {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Router : public RouterRig {};

TEST_F(Router, RelaysAnAnswerAndKeepsBothConnections) {
  start();
  a.start(ok);
  EXPECT_THAT(ask(get()), testing::EndsWith("\r\n\r\nhi"));
  EXPECT_THAT(c.got, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(ask(get()), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(a.requests, 2);
  EXPECT_EQ(a.connections, 1);
  EXPECT_THAT(a.got, StartsWith("GET /payment/7 HTTP/1.1\r\nHost: shop\r\n"));
}

TEST_F(Router, AlternatesBetweenTwoInstances) {
  start({}, 2);
  a.start(ok);
  b.start(ok);
  for (int i = 0; i < 6; ++i) ask(get(), 100ms);
  EXPECT_EQ(a.requests, 3);
  EXPECT_EQ(b.requests, 3);
}

TEST_F(Router, StripsTheServiceWhenAsked) {
  options o;
  o.routes = route_table(true);
  start(o);
  a.start(ok);
  ask(get("/payment/7?x=1"));
  EXPECT_THAT(a.got, StartsWith("GET /7?x=1 HTTP/1.1\r\n"));
  a.got.clear();
  ask(get("/payment"));
  EXPECT_THAT(a.got, StartsWith("GET / HTTP/1.1\r\n"));
}

TEST_F(Router, UnknownServiceIs503) {
  start();
  EXPECT_THAT(ask(get("/nobody/")), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(c.got, HasSubstr("Proxy-Status: router-0; error=destination_not_found; details=\"no-route\""));
}

TEST_F(Router, NoInstanceIs503) {
  start({}, 0);
  EXPECT_THAT(ask(get()), HasSubstr("details=\"no-instance\""));
}

TEST_F(Router, RefusedIs502) {
  start();
  EXPECT_THAT(ask(get()), StartsWith("HTTP/1.1 502 "));
  EXPECT_THAT(c.got, HasSubstr("error=connection_refused; details=\"connection-refused\""));
}

TEST_F(Router, ARefusedTryGoesToTheOtherInstance) {
  options o;
  o.retry = {.count = 1, .on_connect_failure = true};
  start(o, 2);
  b.start(ok);
  for (int i = 0; i < 4; ++i) EXPECT_THAT(ask(get(), 100ms), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(b.requests, 4);
}

TEST_F(Router, NoConnectionInTimeIs504) {
  start();
  a.start(ok);
  world.conditions().add({.from = {{"router/0"}}, .to = {{"payment/"}}, .blocked = true});
  EXPECT_THAT(ask(get()), StartsWith("HTTP/1.1 504 "));
  EXPECT_THAT(c.got, HasSubstr("details=\"connect-timeout\""));
}

TEST_F(Router, NoAnswerInTimeIs504) {
  start();
  a.start(ok, instance::after::keep, 10s);
  EXPECT_THAT(ask(get()), StartsWith("HTTP/1.1 504 "));
  EXPECT_THAT(c.got, HasSubstr("details=\"response-timeout\""));
}

TEST_F(Router, ClosedBeforeAnAnswerIs502) {
  start();
  a.start("", instance::after::close);
  EXPECT_THAT(ask(get()), HasSubstr("details=\"connection-closed-before-response\""));
}

TEST_F(Router, ResetBeforeAnAnswerIs502) {
  start();
  a.start("", instance::after::reset);
  EXPECT_THAT(ask(get()), HasSubstr("details=\"connection-reset-before-response\""));
}

TEST_F(Router, GarbageIs502) {
  for (const char* garbage : {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 999 Odd\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"}) {
    SCOPED_TRACE(garbage);
    client fresh{world};
    if (r == nullptr) start();
    a.host.kill();
    a.host.revive();
    a.start(garbage);
    fresh.say(get());
    world.run_for(3s);
    EXPECT_THAT(fresh.got, StartsWith("HTTP/1.1 502 "));
    EXPECT_THAT(fresh.got, HasSubstr("details=\"bad-response\""));
    fresh.host.kill();
    fresh.stream.reset();
  }
}

TEST_F(Router, AnInstancesOwn503IsRelayedWithoutAProxyStatus) {
  start();
  a.start("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(ask(get()), StartsWith("HTTP/1.1 503 Busy\r\n"));
  EXPECT_THAT(c.got, Not(HasSubstr("Proxy-Status")));
}

TEST_F(Router, HopByHopFieldsStayHere) {
  start();
  a.start(
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: X-Inner\r\nX-Inner: 1\r\nKeep-Alive: timeout=5\r\nX-Kept: "
      "2\r\n\r\nhi");
  ask(get("/payment/",
          "Connection: X-Hop, keep-alive\r\nX-Hop: 1\r\nTE: trailers\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\nX-Stays: "
          "3\r\n"));
  for (const char* gone : {"X-Hop", "TE:", "Upgrade", "HTTP2-Settings", "Connection"})
    EXPECT_THAT(a.got, Not(HasSubstr(gone)));
  EXPECT_THAT(a.got, HasSubstr("X-Stays: 3\r\n"));
  EXPECT_THAT(a.got, HasSubstr("X-Forwarded-Host: shop\r\n"));
  EXPECT_THAT(a.got, HasSubstr("Via: 1.1 router-0\r\n"));
  EXPECT_THAT(c.got, Not(HasSubstr("X-Inner")));
  EXPECT_THAT(c.got, Not(HasSubstr("Keep-Alive: timeout")));
  EXPECT_THAT(c.got, HasSubstr("X-Kept: 2\r\n"));
}

TEST_F(Router, ConnectionCannotStripWhatFramesTheMessage) {
  start();
  a.start(ok);
  a.wants = 1;
  ask("POST /payment/ HTTP/1.1\r\nHost: shop\r\nConnection: content-length, host\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_THAT(a.got, HasSubstr("Host: shop\r\n"));
  EXPECT_THAT(a.got, HasSubstr("Content-Length: 3\r\n\r\nabc"));
}

TEST_F(Router, AChunkedRequestIsFramedAnew) {
  start();
  a.start(ok);
  ask("POST /payment/ HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n");
  world.run_for(1s);
  EXPECT_THAT(a.got, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(c.got, StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(Router, ChunksThatAreHereTogetherLeaveAsOne) {
  start();
  a.start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_THAT(ask(get()), testing::EndsWith("\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"));
  ask(get());
  EXPECT_EQ(a.connections, 1);  // it was kept
}

TEST_F(Router, AnOldClientGetsNoChunks) {
  start();
  a.start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_THAT(ask("GET /payment/ HTTP/1.0\r\n\r\n"), testing::EndsWith("\r\n\r\nabc"));
  EXPECT_THAT(c.got, Not(HasSubstr("chunked")));
  EXPECT_EQ(c.end, net::end_of_stream());
}

TEST_F(Router, ABodyCutShortIsCutForTheClientToo) {
  start();
  a.start("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", instance::after::close);
  EXPECT_THAT(ask(get()), testing::EndsWith("half"));
  EXPECT_TRUE(c.end.failed());
}

TEST_F(Router, AChunkedBodyCutShortHasNoLastChunk) {
  start();
  a.start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", instance::after::reset);
  EXPECT_THAT(ask(get()), Not(HasSubstr("0\r\n\r\n")));
  EXPECT_TRUE(c.end.failed());
}

TEST_F(Router, ACloseDelimitedAnswerEndsAsChunks) {
  start();
  a.start("HTTP/1.1 200 OK\r\n\r\nuntil the end", instance::after::close);
  EXPECT_THAT(ask(get()), HasSubstr("d\r\nuntil the end\r\n0\r\n\r\n"));
}

TEST_F(Router, AHeadAnswerHasNoBody) {
  start();
  a.start("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
  ask("HEAD /payment/ HTTP/1.1\r\nHost: shop\r\n\r\n");
  EXPECT_THAT(c.got, HasSubstr("Content-Length: 100\r\n"));
  EXPECT_THAT(c.got, testing::EndsWith("\r\n\r\n"));
  ask("HEAD /payment/ HTTP/1.1\r\nHost: shop\r\n\r\n");
  EXPECT_EQ(a.connections, 1);
}

TEST_F(Router, BytesBehindAnAnswerSpoilItsConnection) {
  start();
  a.start(ok + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
  ask(get());
  EXPECT_THAT(ask(get()), Not(HasSubstr("poison")));
  EXPECT_EQ(a.connections, 2);
}

TEST_F(Router, AnIdleConnectionThatClosesIsNotUsed) {
  start();
  a.start(ok, instance::after::close);
  EXPECT_THAT(ask(get()), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(ask(get()), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(a.connections, 2);
}

TEST_F(Router, InterimAnswersAreSkipped) {
  start();
  a.start("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok);
  EXPECT_THAT(ask(get()), StartsWith("HTTP/1.1 200"));
}

TEST_F(Router, ALongUploadStreamsThrough) {
  start();
  a.start(ok);
  a.wants = 2'000'000;
  const std::string body(2'000'000, 'x');
  EXPECT_THAT(ask("PUT /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 2000000\r\n\r\n" + body), StartsWith(""));
  EXPECT_GE(a.got.size(), 2'000'000U);
}

TEST_F(Router, ExpectGetsItsContinue) {
  start();
  a.wants = 1000;  // more than the head
  a.start(ok);
  ask("PUT /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n", 100ms);
  EXPECT_EQ(c.got, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(ask(std::string(1000, 'x')), StartsWith("HTTP/1.1 200"));
}

TEST_F(Router, PipelinedRequestsAreAnsweredInOrder) {
  start();
  a.start(ok);
  ask(get("/payment/1") + get("/payment/2") + get("/payment/3"));
  EXPECT_EQ(a.requests, 3);
  std::size_t answers = 0;
  for (std::size_t p = c.got.find("HTTP/1.1 200"); p != std::string::npos; p = c.got.find("HTTP/1.1 200", p + 1))
    ++answers;
  EXPECT_EQ(answers, 3U);
}

struct refusal {
  const char* request;
  const char* status;
};

void PrintTo(const refusal& r, std::ostream* out) {
  *out << r.status;
}

class RouterRefuses : public Router, public testing::WithParamInterface<refusal> {};

TEST_P(RouterRefuses, AndForwardsNothing) {
  start();
  a.start(ok);
  const auto& [request, status] = GetParam();
  EXPECT_THAT(ask(std::string(request) + "GET /payment/smuggled HTTP/1.1\r\nHost: shop\r\n\r\n"),
              StartsWith(std::string("HTTP/1.1 ") + status));
  EXPECT_EQ(a.got, "");
  EXPECT_THAT(c.got, Not(HasSubstr("200 OK")));
  EXPECT_TRUE(c.end.failed());
}

INSTANTIATE_TEST_SUITE_P(
    Smuggling, RouterRefuses,
    testing::Values(
        refusal{
            "POST /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "400"},
        refusal{
            "POST /payment/ HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            "400"},
        refusal{"POST /payment/ HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
                "400"},
        refusal{"POST /payment/ HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
        refusal{"POST /payment/ HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "501"},
        refusal{"POST /payment/ HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
                "501"},
        refusal{"POST /payment/ HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
                "chunked\r\n\r\n0\r\n\r\n",
                "400"},
        refusal{"POST /payment/ HTTP/1.0\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
        refusal{"POST /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "400"},
        refusal{"POST /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 5, 5\r\n\r\nhello", "400"},
        refusal{"POST /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: +5\r\n\r\nhello", "400"},
        refusal{"POST /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: -1\r\n\r\n", "400"},
        refusal{"POST /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 99999999999999999999\r\n\r\n", "400"},
        refusal{"GET /payment/ HTTP/1.1\r\n\r\n", "400"},
        refusal{"GET /payment/ HTTP/1.1\r\nHost: shop\r\nHost: other\r\n\r\n", "400"},
        refusal{"GET payment HTTP/1.1\r\nHost: shop\r\n\r\n", "400"},
        refusal{"GET /pay\"ment HTTP/1.1\r\nHost: shop\r\n\r\n", "400"},
        refusal{"GET /payment#x HTTP/1.1\r\nHost: shop\r\n\r\n", "400"},
        refusal{"GET /payment/ HTTP/1.1\r\nHost: shop\r\nX: a\r\n b\r\n\r\n", "400"},
        refusal{"GET /payment/ HTTP/1.1\r\nHost : shop\r\n\r\n", "400"},
        refusal{"GET /payment/ HTTP/1.1\r\nHost: shop\r\nno colon\r\n\r\n", "400"},
        refusal{"GET /payment/ HTTP/1.1\nHost: shop\n\n", "400"},
        refusal{"GET /payment/ HTTP/2.0\r\nHost: shop\r\n\r\n", "505"},
        refusal{"CONNECT shop:80 HTTP/1.1\r\nHost: shop\r\n\r\n", "400"},
        refusal{"POST /payment/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 100000000\r\n\r\n", "413"}));

TEST_F(Router, ALargeHeadIs431) {
  start();
  EXPECT_THAT(ask(get("/payment/", "X-Big: " + std::string(20'000, 'x') + "\r\n")), StartsWith("HTTP/1.1 431"));
}

TEST_F(Router, ALongTargetIs414) {
  start();
  EXPECT_THAT(ask(get("/payment/" + std::string(9'000, 'x'))), StartsWith("HTTP/1.1 414"));
}

TEST_F(Router, ASlowHeadIs408) {
  start();
  EXPECT_THAT(ask("GET /payment/ HTTP/1.1\r\nHost:", 15s), StartsWith("HTTP/1.1 408"));
}

TEST_F(Router, AMalformedChunkIsRefusedAndTheInstanceIsReset) {
  start();
  a.start(ok);
  ask("POST /payment/ HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n");
  EXPECT_THAT(c.got, StartsWith("HTTP/1.1 400"));
}

TEST_F(Router, AVanishedClientTakesItsRequestWithIt) {
  start();
  a.start(ok, instance::after::keep, 500ms);
  c.say(get());
  world.run_for(100ms);
  EXPECT_EQ(r->in_flight(), 1U);
  c.host.kill();
  c.stream.reset();
  world.run_for(50ms);
  EXPECT_EQ(r->in_flight(), 0U);
}

TEST_F(Router, ARemovedInstanceLosesItsIdleConnections) {
  start();
  a.start(ok);
  ask(get());
  EXPECT_EQ(a.host.open_streams(), 1U);
  known.set({"payment", 2, {}});
  world.run_for(100ms);
  EXPECT_EQ(a.host.open_streams(), 0U);
  EXPECT_THAT(ask(get()), StartsWith("HTTP/1.1 503"));
}

TEST_F(Router, CostMakesRequestsWaitForAWorker) {
  options o;
  o.cost = distribution::constant(100ms);
  start(o);
  a.start(ok);
  ask(get(), 90ms);
  EXPECT_EQ(a.requests, 0);
  world.run_for(20ms);
  EXPECT_EQ(a.requests, 1);
}

}  // namespace
}  // namespace meshgauge::proxy
