// What a request is when it leaves towards the instance: fields of one hop stay here, framing is written anew, the
// router's own fields are added, bodies are streamed, and what concerns the router alone it answers itself.

#include "router/proxy/conformance_test.hpp"

namespace meshgauge::proxy::conformance {
namespace {

using namespace std::string_literals;

const std::string as_get = get("/payment/7");

/// A GET with `fields` arrives with `as`, apart from what the router adds.
scene becomes(std::string name, std::string_view fields, std::string_view as = "") {
  return taken(std::move(name), get("/payment/7", fields), get("/payment/7", as));
}

std::vector<scene> hops() {
  std::vector<scene> all{
      becomes("AFieldThatConnectionNames", "Connection: X-Hop\r\nX-Hop: 1\r\nX-Stays: 2\r\n", "X-Stays: 2\r\n"),
      becomes("AFieldThatConnectionNamesLater", "X-Hop: 1\r\nConnection: X-Hop\r\n"),
      becomes("ANameInOddCase", "Connection: x-HOP\r\nX-Hop: 1\r\n"),
      becomes("SeveralNames", "Connection: X-A,X-B ,\tX-C\r\nX-A: 1\r\nX-B: 2\r\nX-C: 3\r\n"),
      becomes("NamesInTwoLines", "Connection: X-A\r\nX-A: 1\r\nConnection: X-B\r\nX-B: 2\r\n"),
      becomes("EmptyNames", "Connection: , ,X-A,,\r\nX-A: 1\r\n"),
      becomes("ANamedFieldTwice", "Connection: X-A\r\nX-A: 1\r\nX-A: 2\r\n"),
      becomes("ANameThatIsOnlyAPart", "Connection: X-A\r\nX-AB: 1\r\nX: 2\r\n", "X-AB: 1\r\nX: 2\r\n"),
      becomes("KeepAliveIsOfThisHop", "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n"),
      becomes("KeepAliveUnnamed", "Keep-Alive: timeout=5\r\n"),
      becomes("ProxyConnection", "Proxy-Connection: keep-alive\r\n"),
      becomes("ProxyConnectionCloseDoesNotClose", "Proxy-Connection: close\r\n"),
      becomes("Te", "TE: trailers\r\nConnection: TE\r\n"),
      becomes("TeUnnamed", "TE: gzip, trailers;q=0.5\r\n"),
      becomes("TrailerField", "Trailer: X-Checksum\r\n"),
      becomes("Http2SettingsUnnamed", "HTTP2-Settings: AAMAAABkAAQ\r\n"),
      becomes("CookiesCanBeNamed", "Connection: cookie\r\nCookie: a=1\r\n"),
      becomes("ConnectionDoesNotStripHost", "Connection: host\r\n"),
      becomes("ConnectionDoesNotStripVia", "Connection: via\r\nVia: 1.0 old\r\n", "Via: 1.0 old\r\n"),
      becomes("ConnectionDoesNotStripAnotherHopsFields", "Connection: close-x\r\nClose: 1\r\n", "Close: 1\r\n"),
      taken("ConnectionDoesNotStripTheLength", post("Connection: Content-Length\r\nContent-Length: 2\r\n", "ab"),
            post("Content-Length: 2\r\n", "ab")),
      taken("ConnectionDoesNotStripTheCoding",
            post("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\n\r\n"),
            post("Transfer-Encoding: chunked\r\n", "x")),
      becomes("ConnectionDoesNotStripXForwardedFor", "Connection: X-Forwarded-For\r\nX-Forwarded-For: 1.2.3.4\r\n",
              "X-Forwarded-For: 1.2.3.4, {client}\r\n"),
      becomes("ConnectionDoesNotStripXForwardedHostAndProto", "Connection: X-Forwarded-Host, X-Forwarded-Proto\r\n"),
      becomes("ConnectionDoesNotStripTheRequestId", "Connection: X-Request-Id\r\nX-Request-Id: mine\r\n",
              "X-Request-Id: mine\r\n"),
      becomes("FieldsKeepCaseAndOrder", "b-Field: 1\r\nA-FIELD: 2\r\nb-field: 3\r\n",
              "b-Field: 1\r\nA-FIELD: 2\r\nb-field: 3\r\n"),
      becomes("AuthorizationGoesOn", "Authorization: Basic eDp5\r\nCookie: a=b; c=d\r\n",
              "Authorization: Basic eDp5\r\nCookie: a=b; c=d\r\n"),
      becomes("RangeAndConditionsGoOn", "Range: bytes=0-1\r\nIf-None-Match: \"x\"\r\n",
              "Range: bytes=0-1\r\nIf-None-Match: \"x\"\r\n"),
  };
  scene trace =
      becomes("ConnectionDoesNotStripTraceparent",
              "Connection: traceparent\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\n");
  trace.request_has = {"\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\n"};
  all.push_back(trace);
  for (const auto& [name, length] :
       {std::pair{"ANamedLengthAndClose", "Content-Length"}, {"ANamedLengthInLowerCaseAndClose", "content-length"}}) {
    scene s{.name = name};
    s.client = {post("Connection: "s + length + ", close\r\nContent-Length: 3\r\n", "abc") + smuggled()};
    s.request_lacks = {"smuggled"};
    s.statuses = {200};
    s.requests = 1;
    s.request_is = {post("Content-Length: 3\r\n", "abc")};
    s.end = ending::closed;
    all.push_back(s);
  }
  return all;
}

std::vector<scene> own_fields() {
  std::vector<scene> all{
      becomes("XForwardedForIsAppendedTo", "X-Forwarded-For: 1.2.3.4\r\n", "X-Forwarded-For: 1.2.3.4, {client}\r\n"),
      becomes("XForwardedForOfTwoLinesIsOneList",
              "X-Forwarded-For: 1.2.3.4\r\nX: y\r\nX-Forwarded-For: 5.6.7.8, 9.9.9.9\r\n",
              "X: y\r\nX-Forwarded-For: 1.2.3.4, 5.6.7.8, 9.9.9.9, {client}\r\n"),
      becomes("XForwardedForInOddCase", "x-forwarded-FOR: 1.2.3.4\r\n", "X-Forwarded-For: 1.2.3.4, {client}\r\n"),
      becomes("AnEmptyXForwardedForIsNobody", "X-Forwarded-For:\r\n"),
      becomes("XForwardedHostIsReplaced", "X-Forwarded-Host: evil\r\n"),
      becomes("XForwardedProtoIsReplaced", "x-forwarded-proto: https\r\n"),
      becomes("ViaIsAppendedTo", "Via: 1.1 first, 1.0 second\r\n", "Via: 1.1 first, 1.0 second\r\n"),
      becomes("ARequestIdIsKept", "X-Request-Id: abc-123\r\n", "X-Request-Id: abc-123\r\n"),
      becomes("ARequestIdInOddCaseIsKept", "x-request-ID: abc-123\r\n", "x-request-ID: abc-123\r\n"),
  };
  scene every = becomes("TheOwnFieldsAreThere", "");
  every.request_has = {"\r\nX-Forwarded-For: ",
                       "\r\nX-Forwarded-Proto: http\r\n",
                       "\r\nX-Forwarded-Host: shop\r\n",
                       "\r\nVia: 1.1 router-0\r\n",
                       "\r\nX-Request-Id: ",
                       "\r\ntraceparent: 00-"};
  all.push_back(every);
  // W3C Trace Context: what is well-formed goes on with its state; anything else begins a trace without one.
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto trace = [&](std::string name, const std::string& fields, bool kept, const std::string& value) {
    scene s = becomes(std::move(name), fields, kept ? "tracestate: a=1\r\n" : "");
    s.client = {get("/payment/7", fields)};
    s.statuses = {200};
    s.requests = 1;
    s.request_is = {};
    if (kept) {
      s.request_has = {"\r\ntraceparent: " + value + "\r\n", "\r\ntracestate: a=1\r\n"};
    } else {
      s.request_has = {"\r\ntraceparent: 00-"};
      s.request_lacks = {"\r\ntraceparent: " + value + "\r\n", "tracestate"};
    }
    all.push_back(s);
  };
  const auto with = [](const std::string& value) { return "traceparent: " + value + "\r\ntracestate: a=1\r\n"; };
  trace("ATraceparentIsKept", with(good), true, good);
  trace("ATraceparentOfALaterVersionIsKept", with("01" + good.substr(2) + "-more"), true,
        "01" + good.substr(2) + "-more");
  for (const auto& [name, value] : {std::pair<const char*, std::string>{"Short", good.substr(0, 54)},
                                    {"Long", good + "0"},
                                    {"WithMore", good + "-more"},
                                    {"OfVersionFf", "ff" + good.substr(2)},
                                    {"InCapitals", "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01"},
                                    {"OfNoTrace", "00-00000000000000000000000000000000-b7ad6b7169203331-01"},
                                    {"OfNoParent", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"},
                                    {"WithUnderscores", "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01"},
                                    {"OfALaterVersionRunOn", "01" + good.substr(2) + "more"},
                                    {"OfWords", "hello"},
                                    {"ThatIsEmpty", ""}}) {
    trace("ATraceparent"s + name, with(value), false, value);
  }
  trace("TwoTraceparents", "traceparent: " + good + "\r\n" + with(good), false, good);
  trace("ATracestateAlone", "tracestate: a=1\r\n", false, good);
  return all;
}

std::vector<scene> expectations() {
  const std::string expect = "Expect: 100-continue\r\n";
  scene s{.name = "ContinueIsSaidWhenTheBodyIsAwaited"};
  s.client = {post(expect + "Content-Length: 2\r\n"), until("100 Continue\r\n\r\n"), "ab"};
  s.statuses = {100, 200};
  s.request_is = {post("Content-Length: 2\r\n", "ab")};
  s.whole_only = true;
  std::vector<scene> all{s};
  s.name = "ContinueIsSaidForChunks";
  s.client = {chunked("", expect), until("100 Continue\r\n\r\n"), "2\r\nab\r\n0\r\n\r\n"};
  s.request_is = {post("Transfer-Encoding: chunked\r\n", "ab")};
  all.push_back(s);
  s.name = "ContinueInOddCase";
  s.client = {post("eXPECT: 100-CONTINUE\r\nContent-Length: 2\r\n"), until("100 Continue\r\n\r\n"), "ab"};
  s.request_is = {post("Content-Length: 2\r\n", "ab")};
  all.push_back(s);
  s.name = "ContinueForEachRequest";
  s.client = {post(expect + "Content-Length: 2\r\n"),
              until("100 Continue\r\n\r\n"),
              "ab",
              until("hi"),
              post(expect + "Content-Length: 2\r\n"),
              until("hiHTTP/1.1 100 Continue\r\n\r\n"),
              "cd"};
  s.statuses = {100, 200, 100, 200};
  s.requests = 2;
  s.request_is = {post("Content-Length: 2\r\n", "ab"), post("Content-Length: 2\r\n", "cd")};
  all.push_back(s);
  s.name = "NoContinueWhenTheBodyIsHere";
  s.client = {post(expect + "Content-Length: 2\r\n", "ab")};
  s.statuses = {200};
  s.requests = 1;
  s.request_is = {post("Content-Length: 2\r\n", "ab")};
  all.push_back(s);
  s.name = "NoContinueWhenChunksAreHere";
  s.client = {chunked("2\r\nab\r\n0\r\n\r\n", expect)};
  s.request_is = {post("Transfer-Encoding: chunked\r\n", "ab")};
  all.push_back(s);
  s.name = "NoContinueWithoutABody";
  s.client = {get("/payment/7", expect)};
  s.request_is = {as_get};
  all.push_back(s);
  s.name = "NoContinueForABodyOfNothing";
  s.client = {post(expect + "Content-Length: 0\r\n")};
  s.request_is = {post("Content-Length: 0\r\n")};
  all.push_back(s);
  s.name = "AnUnknownExpectationIsNotAnswered";
  s.client = {post("Expect: 200-ok\r\nContent-Length: 2\r\n"), pause(5ms), "ab"};
  s.request_is = {post("Content-Length: 2\r\n", "ab")};
  all.push_back(s);
  s.name = "NoContinueToHttp10";
  s.client = {"POST /payment/ HTTP/1.0\r\nHost: shop\r\n" + expect + "Content-Length: 2\r\n\r\n", pause(5ms), "ab"};
  s.request_is = {};
  s.request_lacks = {"Expect"};
  s.end = ending::closed;
  all.push_back(s);
  s.name = "NoContinueWhenNobodyTakesTheBody";
  s.client = {post(expect + "Content-Length: 2\r\n")};
  s.absent = true;
  s.statuses = {502};
  s.requests = 0;
  s.answer_has = {"details=\"connection-refused\""};
  all.push_back(s);
  s.name = "NoContinueWithoutARoute";
  s.client = {"POST / HTTP/1.1\r\nHost: shop\r\n" + expect + "Content-Length: 2\r\n\r\n"};
  s.absent = false;
  s.statuses = {503};
  s.answer_has = {"details=\"no-route\""};
  all.push_back(s);
  s.name = "AFinalAnswerInsteadOfTheBodyReachesTheClient";
  s.client = {post(expect + "Content-Length: 2\r\n")};
  s.early = true;
  s.instance = {{"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"}};
  s.statuses = {100, 417};
  s.answer_has = {"\r\nConnection: close\r\n"};
  all.push_back(s);
  return all;
}

std::vector<scene> max_forwards() {
  const auto of = [](std::string_view method, std::string_view value) {
    return std::string(method) + " /payment/7 HTTP/1.1\r\nHost: shop\r\nMax-Forwards: " + std::string(value) +
           "\r\n\r\n";
  };
  scene mine{.name = "OptionsOfNoMoreForwardsIsAnsweredHere", .client = {of("OPTIONS", "0")}};
  mine.requests = 0;
  mine.untouched = true;
  mine.answer_has = {"\r\nAllow: "};
  std::vector<scene> all{mine};
  mine.name = "OptionsOfTheRouterItself";
  mine.client = {"OPTIONS * HTTP/1.1\r\nHost: shop\r\n\r\n"};
  all.push_back(mine);
  mine.name = "OptionsOfTheRouterItselfWithABody";
  mine.client = {"OPTIONS * HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\nab" + get("/payment/7")};
  mine.statuses = {200, 200};
  mine.requests = 1;
  mine.untouched = false;
  mine.request_is = {as_get};
  mine.whole_only = true;
  all.push_back(mine);
  mine.name = "TraceOfNoMoreForwardsIsNotAllowed";
  mine.client = {of("TRACE", "0")};
  mine.statuses = {405};
  mine.requests = 0;
  mine.untouched = true;
  mine.request_is = {};
  mine.whole_only = false;
  mine.answer_has = {"\r\nAllow: ", "details=\"method-not-allowed\""};
  all.push_back(mine);
  for (const auto& [from, to] : {std::pair{"1", "0"}, {"5", "4"}, {"10", "9"}, {"0007", "6"}}) {
    for (const char* method : {"OPTIONS", "TRACE"}) {
      all.push_back(taken(method + "IsForwarded"s + from + "Times", of(method, from), of(method, to)));
    }
  }
  for (const auto& [name, value] : {std::pair{"Word", "x"},
                                    {"Minus", "-1"},
                                    {"Plus", "+1"},
                                    {"Empty", ""},
                                    {"List", "1, 2"},
                                    {"Hex", "0x1"},
                                    {"Point", "1.0"},
                                    {"Blank", "1 1"},
                                    {"Huge", "99999999999999999999999"}}) {
    all.push_back(refused("MaxForwardsOf"s + name, of("OPTIONS", value), 400));
  }
  all.push_back(taken("MaxForwardsOfAGetIsNoBusinessOfOurs", of("GET", "0"), of("GET", "0")));
  return all;
}

std::vector<scene> bodies() {
  const std::string large(300'000, 'b');
  std::string chunks, joined;
  for (int i = 1; i <= 200; ++i) {
    const std::string piece(static_cast<std::size_t>(i * 7), static_cast<char>('a' + i % 26));
    chunks += fmt::format("{:x};n={}\r\n{}\r\n", piece.size(), i, piece);
    joined += piece;
  }
  const std::string length = "Content-Length: 300000\r\n";
  std::vector<scene> all{
      taken("ALargeBody", post(length, large), post(length, large)),
      taken("ALargeChunk", chunked("493e0\r\n" + large + "\r\n0\r\n\r\n"),
            post("Transfer-Encoding: chunked\r\n", large)),
      taken("ManyChunksOfAllSizes", chunked(chunks + "0\r\n\r\n"), post("Transfer-Encoding: chunked\r\n", joined)),
      taken("ABodyOfAllBytes",
            post("Content-Length: 256\r\n",
                 [] {
                   std::string b;
                   for (int i = 0; i < 256; ++i) b += static_cast<char>(i);
                   return b;
                 }()),
            post("Content-Length: 256\r\n",
                 [] {
                   std::string b;
                   for (int i = 0; i < 256; ++i) b += static_cast<char>(i);
                   return b;
                 }())),
      taken("APutWithABody", "PUT /payment/7 HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\nab",
            "PUT /payment/7 HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\nab"),
      taken("APatchWithChunks",
            "PATCH /payment/7 HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
            "PATCH /payment/7 HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\nab"),
  };
  scene slow = taken("ABodyThatComesInItsTime", "", post("Content-Length: 6\r\n", "abcdef"));
  slow.client = {post("Content-Length: 6\r\n", "ab"), pause(5ms), "cd", pause(5ms), "ef" + get("/payment/second")};
  all.push_back(slow);
  slow.name = "ChunksThatComeInTheirTime";
  slow.client = {chunked("2\r\nab"),
                 pause(5ms),
                 "\r\n4\r\ncd",
                 pause(5ms),
                 "ef\r\n0\r",
                 pause(5ms),
                 "\n\r\n" + get("/payment/second")};
  slow.request_is[0] = post("Transfer-Encoding: chunked\r\n", "abcdef");
  all.push_back(slow);
  // The router does not wait for the end of a body to pass on its beginning.
  scene eager{.name = "TheBeginningOfABodyGoesOnAtOnce"};
  eager.client = {chunked("5\r\nhello\r\n"), until("X-Seen: hello")};
  eager.early = true;
  eager.whole_only = true;
  eager.instance = {{until("hello"), ok("", "X-Seen: hello\r\n")}};
  eager.requests = 0;  // whole ones: the client never says the rest
  eager.end = ending::closed;
  all.push_back(eager);
  return all;
}

std::vector<scene> trailers() {
  const auto allowing = [](options& o) { o.trailers = {"x-checksum", "host", "content-length", "authorization"}; };
  scene s = taken("ATrailerThatIsAllowedGoesOn", chunked("2\r\nab\r\n0\r\nX-Checksum: 7\r\nX-Other: 8\r\n\r\n"),
                  post("Transfer-Encoding: chunked\r\n", "ab"));
  s.with = allowing;
  s.request_has = {"\r\n0\r\nX-Checksum: 7\r\n\r\n"};
  s.request_lacks = {"X-Other"};
  std::vector<scene> all{s};
  s.name = "AnAllowedTrailerInOddCase";
  s.client = {chunked("2\r\nab\r\n0\r\nX-Other: 8\r\nx-CHECKSUM: 7\r\n\r\n") + get("/payment/second")};
  s.request_has = {"\r\n0\r\nx-CHECKSUM: 7\r\n\r\n"};
  all.push_back(s);
  s.name = "AnAllowedTrailerWithoutABody";
  s.client = {chunked("0\r\nX-Checksum: 7\r\n\r\n") + get("/payment/second")};
  s.request_is[0] = post("Transfer-Encoding: chunked\r\n");
  s.request_has = {"\r\n0\r\nX-Checksum: 7\r\n\r\n"};
  all.push_back(s);
  s.name = "TrailersThatNeverGoOn";
  s.client = {chunked("0\r\nHost: evil\r\nContent-Length: 5\r\nAuthorization: x\r\nTransfer-Encoding: gzip\r\n\r\n") +
              get("/payment/second")};
  s.request_has = {};
  s.request_lacks = {"evil", "Content-Length", "Authorization", "gzip"};
  all.push_back(s);
  s.name = "ATrailerDoesNotReplaceAField";
  s.client = {chunked("0\r\nX-Checksum: late\r\n\r\n", "X-Checksum: early\r\n") + get("/payment/second")};
  s.request_is[0] = post("X-Checksum: early\r\nTransfer-Encoding: chunked\r\n");
  s.request_has = {"\r\n0\r\nX-Checksum: late\r\n\r\n"};
  all.push_back(s);
  return all;
}

TEST(ConformanceOfForwarding, Hops) {
  play(hops());
}
TEST(ConformanceOfForwarding, OwnFields) {
  play(own_fields());
}
TEST(ConformanceOfForwarding, Expectations) {
  play(expectations());
}
TEST(ConformanceOfForwarding, MaxForwards) {
  play(max_forwards());
}
TEST(ConformanceOfForwarding, Bodies) {
  play(bodies());
}
TEST(ConformanceOfForwarding, Trailers) {
  play(trailers());
}

}  // namespace
}  // namespace meshgauge::proxy::conformance
