// Answers: what reaches the client, in which framing; what is no answer and becomes a 502; and that a body which was
// cut never looks whole.

#include "router/proxy/conformance_test.hpp"

namespace meshgauge::proxy::conformance {
namespace {

using namespace std::string_literals;

const std::string ask = get("/payment/7");
const std::string head_request = "HEAD /payment/7 HTTP/1.1\r\nHost: shop\r\n\r\n";
const std::string old_request = "GET /payment/7 HTTP/1.0\r\nHost: shop\r\n\r\n";

std::string chunked_answer(std::string_view chunks, std::string_view fields = "") {
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + std::string(fields) + "\r\n" + std::string(chunks);
}
/// What the strict reader makes of chunks: the head and the body in one.
std::string as_chunks(std::string_view body, std::string_view fields = "") {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "Transfer-Encoding: chunked\r\n\r\n" + std::string(body);
}
std::string as_length(std::string_view body, std::string_view fields = "") {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

unsigned status_in(std::string_view answer) {
  return static_cast<unsigned>((answer[9] - '0') * 100 + (answer[10] - '0') * 10 + (answer[11] - '0'));
}

/// The instance says `said`, the client reads `as`, and both connections serve a second request.
scene relayed(std::string name, const std::string& said, const std::string& as) {
  const bool chunks = as.find("chunked") != std::string::npos;
  const std::string end = chunks ? "0\r\n\r\n" : as.substr(as.find("\r\n\r\n") + 4);
  scene s{.name = std::move(name), .client = {ask, until(end), ask}};
  s.instance = {{said}, {ok("second")}};
  s.statuses = {status_in(as), 200};
  s.requests = 2;
  s.connections = 1;
  s.answer_is = {as, as_length("second")};
  return s;
}
/// The same, but the instance's connection is of no further use.
scene relayed_once(std::string name, script said, const std::string& as) {
  scene s = relayed(std::move(name), "", as);
  s.client = {ask, until("\r\n\r\n"), pause(10ms), ask};
  s.instance = {std::move(said), {ok("second")}};
  s.connections = 2;
  return s;
}
std::vector<scene> framings() {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  std::vector<scene> all{
      relayed("ALength", ok("hello"), as_length("hello")),
      relayed("ALengthOfZero", ok(""), as_length("")),
      relayed("ALengthWithZeros", head + "Content-Length: 005\r\n\r\nhello", as_length("hello")),
      relayed("Chunks", chunked_answer("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), as_chunks("abcde")),
      relayed("NoChunk", chunked_answer("0\r\n\r\n"), as_chunks("")),
      relayed("ChunksInCapitals", head + "TRANSFER-ENCODING: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
              as_chunks("0123456789")),
      relayed("ChunkExtensionsAreDropped", chunked_answer("3;ext=\"a b\"\r\nabc\r\n0;last\r\n\r\n"), as_chunks("abc")),
      relayed("TrailersAreDropped", chunked_answer("3\r\nabc\r\n0\r\nX-Trailer: 1\r\nSet-Cookie: evil\r\n\r\n"),
              as_chunks("abc")),
      relayed("DataThatLooksLikeAnAnswer", ok("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
              as_length("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")),
      relayed("ADeclined304", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
              "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"),
      relayed("A204", "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n"),
      relayed("A204WithALength", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
              "HTTP/1.1 204 No Content\r\n\r\n"),
      relayed("A204WithChunks", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
              "HTTP/1.1 204 No Content\r\n\r\n"),
      relayed("AnOldAnswerThatKeeps", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi",
              as_length("hi", "Via: 1.0 router-0\r\n")),
      relayed_once("AnOldAnswer", {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"},
                   as_length("hi", "Via: 1.0 router-0\r\n")),
      relayed_once("AnOldAnswerToTheClose", {"HTTP/1.0 200 OK\r\n\r\nhi", leave()},
                   as_chunks("hi", "Via: 1.0 router-0\r\n")),
      relayed_once("ABodyToTheClose", {head + "\r\nuntil the end", leave()}, as_chunks("until the end")),
      relayed_once("ABodyToTheCloseThatIsEmpty", {head + "\r\n", leave()}, as_chunks("")),
      relayed_once("ABodyToTheCloseInPieces", {head + "\r\nun", pause(3ms), "til ", pause(3ms), "then", leave()},
                   as_chunks("until then")),
      relayed_once("AnAnswerThatCloses", {ok("hi", "Connection: close\r\n")}, as_length("hi")),
      relayed_once("AnAnswerThatClosesInOddCase", {ok("hi", "Connection: x , CLOSE\r\n")}, as_length("hi")),
      relayed_once("ChunksThatClose", {chunked_answer("2\r\nhi\r\n0\r\n\r\n", "Connection: close\r\n")},
                   as_chunks("hi")),
      // Bytes that come although there is no body are not the next answer.
      relayed_once("A204WithABody", {"HTTP/1.1 204 No Content\r\n\r\npoison"}, "HTTP/1.1 204 No Content\r\n\r\n"),
      relayed_once("A304WithABody", {"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\npoison"},
                   "HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n"),
      relayed_once("BytesBehindALength", {ok("hi") + ok("poison")}, as_length("hi")),
      relayed_once("BytesBehindChunks", {chunked_answer("2\r\nhi\r\n0\r\n\r\n") + ok("poison")}, as_chunks("hi")),
      relayed_once("ACrLfBehindALength", {ok("hi") + "\r\n"}, as_length("hi")),
      relayed_once("BytesThatComeLater", {ok("hi"), pause(2ms), ok("poison")}, as_length("hi")),
  };
  for (scene& s : all) s.answer_lacks = {"poison", "X-Trailer", "evil", "ext", "last"};
  // HEAD.
  const auto to_head = [&](std::string name, const std::string& said, const std::string& as,
                           std::size_t connections = 1) {
    scene s{.name = std::move(name), .client = {head_request, until("\r\n\r\n"), pause(5ms), head_request}};
    s.instance = {{said}};
    s.statuses = {200, 200};
    s.requests = 2;
    s.to_head = true;
    s.connections = connections;
    s.answer_is = {as, as};
    s.answer_lacks = {"poison"};
    all.push_back(s);
  };
  to_head("HeadOfALength", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
  to_head("HeadOfNothing", "HTTP/1.1 200 OK\r\nX: y\r\n\r\n", "HTTP/1.1 200 OK\r\nX: y\r\n\r\n");
  to_head("HeadWithABody", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
          "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", 2);
  scene head_of_chunks{.name = "HeadOfChunks", .client = {head_request}};
  head_of_chunks.instance = {{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}};
  head_of_chunks.to_head = true;
  all.push_back(head_of_chunks);
  scene head_404{.name = "HeadThatNobodyAnswers", .client = {head_request, until("502"), head_request}};
  head_404.absent = true;
  head_404.to_head = true;
  head_404.statuses = {502, 502};
  head_404.requests = 0;
  head_404.answer_lacks = {"502 connection-refused\n"};
  all.push_back(head_404);
  // Clients of HTTP/1.0 get neither chunks nor interim answers.
  const auto old = [&](std::string name, script said, const std::string& as) {
    scene s{.name = std::move(name), .client = {old_request}};
    s.instance = {std::move(said)};
    s.end = ending::closed;
    s.answer_is = {as};
    s.answer_has = {"\r\nConnection: close\r\n"};
    s.answer_lacks = {"chunked"};
    all.push_back(s);
  };
  old("ChunksForAnOldClient", {chunked_answer("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")},
      "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde");
  old("ABodyToTheCloseForAnOldClient", {head + "\r\nabc", leave()}, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
  old("ALengthForAnOldClient", {ok("abc")}, as_length("abc").insert(36, "Connection: close\r\n"));
  old("NoInterimAnswerForAnOldClient", {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("abc")},
      as_length("abc").insert(36, "Connection: close\r\n"));
  return all;
}

std::vector<scene> heads() {
  const std::string rest = "\r\nContent-Length: 2\r\n\r\nhi";
  const auto with = [](std::string_view fields) { return ok("hi", fields); };
  std::vector<scene> all{
      relayed("AnOddReason", "HTTP/1.1 201 All is well, thanks!" + rest,
              "HTTP/1.1 201 All is well, thanks!\r\nContent-Length: 2\r\n\r\nhi"),
      relayed("AnOddStatus", "HTTP/1.1 418 I'm a teapot" + rest,
              "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 2\r\n\r\nhi"),
      relayed("TheLastStatus", "HTTP/1.1 599 Odd" + rest, "HTTP/1.1 599 Odd\r\nContent-Length: 2\r\n\r\nhi"),
      relayed("ItsOwn503", "HTTP/1.1 503 Busy" + rest, "HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nhi"),
      relayed("ItsOwn502", "HTTP/1.1 502 Bad Gateway" + rest,
              "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nhi"),
      relayed("Redirects", "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 2\r\n\r\nhi",
              "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 2\r\n\r\nhi"),
      relayed(
          "FieldsOfOneHopStayHere",
          with("Connection: X-Inner, keep-alive\r\nX-Inner: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: close\r\n"
               "Trailer: X\r\nUpgrade: h2c\r\nX-Kept: 2\r\n"),
          as_length("hi", "X-Kept: 2\r\n")),
      relayed("ANamedFieldBeforeItsName", with("X-Inner: 1\r\nConnection: x-inner\r\n"), as_length("hi")),
      relayed("CookiesStayApart", with("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"),
              as_length("hi", "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n")),
      relayed("AnsweringCannotStripTheLength", with("Connection: content-length\r\n"), as_length("hi")),
      relayed("ViaIsAppendedTo", with("Via: 1.1 inner\r\n"), as_length("hi", "Via: 1.1 inner\r\n")),
      relayed("EightBitBytesInAValue", with("X: caf\xc3\xa9\r\n"), as_length("hi", "X: caf\xc3\xa9\r\n")),
      relayed("AnEmptyValue", with("X:\r\n"), as_length("hi", "X: \r\n")),
      relayed("BlanksAroundAValue", with("X: \t a b \r\n"), as_length("hi", "X: a b\r\n")),
      // 9110, 15.2: interim answers are not passed on.
      relayed("AContinueNobodyAskedFor", "HTTP/1.1 100 Continue\r\n\r\n" + ok("hi"), as_length("hi")),
      relayed("EarlyHints", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok("hi"), as_length("hi")),
      relayed("Processing", "HTTP/1.1 102 Processing\r\n\r\n" + ok("hi"), as_length("hi")),
      relayed(
          "EightInterimAnswers",
          [] {
            std::string t;
            for (int i = 0; i < 8; ++i) t += "HTTP/1.1 103 Early Hints\r\n\r\n";
            return t + ok("hi");
          }(),
          as_length("hi")),
  };
  scene large = relayed("AHeadJustBelowTheLimit", with("X: " + std::string(16'000, 'x') + "\r\n"),
                        as_length("hi", "X: " + std::string(16'000, 'x') + "\r\n"));
  all.push_back(large);
  scene no_reason = relayed("AnEmptyReason", "HTTP/1.1 200 " + rest, as_length("hi"));
  all.push_back(no_reason);
  scene large_body = relayed("ALargeAnswer", ok(std::string(400'000, 'z')), as_length(std::string(400'000, 'z')));
  large_body.client = {ask};
  large_body.instance = {{ok(std::string(400'000, 'z'))}};
  large_body.statuses = {200};
  large_body.requests = 1;
  large_body.answer_is = {as_length(std::string(400'000, 'z'))};
  all.push_back(large_body);
  // Each piece is passed on as it comes: the instance says no more until the client has seen it.
  scene stream{.name = "APieceIsPassedOnAtOnce", .client = {ask, until("one"), reset()}};
  stream.instance = {{chunked_answer("3\r\none\r\n")}};
  stream.statuses = {};
  stream.end = ending::gone;
  all.push_back(stream);
  stream.name = "APieceOfALengthIsPassedOnAtOnce";
  stream.instance = {{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\none"}};
  all.push_back(stream);
  stream.name = "APieceOfABodyToTheCloseIsPassedOnAtOnce";
  stream.instance = {{"HTTP/1.1 200 OK\r\n\r\none"}};
  all.push_back(stream);
  return all;
}

/// What the instance says is no answer: 502, and the next request goes to a fresh connection.
scene no_answer(std::string name, const std::string& said, const char* why = "bad-response") {
  scene s{.name = std::move(name), .client = {ask, until("\n\r\n"), pause(2ms), ask}};
  s.instance = {{said}, {ok("second")}};
  s.statuses = {502, 200};
  s.requests = 2;
  s.connections = 2;
  s.answer_has = {"details=\""s + why + "\"", "error=http_protocol_error"};
  s.answer_lacks = {"poison"};
  return s;
}

std::vector<scene> bad_heads() {
  const std::string rest = " OK\r\nContent-Length: 6\r\n\r\npoison";
  const std::string line = "HTTP/1.1 200 OK\r\n";
  const auto fields = [&](std::string_view f, std::string_view body = "poison") {
    return line + std::string(f) + "\r\n" + std::string(body);
  };
  std::vector<scene> all{
      no_answer("AnotherProtocol", "SSH-2.0-OpenSSH_9.2p1 poison\r\n\r\n"),
      no_answer("ABodyAlone", "<html>poison</html>\r\n\r\n"),
      no_answer("AnEmptyLineFirst", "\r\n" + ok("poison")),
      no_answer("ARequest", "GET /poison HTTP/1.1\r\nHost: shop\r\n\r\n"),
      no_answer("Http2", "HTTP/2 200" + rest),
      no_answer("Http20", "HTTP/2.0 200" + rest),
      no_answer("Http12", "HTTP/1.2 200" + rest),
      no_answer("Http09", "HTTP/0.9 200" + rest),
      no_answer("HttpInLowerCase", "http/1.1 200" + rest),
      no_answer("Icy", "ICY 200" + rest),
      no_answer("ABlankFirst", " HTTP/1.1 200" + rest),
      no_answer("TwoBlanks", "HTTP/1.1  200" + rest),
      no_answer("ATabForABlank", "HTTP/1.1\t200" + rest),
      no_answer("NoStatus", "HTTP/1.1" + rest),
      no_answer("AWordForStatus", "HTTP/1.1 abc" + rest),
      no_answer("TwoDigits", "HTTP/1.1 20" + rest),
      no_answer("FourDigits", "HTTP/1.1 2000" + rest),
      no_answer("ASign", "HTTP/1.1 +20" + rest),
      no_answer("StatusZero", "HTTP/1.1 000" + rest),
      no_answer("Status99", "HTTP/1.1 099" + rest),
      no_answer("Status600", "HTTP/1.1 600" + rest),
      no_answer("Status999", "HTTP/1.1 999" + rest),
      no_answer("NoBlankBehindTheStatus", "HTTP/1.1 200\r\nContent-Length: 6\r\n\r\npoison"),
      no_answer("ANulInTheReason", "HTTP/1.1 200 O\0K\r\nContent-Length: 6\r\n\r\npoison"s),
      no_answer("ABareCrInTheReason", "HTTP/1.1 200 O\rK\r\nContent-Length: 6\r\n\r\npoison"),
      no_answer("AnUnaskedSwitch",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\npoison"),
      no_answer("ABareLfBehindTheStatusLine", "HTTP/1.1 200 OK\nContent-Length: 6\r\n\r\npoison"),
      no_answer("ABareLfBehindAField", line + "Content-Length: 6\nX: y\r\n\r\npoison"),
      no_answer("OnlyBareLfs", "HTTP/1.1 200 OK\nContent-Length: 6\n\npoison"),
      no_answer("ABareCrInAValue", fields("Content-Length: 6\r\nX: a\rb\r\n")),
      no_answer("ASplitAnswer", fields("Content-Length: 6\r\nX: a\nSet-Cookie: poison\r\n")),
      no_answer("ANulInAValue", fields("Content-Length: 6\r\nX: a\0b\r\n"s)),
      no_answer("ABellInAValue", fields("Content-Length: 6\r\nX: \x07\r\n")),
      no_answer("AFoldedValue", fields("Content-Length: 6\r\nX: a\r\n b\r\n")),
      no_answer("AFoldedLength", fields("Content-Length:\r\n 6\r\n")),
      no_answer("AFoldedCoding", fields("Transfer-Encoding:\r\n chunked\r\n", "6\r\npoison\r\n0\r\n\r\n")),
      no_answer("ABlankBeforeTheColon", fields("Content-Length : 6\r\n")),
      no_answer("ABlankBeforeTheColonOfTheCoding", fields("Transfer-Encoding : chunked\r\n")),
      no_answer("AnEmptyName", fields("Content-Length: 6\r\n: y\r\n")),
      no_answer("ALineWithoutAColon", fields("Content-Length: 6\r\nno colon\r\n")),
      no_answer("TwoLengths", fields("Content-Length: 6\r\nContent-Length: 7\r\n")),
      no_answer("TwoEqualLengths", fields("Content-Length: 6\r\nContent-Length: 6\r\n")),
      no_answer("AListOfLengths", fields("Content-Length: 6, 6\r\n")),
      no_answer("ANegativeLength", fields("Content-Length: -6\r\n")),
      no_answer("ASignedLength", fields("Content-Length: +6\r\n")),
      no_answer("AHexLength", fields("Content-Length: 0x6\r\n")),
      no_answer("AnEmptyLength", fields("Content-Length:\r\n")),
      no_answer("AWordForLength", fields("Content-Length: six\r\n")),
      no_answer("ALengthOfManyDigits", fields("Content-Length: 99999999999999999999\r\n")),
      no_answer("LengthAndChunked", fields("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n")),
      no_answer("ChunkedAndLength", fields("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n")),
      no_answer("GzipAndLength", fields("Transfer-Encoding: gzip\r\nContent-Length: 6\r\n")),
      no_answer("Gzip", fields("Transfer-Encoding: gzip\r\n")),
      no_answer("GzipChunked", fields("Transfer-Encoding: gzip, chunked\r\n", "6\r\npoison\r\n0\r\n\r\n")),
      no_answer("ChunkedTwice", fields("Transfer-Encoding: chunked, chunked\r\n", "6\r\npoison\r\n0\r\n\r\n")),
      no_answer("ChunkedInTwoLines", fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
      no_answer("Identity", fields("Transfer-Encoding: identity\r\n")),
      no_answer("AnEmptyCoding", fields("Transfer-Encoding:\r\n")),
      no_answer("ChunksInHttp10", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n"),
      no_answer("AHeadAboveTheLimit", fields("Content-Length: 6\r\nX: " + std::string(17'000, 'x') + "\r\n")),
      no_answer("AHeadThatDoesNotEnd", line + "X: " + std::string(40'000, 'x')),
      no_answer("TooManyFields", fields("Content-Length: 6\r\n" +
                                        [] {
                                          std::string t;
                                          for (int i = 0; i < 101; ++i) t += "X: y\r\n";
                                          return t;
                                        }())),
      no_answer("NineInterimAnswers",
                [] {
                  std::string t;
                  for (int i = 0; i < 9; ++i) t += "HTTP/1.1 103 Early Hints\r\n\r\n";
                  return t + ok("poison");
                }()),
  };
  // No answer at all.
  const auto ended = [&](std::string name, script said, const char* why) {
    scene s = no_answer(std::move(name), "", why);
    s.instance = {std::move(said), {ok("second")}};
    s.answer_has = {"details=\""s + why + "\""};
    all.push_back(s);
  };
  ended("ClosedWithoutAWord", {leave()}, "connection-closed-before-response");
  ended("ResetWithoutAWord", {reset()}, "connection-reset-before-response");
  ended("ClosedInsideAHead", {"HTTP/1.1 200 OK\r\nContent-Le", leave()}, "bad-response");
  ended("ResetInsideAHead", {"HTTP/1.1 200 OK\r\nContent-Le", reset()}, "bad-response");
  ended("ClosedBehindAnInterimAnswer", {"HTTP/1.1 103 Early Hints\r\n\r\n", leave()},
        "connection-closed-before-response");
  scene late = no_answer("NoHeadInTime", "", "response-timeout");
  late.with = [](options& o) { o.upstream_timeout = 30ms; };
  late.instance = {{pause(10s)}, {ok("second")}};
  late.statuses = {504, 200};
  late.answer_has = {"details=\"response-timeout\"", "error=http_response_timeout"};
  all.push_back(late);
  late.name = "HalfAHeadInTime";
  late.instance = {{"HTTP/1.1 200 OK\r\nX:", pause(10s)}, {ok("second")}};
  all.push_back(late);
  late.name = "OnlyInterimAnswersInTime";
  late.instance = {{"HTTP/1.1 102 Processing\r\n\r\n", pause(20ms), "HTTP/1.1 102 Processing\r\n\r\n", pause(10s)},
                   {ok("second")}};
  all.push_back(late);
  return all;
}

/// The answer has begun and is cut; nothing is added, and the client can see that it is not whole.
scene cut(std::string name, script said, ending how = ending::cut) {
  scene s{.name = std::move(name), .client = {ask}};
  s.instance = {std::move(said)};
  s.end = how;
  s.answer_has = {"HTTP/1.1 200 OK\r\n"};
  s.last_body = "hel";
  s.answer_lacks = {"Proxy-Status", " 502 ", "poison"};
  return s;
}

std::vector<scene> cuts() {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string part = head + "Content-Length: 10\r\n\r\nhel";
  std::vector<scene> all{
      cut("ALengthThatIsClosed", {part, pause(2ms), leave()}),
      cut("ALengthThatIsReset", {part, pause(2ms), reset()}),
      cut("ALengthThatIsClosedAtOnce", {part, leave()}),
      cut("ChunksThatAreClosed", {chunked_answer("3\r\nhel\r\n"), pause(2ms), leave()}),
      cut("ChunksThatAreReset", {chunked_answer("3\r\nhel\r\n"), pause(2ms), reset()}),
      cut("AChunkThatIsClosed", {chunked_answer("5\r\nhel"), pause(2ms), leave()}),
      cut("AChunkLineThatIsClosed", {chunked_answer("3\r\nhel\r\n5"), pause(2ms), leave()}),
      cut("ALastChunkThatIsClosed", {chunked_answer("3\r\nhel\r\n0\r\n"), pause(2ms), leave()}),
      cut("TrailersThatAreClosed", {chunked_answer("3\r\nhel\r\n0\r\nX: y\r\n"), pause(2ms), leave()}),
      cut("ABodyToTheCloseThatIsReset", {head + "\r\nhel", pause(2ms), reset()}),
  };
  for (const auto& [name, chunks] : {std::pair<const char*, std::string>{"AWord", "xyz\r\npoison\r\n0\r\n\r\n"},
                                     {"NoSize", "\r\npoison\r\n0\r\n\r\n"},
                                     {"AMinus", "-6\r\npoison\r\n0\r\n\r\n"},
                                     {"AHexPrefix", "0x6\r\npoison\r\n0\r\n\r\n"},
                                     {"ABlankBefore", " 6\r\npoison\r\n0\r\n\r\n"},
                                     {"ABareLf", "6\npoison\r\n0\r\n\r\n"},
                                     {"ManyDigits", "00000000000000006\r\npoison\r\n0\r\n\r\n"},
                                     {"SixteenFs", "ffffffffffffffff\r\npoison\r\n0\r\n\r\n"},
                                     {"ALongExtension", "6;" + std::string(300, 'x') + "\r\npoison\r\n0\r\n\r\n"},
                                     {"ANulInAnExtension", "6;\0\r\npoison\r\n0\r\n\r\n"s},
                                     {"ABareLfAtTheEnd", "0\r\n\n"},
                                     {"ABareLfBehindZero", "0\n\r\n"},
                                     {"ATrailerWithoutAColon", "0\r\nno colon\r\n\r\n"},
                                     {"AFoldedTrailer", "0\r\nX: y\r\n z\r\n\r\n"},
                                     {"ALongTrailer", "0\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n"}}) {
    all.push_back(cut("BadChunk"s + name, {chunked_answer("3\r\nhel\r\n"), pause(2ms), chunks}));
  }
  scene behind = cut("BytesBehindAChunk", {chunked_answer("3\r\nhelX\r\n"), pause(2ms), "0\r\n\r\n"});
  all.push_back(behind);
  // The same for a client of HTTP/1.0: where only the close would tell, it is a reset.
  for (const auto& [name, said, how] :
       {std::tuple<const char*, script, ending>{
            "ChunksThatAreClosedForAnOldClient", {chunked_answer("3\r\nhel\r\n"), pause(2ms), leave()}, ending::cut},
        {"ABadChunkForAnOldClient", {chunked_answer("3\r\nhel\r\n"), pause(2ms), "xyz\r\n"}, ending::cut},
        {"ABodyToTheCloseThatIsResetForAnOldClient", {head + "\r\nhel", pause(2ms), reset()}, ending::cut},
        {"ALengthThatIsClosedForAnOldClient", {part, pause(2ms), leave()}, ending::cut}}) {
    scene s = cut(name, said, how);
    s.client = {old_request};
    all.push_back(s);
  }
  // A stall is a cut, too.
  scene stall = cut("ALengthThatStalls", {part, pause(10s)});
  stall.with = [](options& o) { o.upstream_body_timeout = 30ms; };
  all.push_back(stall);
  stall.name = "ChunksThatStall";
  stall.instance = {{chunked_answer("3\r\nhel\r\n"), pause(10s)}};
  all.push_back(stall);
  stall.name = "ABodyToTheCloseThatStalls";
  stall.instance = {{head + "\r\nhel", pause(10s)}};
  all.push_back(stall);
  stall.name = "AStallForAnOldClient";
  stall.client = {old_request};
  all.push_back(stall);
  scene slow = cut("PiecesWithinTheirTimeAreNoStall", {}, ending::kept);
  slow.with = [](options& o) {
    o.upstream_body_timeout = 200ms;
    o.upstream_timeout = 20ms;
  };
  slow.instance = {{head + "Content-Length: 10\r\n\r\nhel", pause(15ms), "lo", pause(15ms), "wor", pause(15ms), "ld"}};
  slow.last_body = "helloworld";
  all.push_back(slow);
  return all;
}

TEST(ConformanceOfAnswers, Framings) {
  play(framings());
}
TEST(ConformanceOfAnswers, Heads) {
  play(heads());
}
TEST(ConformanceOfAnswers, BadHeads) {
  play(bad_heads());
}
TEST(ConformanceOfAnswers, Cuts) {
  play(cuts());
}

}  // namespace
}  // namespace meshgauge::proxy::conformance
