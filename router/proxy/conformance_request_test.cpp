// Which requests are read, and as what; which are refused, with which status. RFC 9110 and 9112; the sections are
// named.

#include "router/proxy/conformance_test.hpp"

namespace meshgauge::proxy::conformance {
namespace {

using namespace std::string_literals;

const std::string as_get = get("/payment/7");

scene silent(std::string name, script client, ending end = ending::closed) {
  scene s{.name = std::move(name), .client = std::move(client)};
  s.statuses = {};
  s.requests = 0;
  s.untouched = true;
  s.end = end;
  return s;
}
scene slowly(scene s) {
  s.sim_only = true;
  s.whole_only = true;
  return s;
}
scene with(scene s, std::function<void(options&)> change) {
  s.with = std::move(change);
  return s;
}
/// What comes is refused, but the head alone could already have been: nothing stands behind it.
scene unfinished(scene s, script client) {
  s.client = std::move(client);
  return s;
}

std::vector<scene> start_lines() {
  const std::string host = " HTTP/1.1\r\nHost: shop\r\n\r\n";
  std::vector<scene> all{
      // 9112, 3: exactly one blank, nothing around it.
      refused("TwoBlanksBeforeTheTarget", "GET  /payment/7" + host, 400),
      refused("TwoBlanksBehindTheTarget", "GET /payment/7 " + host, 400),
      refused("ATabForABlank", "GET\t/payment/7" + host, 400),
      refused("ATabBehindTheTarget", "GET /payment/7\tHTTP/1.1\r\nHost: shop\r\n\r\n", 400),
      refused("ABlankBehindTheVersion", "GET /payment/7 HTTP/1.1 \r\nHost: shop\r\n\r\n", 400),
      refused("ABlankBeforeTheMethod", " GET /payment/7" + host, 400),
      refused("ABlankInTheTarget", "GET /payment/7 8" + host, 400),
      refused("NoTarget", "GET HTTP/1.1\r\nHost: shop\r\n\r\n", 400),
      refused("AnEmptyTarget", "GET " + host, 400),
      refused("NoMethod", "/payment/7" + host, 400),
      refused("OnlyAMethod", "GET\r\nHost: shop\r\n\r\n", 400),
      refused("NoVersion", "GET /payment/7\r\nHost: shop\r\n\r\n", 400),
      refused("AMethodWithADelimiter", "GE(T /payment/7" + host, 400),
      refused("AMethodWithAnEightBitByte", "GE\xc3\x89T /payment/7" + host, 400),
      refused("AMethodWithANul", "GE\0T /payment/7"s + host, 400),
      refused("AMethodWithAColon", "GET: /payment/7" + host, 400),
      refused("Greetings", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s, 400),
      refused("AnotherProtocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", 400),
      refused("TheHttp2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
      // 9112, 2.3: versions.
      refused("Http12", "GET /payment/7 HTTP/1.2\r\nHost: shop\r\n\r\n", 505),
      refused("Http20", "GET /payment/7 HTTP/2.0\r\nHost: shop\r\n\r\n", 505),
      refused("Http09", "GET /payment/7 HTTP/0.9\r\nHost: shop\r\n\r\n", 505),
      refused("HttpInLowerCase", "GET /payment/7 http/1.1\r\nHost: shop\r\n\r\n", 505),
      refused("AVersionOfTwoDigits", "GET /payment/7 HTTP/1.10\r\nHost: shop\r\n\r\n", 400),
      refused("AVersionOfOneDigit", "GET /payment/7 HTTP/1\r\nHost: shop\r\n\r\n", 400),
      refused("AVersionWithAComma", "GET /payment/7 HTTP/1,1\r\nHost: shop\r\n\r\n", 400),
      refused("AnotherName", "GET /payment/7 HTTPS/1.1\r\nHost: shop\r\n\r\n", 400),
      // Lines end with CRLF: what is refused is never forwarded, so nobody else has to guess.
      refused("ABareLfBehindTheRequestLine", "GET /payment/7 HTTP/1.1\nHost: shop\r\n\r\n", 400),
      refused("ABareLfBehindAField", "GET /payment/7 HTTP/1.1\r\nHost: shop\nX: y\r\n\r\n", 400),
      refused("ABareLfForTheBlankLine", "GET /payment/7 HTTP/1.1\r\nHost: shop\r\n\n", 400),
      refused("OnlyBareLfs", "GET /payment/7 HTTP/1.1\nHost: shop\n\n", 400),
      refused("ABareCrBehindTheRequestLine", "GET /payment/7 HTTP/1.1\rHost: shop\r\n\r\n", 400),
      refused("ABareCrInTheTarget", "GET /pay\rment/7" + host, 400),
      refused("TwoCrs", "GET /payment/7 HTTP/1.1\r\r\nHost: shop\r\n\r\n", 400),
      refused("ABareLfInTheTarget", "GET /pay\nment/7" + host, 400),
  };
  // 9112, 2.2: an empty line before a request is skipped.
  all.push_back(taken("ALeadingCrlfIsSkipped", "\r\n" + as_get, as_get));
  all.push_back(refused("ALeadingLf", "\n" + as_get, 400));
  all.push_back(refused("ALeadingCr", "\r" + as_get, 400));
  all.push_back(refused("ALeadingNul", "\0"s + as_get, 400));
  all.push_back(taken("AnOddMethodIsPassedOn", "BREW /payment/7" + host, "BREW /payment/7" + host));
  all.push_back(taken("MethodsHaveACase", "get /payment/7" + host, "get /payment/7" + host));
  all.push_back(taken("AMethodOfMarks", "!#$%&'*+-.^_`|~ /payment/7" + host, "!#$%&'*+-.^_`|~ /payment/7" + host));
  return all;
}

std::vector<scene> targets() {
  std::vector<scene> all;
  const auto at = [](std::string_view target) { return get(target); };
  // 9112, 3.2: the four forms.
  all.push_back(refused("NeitherPathNorUrl", at("payment/7"), 400));
  all.push_back(refused("AnAuthority", at("shop:80"), 400));
  all.push_back(refused("AStarForGet", at("*"), 400));
  all.push_back(refused("AnotherScheme", at("ftp://shop/payment/7"), 400));
  all.push_back(refused("AUserInTheUrl", at("http://user@shop/payment/7"), 400));
  all.push_back(refused("AUserAndAPasswordInTheUrl", at("http://user:word@shop/payment/7"), 400));
  all.push_back(refused("AUrlWithoutAHost", at("http:///payment/7"), 400));
  all.push_back(refused("AUrlOfNothing", at("http://"), 400));
  all.push_back(refused("AUrlWithOneSlash", at("http:/shop/payment/7"), 400));
  all.push_back(refused("ABackslashInTheAuthority", at("http://shop\\evil/payment/7"), 400));
  all.push_back(refused("AQuoteInTheAuthority", at("http://sh'op,evil/payment/7"), 400));
  all.push_back(refused("ConnectToAnAuthority", "CONNECT shop:443 HTTP/1.1\r\nHost: shop:443\r\n\r\n", 400));
  all.push_back(refused("ConnectToAPath", "CONNECT /payment/7 HTTP/1.1\r\nHost: shop\r\n\r\n", 400));
  all.push_back(refused("ConnectToAUrl", "CONNECT http://shop/payment/ HTTP/1.1\r\nHost: shop\r\n\r\n", 400));
  for (const auto& [name, mark] : {std::pair{"Quote", "\""},
                                   {"Less", "<"},
                                   {"Greater", ">"},
                                   {"Hash", "#"},
                                   {"Backslash", "\\"},
                                   {"Caret", "^"},
                                   {"Backtick", "`"},
                                   {"Del", "\x7f"},
                                   {"EightBit", "\xe9"},
                                   {"Utf8", "\xc3\xa9"},
                                   {"Escape", "\x1b"},
                                   {"Bell", "\x07"},
                                   {"VerticalTab", "\x0b"}}) {
    all.push_back(refused("TargetWith"s + name, at("/payment/a"s + mark + "b"), 400));
  }
  all.push_back(refused("TargetWithNul", at("/payment/a\0b"s), 400));
  all.push_back(refused("AFragment", at("/payment/7#part"), 400));
  // Byte for byte, nothing decoded or normalised.
  for (const std::string target :
       {"/payment/", "/payment", "/payment?x=1", "/payment/a%2fb", "/payment/%2e%2e/x", "/payment/../x", "/payment/./x",
        "/payment//x///", "/payment/;v=1;w", "/payment/a?b?c=/d//", "/payment/%zz%", "/payment/~!$&'()*+,=:@-._",
        "/payment/{x}[y]|z", "/payment/%00%0d%0a", "/payment/?", "/payment/?a=%20+b", "/payment/%E9"}) {
    std::string name = "TargetIsKept";
    for (const char c : target) name += fmt::format("{:02x}", static_cast<unsigned char>(c));
    all.push_back(taken(name, at(target), at(target)));
  }
  // 3.2.2: absolute-form; its authority beats Host.
  const auto as = [](std::string_view target, std::string_view host) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
  };
  all.push_back(taken("AUrlIsItsPath", as("http://shop/payment/7?x=1", "shop"), as("/payment/7?x=1", "shop")));
  all.push_back(taken("AUrlBeatsHost", as("http://shop:81/payment/7", "evil"), as("/payment/7", "shop:81")));
  all.push_back(taken("AUrlInCapitals", as("HTTP://shop/payment/7", "evil"), as("/payment/7", "shop")));
  all.push_back(taken("AUrlOfAnIpV6Host", as("http://[::1]:80/payment/7", "evil"), as("/payment/7", "[::1]:80")));
  scene nobody{.name = "AUrlWithoutAPathNamesNobody", .client = {as("http://shop", "shop")}};
  nobody.statuses = {503};
  nobody.requests = 0;
  nobody.untouched = true;
  nobody.answer_has = {"details=\"no-route\""};
  all.push_back(nobody);
  nobody.name = "AUrlWithAQueryAloneNamesNobody";
  nobody.client = {as("http://shop?payment", "shop")};
  all.push_back(nobody);
  nobody.name = "TheRootNamesNobody";
  nobody.client = {at("/")};
  all.push_back(nobody);
  nobody.name = "AnUnknownServiceIsNobody";
  nobody.client = {at("/nobody/7")};
  all.push_back(nobody);
  nobody.name = "ServicesHaveACase";
  nobody.client = {at("/Payment/7")};
  all.push_back(nobody);
  nobody.name = "ServicesAreNotDecoded";
  nobody.client = {at("/p%61yment/7")};
  all.push_back(nobody);
  nobody.name = "AnEmptySegmentNamesNobody";
  nobody.client = {at("//payment/7")};
  all.push_back(nobody);
  return all;
}

std::vector<scene> hosts() {
  const auto of = [](std::string_view lines, std::string_view version = "1.1") {
    return "GET /payment/7 HTTP/" + std::string(version) + "\r\n" + std::string(lines) + "\r\n";
  };
  std::vector<scene> all{
      refused("NoHost", of(""), 400),
      refused("TwoHosts", of("Host: shop\r\nHost: evil\r\n"), 400),
      refused("TheSameHostTwice", of("Host: shop\r\nHost: shop\r\n"), 400),
      refused("TwoHostsInOddCase", of("Host: shop\r\nhOST: evil\r\n"), 400),
      refused("TwoHostsInOneLine", of("Host: shop, evil\r\n"), 400),
      refused("AnEmptyHostAndAnother", of("Host:\r\nHost: shop\r\n"), 400),
      refused("AHostWithAPath", of("Host: shop/evil\r\n"), 400),
      refused("AHostWithAUser", of("Host: user@shop\r\n"), 400),
      refused("AHostWithABlank", of("Host: shop evil\r\n"), 400),
      refused("AHostWithATab", of("Host: shop\tevil\r\n"), 400),
      refused("AHostWithAQuery", of("Host: shop?x\r\n"), 400),
      refused("AHostWithAFragment", of("Host: shop#x\r\n"), 400),
      refused("AHostWithABackslash", of("Host: shop\\evil\r\n"), 400),
      refused("AHostWithAnEightBitByte", of("Host: sh\xf6p\r\n"), 400),
      refused("AHostWithANul", of("Host: shop\0.evil\r\n"s), 400),
      refused("ABlankBeforeTheColonOfHost", of("Host : shop\r\n"), 400),
      refused("AFoldedHost", of("Host:\r\n shop\r\n"), 400),
      refused("TwoHostsWithAUrl", "GET http://shop/payment/7 HTTP/1.1\r\nHost: shop\r\nHost: shop\r\n\r\n", 400),
      refused("NoHostWithAUrl", "GET http://shop/payment/7 HTTP/1.1\r\n\r\n", 400),
      refused("TwoHostsInHttp10", of("Host: shop\r\nHost: evil\r\n", "1.0"), 400),
      taken("AHostWithAPort", of("Host: shop.example:8080\r\n"), of("Host: shop.example:8080\r\n")),
      taken("AHostInOddCase", of("hOsT: Shop\r\n"), of("Host: Shop\r\n")),
      taken("AHostWithBlanksAround", of("Host: \t shop \t\r\n"), of("Host: shop\r\n")),
      taken("AHostWithoutABlank", of("Host:shop\r\n"), of("Host: shop\r\n")),
      taken("AnIpV6Host", of("Host: [2001:db8::1]:80\r\n"), of("Host: [2001:db8::1]:80\r\n")),
      taken("AHostThatComesLast", of("Accept: */*\r\nHost: shop\r\n"), of("Host: shop\r\nAccept: */*\r\n")),
  };
  return all;
}

std::vector<scene> fields() {
  const auto of = [](std::string_view lines) { return get("/payment/7", lines); };
  std::vector<scene> all{
      // 9112, 5.1 and 5.2.
      refused("ABlankBeforeTheColon", of("X : y\r\n"), 400),
      refused("ATabBeforeTheColon", of("X\t: y\r\n"), 400),
      refused("ALineWithoutAColon", of("no colon\r\n"), 400),
      refused("AWordAlone", of("word\r\n"), 400),
      refused("AnEmptyName", of(": y\r\n"), 400),
      refused("AColonAlone", of(":\r\n"), 400),
      refused("AFoldedLine", of("X: a\r\n b\r\n"), 400),
      refused("ALineFoldedWithATab", of("X: a\r\n\tb\r\n"), 400),
      refused("AFoldOfBlanksAlone", of("X: a\r\n \r\n"), 400),
      refused("AFirstLineThatIsFolded", "GET /payment/7 HTTP/1.1\r\n Host: shop\r\n\r\n", 400),
      refused("ANameWithABlank", of("X y: z\r\n"), 400),
      refused("ANameWithAnEightBitByte", of("X\xe9: y\r\n"), 400),
      refused("ANameWithANul", of("X\0Y: y\r\n"s), 400),
      refused("ANameWithABracket", of("X(1): y\r\n"), 400),
      refused("ANameWithAQuote", of("\"X\": y\r\n"), 400),
      refused("ANameWithASlash", of("X/Y: y\r\n"), 400),
      refused("AValueWithANul", of("X: a\0b\r\n"s), 400),
      refused("AValueWithABareCr", of("X: a\rb\r\n"), 400),
      refused("AValueWithABareLf", of("X: a\nb: c\r\n"), 400),
      refused("AValueWithTwoCrs", of("X: a\r\r\n"), 400),
      refused("AValueWithABell", of("X: a\x07\r\n"), 400),
      refused("AValueWithADel", of("X: a\x7f\r\n"), 400),
      refused("AValueWithAnEscape", of("X: \x1b[2J\r\n"), 400),
      refused("AValueWithAVerticalTab", of("X: a\x0b\r\n"), 400),
      refused("AQuotedConnection", of("Connection: \"close\"\r\n"), 400),
      refused("AConnectionOfNoToken", of("Connection: clo se\r\n"), 400),
      taken("AnEmptyValue", of("X:\r\n"), of("X: \r\n")),
      taken("AValueOfBlanks", of("X:  \t \r\n"), of("X: \r\n")),
      taken("BlanksAroundAValue", of("X: \t a  b \t\r\n"), of("X: a  b\r\n")),
      taken("ATabInAValue", of("X: a\tb\r\n"), of("X: a\tb\r\n")),
      taken("EightBitBytesInAValue", of("X: caf\xc3\xa9 \xff\r\n"), of("X: caf\xc3\xa9 \xff\r\n")),
      taken("ColonsInAValue", of("X: a:b::c\r\n"), of("X: a:b::c\r\n")),
      taken("AFieldTwice", of("X: a\r\nX: b\r\nx: c\r\n"), of("X: a\r\nX: b\r\nx: c\r\n")),
      taken("NamesOfMarks", of("!#$%&'*+-.^_`|~1a: y\r\n"), of("!#$%&'*+-.^_`|~1a: y\r\n")),
      taken("NamesWithAnUnderscore", of("X_Y: y\r\n"), of("X_Y: y\r\n")),
      taken("ManyCookies", of("Cookie: a=1\r\nCookie: b=2\r\n"), of("Cookie: a=1\r\nCookie: b=2\r\n")),
  };
  return all;
}

std::vector<scene> limits() {
  std::string many, most;
  for (int i = 0; i < 99; ++i) most += fmt::format("X-{}: y\r\n", i);
  many = most + "X-more: y\r\n";
  const std::string large = "X: " + std::string(16'000, 'x') + "\r\n";
  std::vector<scene> all{
      taken("AHeadJustBelowTheLimit", get("/payment/7", large), get("/payment/7", large)),
      refused("AHeadAboveTheLimit", get("/payment/7", "X: " + std::string(16'400, 'x') + "\r\n"), 431),
      refused("AHeadOfManySmallFields", get("/payment/7", many), 431),
      taken("AHundredFields", get("/payment/7", most), get("/payment/7", most)),
      refused("AHeadFarAboveTheLimit", get("/payment/7", "X: " + std::string(60'000, 'x') + "\r\n"), 431),
      unfinished(refused("AHeadThatDoesNotEnd", "", 431),
                 {"GET /payment/7 HTTP/1.1\r\nX: " + std::string(17'000, 'x')}),
      unfinished(refused("ANameThatDoesNotEnd", "", 431), {"GET /payment/7 HTTP/1.1\r\n" + std::string(17'000, 'x')}),
      refused("ALongTarget", get("/payment/" + std::string(8'192, 'x')), 414),
      unfinished(refused("ATargetThatDoesNotEnd", "", 414), {"GET /payment/" + std::string(17'000, 'x')}),
      taken("ATargetJustBelowTheLimit", get("/payment/" + std::string(8'192 - 9, 'x')),
            get("/payment/" + std::string(8'192 - 9, 'x'))),
      unfinished(refused("AMethodThatDoesNotEnd", "", 431), {std::string(17'000, 'G')}),
      refused("AnAnnouncedBodyAboveTheLimit", post("Content-Length: 67108865\r\n"), 413),
      with(refused("AnAnnouncedBodyOneAboveTheLimit", post("Content-Length: 101\r\n", std::string(101, 'x')), 413),
           [](options& o) { o.body_max = 100; }),
      with(refused("AnAnnouncedBodyAboveTheLimitThatExpects", post("Content-Length: 101\r\nExpect: 100-continue\r\n"),
                   413),
           [](options& o) { o.body_max = 100; }),
      with(taken("ABodyAtTheLimit", post("Content-Length: 100\r\n", std::string(100, 'x')),
                 post("Content-Length: 100\r\n", std::string(100, 'x'))),
           [](options& o) { o.body_max = 100; }),
      with(refused("ASmallerHeadLimit", get("/payment/7", "X: " + std::string(300, 'x') + "\r\n"), 431),
           [](options& o) { o.limits.head = 256; }),
  };
  // A limit on what is found: the instance has seen a part, but never a whole request.
  scene found = with(
      refused("AChunkedBodyAboveTheLimit",
              chunked("32\r\n" + std::string(50, 'x') + "\r\n33\r\n" + std::string(51, 'x') + "\r\n0\r\n\r\n"), 413),
      [](options& o) { o.body_max = 100; });
  found.untouched = false;
  all.push_back(found);
  found.name = "AChunkLineThatSaysTooMuch";
  found.client = {chunked("fffffffffff\r\nabc") + smuggled()};
  all.push_back(found);
  // Time.
  all.push_back(slowly(unfinished(refused("AHeadThatStops", "", 408), {"GET /payment/7 HTTP/1.1\r\nHost: sh"})));
  all.push_back(slowly(unfinished(refused("ARequestLineThatStops", "", 408), {"G"})));
  script drip{"GET /payment/7 HTTP/1.1\r\n"};
  for (int i = 0; i < 15; ++i) {
    drip.push_back(pause(1s));
    drip.push_back("X: y\r\n");
  }
  all.push_back(slowly(unfinished(refused("AHeadThatDrips", "", 408), drip)));
  scene body = slowly(unfinished(refused("ABodyThatStops", "", 408), {post("Content-Length: 5\r\n", "he")}));
  body.untouched = false;
  all.push_back(body);
  body.name = "ChunksThatStop";
  body.client = {chunked("5\r\nhe")};
  all.push_back(body);
  body.name = "AChunkLineThatStops";
  body.client = {chunked("5")};
  all.push_back(body);
  body.name = "ABodyThatNeverBegins";
  body.client = {post("Content-Length: 5\r\n")};
  all.push_back(body);
  all.push_back(slowly(silent("AConnectionThatSaysNothingIsClosedWithoutAWord", {})));
  all.push_back(slowly(silent("ACrlfAloneBeginsNoRequest", {"\r\n"})));
  scene second = slowly(taken("AKeptConnectionThatSaysNothingIsClosedWithoutAWord", as_get, as_get));
  second.client = {as_get};
  second.statuses = {200};
  second.requests = 1;
  second.request_is = {as_get};
  second.end = ending::closed;
  all.push_back(second);
  second.name = "ASecondHeadThatStopsIs408";
  second.client = {as_get, pause(1s), "GET"};
  second.statuses = {200, 408};
  all.push_back(second);
  return all;
}

std::vector<scene> ends() {
  std::vector<scene> all{
      silent("APoliteEndBeforeARequest", {finish()}),
      unfinished(refused("AnEndInsideAHead", "", 400), {"GET /payment/7 HTTP/1.1\r\nHost:", finish()}),
      silent("AResetInsideAHead", {"GET /payment/7 HTTP/1.1\r\nHost:", reset()}, ending::gone),
  };
  // A client that has closed only its sending side waits for the answer.
  scene half{.name = "AHalfClosedClientGetsItsAnswer", .client = {as_get, finish()}};
  half.end = ending::closed;
  all.push_back(half);
  half.name = "AHalfClosedClientGetsAllItsAnswers";
  half.client = {as_get + as_get, finish()};
  half.statuses = {200, 200};
  half.requests = 2;
  all.push_back(half);
  half.name = "AHalfClosedClientGetsAnAnswerThatTakesItsTime";
  half.client = {post("Content-Length: 2\r\n", "ab"), finish()};
  half.instance = {{pause(30ms), ok()}};
  half.statuses = {200};
  half.requests = 1;
  all.push_back(half);
  // A body that never ends is no request.
  scene cut{.name = "AnEndInsideABody", .client = {post("Content-Length: 5\r\n", "he"), finish()}};
  cut.statuses = {400};
  cut.requests = 0;
  cut.end = ending::closed;
  all.push_back(cut);
  cut.name = "AnEndInsideAChunk";
  cut.client = {chunked("5\r\nhe"), finish()};
  all.push_back(cut);
  cut.name = "AnEndBeforeTheLastChunk";
  cut.client = {chunked("5\r\nhello\r\n"), finish()};
  all.push_back(cut);
  cut.name = "AnEndInsideTheTrailers";
  cut.client = {chunked("5\r\nhello\r\n0\r\nX: y\r\n"), finish()};
  all.push_back(cut);
  cut.name = "AResetInsideABody";
  cut.client = {post("Content-Length: 5\r\n", "he"), pause(5ms), reset()};
  cut.end = ending::gone;
  all.push_back(cut);
  // Pipelined requests.
  scene line{.name = "PipelinedRequestsAreAnsweredInOrder",
             .client = {get("/payment/1") + get("/payment/2") + get("/payment/3")}};
  line.instance = {{pause(5ms), ok("one")}, {ok("two")}, {ok("three")}};
  line.statuses = {200, 200, 200};
  line.requests = 3;
  line.connections = 1;
  line.request_is = {get("/payment/1"), get("/payment/2"), get("/payment/3")};
  line.answer_is = {ok("one"), ok("two"), ok("three")};
  all.push_back(line);
  line.name = "ARequestBehindCloseIsNotLookedAt";
  line.client = {get("/payment/1", "Connection: close\r\n") + smuggled()};
  line.instance = {{ok("one")}};
  line.statuses = {200};
  line.requests = 1;
  line.request_is = {get("/payment/1")};
  line.request_lacks = {"smuggled"};
  line.answer_is = {};
  line.answer_has = {"\r\nConnection: close\r\n"};
  line.end = ending::closed;
  all.push_back(line);
  line.name = "ARequestBehindABadOneIsNotLookedAt";
  line.client = {get("/payment/1") + "GET /payment/2 HTTP/1.1\r\n\r\n" + smuggled()};
  line.statuses = {200, 400};
  all.push_back(line);
  line.name = "CloseInOddCaseAndCompany";
  line.client = {get("/payment/1", "Connection: x-one , CLOSE\r\n") + smuggled()};
  line.statuses = {200};
  all.push_back(line);
  line.name = "CloseInASecondLine";
  line.client = {get("/payment/1", "Connection: x-one\r\nConnection: close\r\n") + smuggled()};
  all.push_back(line);
  // HTTP/1.0.
  line.name = "Http10EndsItsConnection";
  line.client = {"GET /payment/1 HTTP/1.0\r\nHost: shop\r\n\r\n" + smuggled()};
  line.request_is = {};
  line.request_has = {"GET /payment/1 HTTP/1.1\r\n", "\r\nVia: 1.0 router-0\r\n"};
  all.push_back(line);
  line.name = "Http10NeedsNoHost";
  line.client = {"GET /payment/1 HTTP/1.0\r\n\r\n" + smuggled()};
  line.request_has = {"GET /payment/1 HTTP/1.1\r\nHost: "};
  all.push_back(line);
  line.name = "Http10WithABody";
  line.client = {"POST /payment/1 HTTP/1.0\r\nHost: shop\r\nContent-Length: 2\r\n\r\nhi" + smuggled()};
  line.request_has = {"\r\nContent-Length: 2\r\n\r\nhi"};
  all.push_back(line);
  line.name = "Http10KeepsWhenAsked";
  line.client = {"GET /payment/1 HTTP/1.0\r\nHost: shop\r\nConnection: keep-alive\r\n\r\n" + get("/payment/2")};
  line.statuses = {200, 200};
  line.requests = 2;
  line.request_has = {};
  line.answer_has = {"\r\nConnection: keep-alive\r\n"};
  line.end = ending::kept;
  all.push_back(line);
  return all;
}

TEST(ConformanceOfRequests, StartLines) {
  play(start_lines());
}
TEST(ConformanceOfRequests, Targets) {
  play(targets());
}
TEST(ConformanceOfRequests, Hosts) {
  play(hosts());
}
TEST(ConformanceOfRequests, Fields) {
  play(fields());
}
TEST(ConformanceOfRequests, Limits) {
  play(limits());
}
TEST(ConformanceOfRequests, Ends) {
  play(ends());
}

}  // namespace
}  // namespace meshgauge::proxy::conformance
