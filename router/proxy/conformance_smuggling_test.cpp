// Requests that are written so that two readers see two different messages. Either the router refuses, with the
// instance untouched, or the instance sees exactly the one request that the client meant, framed anew.

#include "router/proxy/conformance_test.hpp"

namespace meshgauge::proxy::conformance {
namespace {

using namespace std::string_literals;

std::vector<scene> two_framings() {
  const std::string cl_te = "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n";
  std::vector<scene> all{
      refused("LengthThenChunked", post(cl_te, "0\r\n\r\nG"), 400),
      refused("ChunkedThenLength",
              post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "5c\r\nGPOST / HTTP/1.1"), 400),
      refused("LengthAndChunkedWithAFieldBetween",
              post("Content-Length: 6\r\nX: y\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nG"), 400),
      refused("ZeroLengthAndChunked", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400),
      refused("ChunkedAndZeroLength", post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n"), 400),
      refused("BothInOddCase", post("cOnTeNt-LeNgTh: 6\r\ntRaNsFeR-eNcOdInG: cHuNkEd\r\n", "0\r\n\r\nG"), 400),
      refused("BothForAGet", get("/payment/7", cl_te) + "0\r\n\r\nG", 400),
      refused("BothInHttp10", "POST /payment/ HTTP/1.0\r\nHost: shop\r\n" + cl_te + "\r\n0\r\n\r\nG", 400),
      refused("ChunkedInHttp10", "POST /payment/ HTTP/1.0\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
              400),
      refused("ChunkedInAKeptHttp10",
              "POST /payment/ HTTP/1.0\r\nHost: shop\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
              "0\r\n\r\n",
              400),
      refused("BothWithConnectionNamingTheLength", post("Connection: content-length\r\n" + cl_te, "0\r\n\r\nG"), 400),
      refused("BothWithConnectionNamingTheCoding", post("Connection: transfer-encoding\r\n" + cl_te, "0\r\n\r\nG"),
              400),
  };
  // A coding that is not known and a length: refused as the one or as the other, whatever the order.
  for (const auto& [name, coding] :
       {std::pair{"Gzip", "gzip"}, {"Identity", "identity"}, {"XChunked", "xchunked"}, {"Empty", ""}}) {
    const std::string te = "Transfer-Encoding: "s + coding + "\r\n";
    all.push_back(refused("LengthThen"s + name, post("Content-Length: 5\r\n" + te, "hello"), 400));
    all.push_back(refused(name + "ThenLength"s, post(te + "Content-Length: 5\r\n", "hello"), 400));
  }
  return all;
}

std::vector<scene> codings() {
  std::vector<scene> all;
  const auto of = [](const std::string& line, std::string_view body = "0\r\n\r\n") {
    return post(line + "\r\n", body);
  };
  // Anything but exactly "chunked", in any case and with blanks around, is a coding that the router does not know.
  for (const auto& [name, value] : {std::pair<const char*, std::string>{"Gzip", "gzip"},
                                    {"Identity", "identity"},
                                    {"GzipChunked", "gzip, chunked"},
                                    {"ChunkedGzip", "chunked, gzip"},
                                    {"ChunkedTwice", "chunked, chunked"},
                                    {"ChunkedIdentity", "chunked, identity"},
                                    {"IdentityChunked", "identity, chunked"},
                                    {"LeadingComma", ",chunked"},
                                    {"TrailingComma", "chunked,"},
                                    {"CommaAlone", ","},
                                    {"Parameter", "chunked;a=b"},
                                    {"EmptyParameter", "chunked;"},
                                    {"Quoted", "\"chunked\""},
                                    {"SingleQuoted", "'chunked'"},
                                    {"XChunked", "xchunked"},
                                    {"ChunkedX", "chunkedx"},
                                    {"Chunk", "chunk"},
                                    {"Chunky", "chunke\xc4\x91"},
                                    {"TwoWords", "x chunked"},
                                    {"TwoWordsTheOtherWay", "chunked x"},
                                    {"Colon", ": chunked"},
                                    {"Equals", "=chunked"},
                                    {"NonBreakingSpace", "\xa0"s + "chunked"},
                                    {"NonBreakingSpaceBehind", "chunked\xa0"},
                                    {"KelvinSign", "chun\xe2\x84\xaa"s + "ed"},
                                    {"Compress", "compress"},
                                    {"Deflate", "deflate, chunked"},
                                    {"Trailers", "trailers"}}) {
    all.push_back(refused("Coding"s + name, of("Transfer-Encoding: " + value), 501));
  }
  for (const auto& [name, line, status] :
       {std::tuple<const char*, std::string, unsigned>{"EmptyCoding", "Transfer-Encoding:", 501},
        {"BlankCoding", "Transfer-Encoding:  ", 501},
        {"BlankBeforeTheColon", "Transfer-Encoding : chunked", 400},
        {"TabBeforeTheColon", "Transfer-Encoding\t: chunked", 400},
        {"VerticalTabBeforeTheColon", "Transfer-Encoding\x0b: chunked", 400},
        {"NulBeforeTheColon", "Transfer-Encoding\0: chunked"s, 400},
        {"VerticalTabBeforeTheValue", "Transfer-Encoding:\x0b"s + "chunked", 400},
        {"FormFeedBeforeTheValue", "Transfer-Encoding:\x0c"s + "chunked", 400},
        {"VerticalTabBehindTheValue", "Transfer-Encoding: chunked\x0b", 400},
        {"NulBehindTheValue", "Transfer-Encoding: chunked\0"s, 400},
        {"NulInTheValue", "Transfer-Encoding: ch\0unked"s, 400},
        {"BareCrBeforeTheValue", "Transfer-Encoding:\rchunked", 400},
        {"BareLfBeforeTheValue", "Transfer-Encoding:\nchunked", 400},
        {"BareLfBeforeTheField", "X: y\nTransfer-Encoding: chunked", 400},
        {"BareCrBeforeTheField", "X: y\rTransfer-Encoding: chunked", 400},
        {"FoldedValue", "Transfer-Encoding:\r\n chunked", 400},
        {"FoldedSecondCoding", "Transfer-Encoding: chunked\r\n , identity", 400},
        {"FoldedField", "X: y\r\n Transfer-Encoding: chunked", 400},
        {"LeadingBlankField", "X: y\r\n\tTransfer-Encoding: chunked", 400},
        {"NoColon", "Transfer-Encoding chunked", 400},
        {"TwoLines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400},
        {"TwoLinesOfTwoCases", "Transfer-Encoding: chunked\r\ntransfer-encoding: CHUNKED", 400},
        {"AFieldNameWithABlank", "Transfer Encoding : chunked", 400},
        {"AFieldNameWithABlankBefore", " Transfer-Encoding: chunked", 400},
        {"BackspacesInTheName", "Transfer-\bEncoding: chunked", 400}}) {
    all.push_back(refused("TransferEncoding"s + name, of(line), status));
  }
  // Two lines of which one is no known coding.
  for (const auto& [name, lines, status] :
       {std::tuple{"ChunkedThenIdentity", "chunked\r\nTransfer-Encoding: identity", 400U},
        {"IdentityThenChunked", "identity\r\nTransfer-Encoding: chunked", 501U},
        {"EmptyThenChunked", "\r\nTransfer-Encoding: chunked", 501U},
        {"ChunkedThenCow", "chunked\r\nTransfer-encoding: cow", 400U}}) {
    all.push_back(refused("TwoCodings"s + name, of("Transfer-Encoding: "s + lines), status));
  }
  // What only looks like the field is any other field, and is passed on as such. There is no body.
  const auto other = [&](std::string name, const std::string& line) {
    all.push_back(taken(std::move(name), get("/payment/7", line + "\r\n"), get("/payment/7", line + "\r\n")));
  };
  other("AnUnderscoreInTheName", "Transfer_Encoding: chunked");
  other("AnXBeforeTheName", "X-Transfer-Encoding: chunked");
  other("ADotInTheName", "Transfer.Encoding: chunked");
  other("AnApostropheBehindTheName", "Transfer-Encoding': chunked");
  other("ContentEncodingIsNoFraming", "Content-Encoding: chunked");
  // These are chunked, and nothing else.
  const std::string body = "5\r\nhello\r\n0\r\n\r\n";
  const std::string as = post("Transfer-Encoding: chunked\r\n", "hello");
  for (const auto& [name, line] : {std::pair{"Chunked", "Transfer-Encoding: chunked"},
                                   {"ChunkedInCapitals", "TRANSFER-ENCODING: CHUNKED"},
                                   {"ChunkedInOddCase", "transfer-Encoding: chUnKed"},
                                   {"ChunkedWithoutABlank", "Transfer-Encoding:chunked"},
                                   {"ChunkedBehindATab", "Transfer-Encoding:\tchunked"},
                                   {"ChunkedBeforeATab", "Transfer-Encoding: chunked\t"},
                                   {"ChunkedBetweenBlanks", "Transfer-Encoding:  \t chunked \t "}}) {
    all.push_back(taken(name, of(line, body), as));
  }
  return all;
}

std::vector<scene> lengths() {
  std::vector<scene> all;
  for (const auto& [name, value] : {std::pair<const char*, std::string>{"Plus", "+5"},
                                    {"Minus", "-5"},
                                    {"MinusZero", "-0"},
                                    {"Hex", "0x5"},
                                    {"HexDigits", "a"},
                                    {"Point", "5.0"},
                                    {"Comma", "5,"},
                                    {"CommaBefore", ",5"},
                                    {"ListOfTheSame", "5, 5"},
                                    {"ListOfOthers", "5, 6"},
                                    {"ListWithoutBlank", "5,5"},
                                    {"Word", "five"},
                                    {"Exponent", "5e0"},
                                    {"Underscore", "1_0"},
                                    {"BlankInside", "1 0"},
                                    {"TabInside", "1\t0"},
                                    {"Semicolon", "5;"},
                                    {"Quoted", "\"5\""},
                                    {"Empty", ""},
                                    {"Blank", " "},
                                    {"TwentyDigits", "99999999999999999999"},
                                    {"TwoToThe64", "18446744073709551616"},
                                    {"TwoToThe64AndFive", "18446744073709551621"},
                                    {"ThirtyDigits", "000000000000000000000000000005x"},
                                    {"EightBitDigit", "\xb2"},
                                    {"ArabicDigit", "\xd9\xa5"},
                                    {"NonBreakingSpace", "\xa0"s + "5"},
                                    {"VerticalTab", "\x0b"s + "5"},
                                    {"VerticalTabBehind", "5\x0b"},
                                    {"Nul", "5\0"s},
                                    {"NulInside", "5\0000"s},
                                    {"BareCr", "5\r0"},
                                    {"BareLf", "5\n0"},
                                    {"Folded", "5\r\n 0"},
                                    {"FoldedBefore", "\r\n 5"}}) {
    all.push_back(refused("Length"s + name, post("Content-Length: " + value + "\r\n", "hello"), 400));
  }
  for (const auto& [name, lines] : {std::pair{"TwiceTheSame", "Content-Length: 5\r\nContent-Length: 5\r\n"},
                                    {"TwoOthers", "Content-Length: 5\r\nContent-Length: 6\r\n"},
                                    {"ZeroAndFive", "Content-Length: 0\r\nContent-Length: 5\r\n"},
                                    {"FiveAndZero", "Content-Length: 5\r\nContent-Length: 0\r\n"},
                                    {"TwoInOddCase", "Content-Length: 5\r\ncONTENT-lENGTH: 5\r\n"},
                                    {"TwoApart", "Content-Length: 5\r\nX: y\r\nContent-Length: 6\r\n"},
                                    {"EmptyAndFive", "Content-Length:\r\nContent-Length: 5\r\n"},
                                    {"BlankBeforeTheColon", "Content-Length : 5\r\n"},
                                    {"TabBeforeTheColon", "Content-Length\t: 5\r\n"},
                                    {"NulBeforeTheColon", "Content-Length\x01: 5\r\n"},
                                    {"LeadingBlank", "X: y\r\n Content-Length: 5\r\n"},
                                    {"OneWithABlankAndOneWithout", "Content-Length : 6\r\nContent-Length: 5\r\n"}}) {
    all.push_back(refused("Lengths"s + name, post(lines, "hello"), 400));
  }
  const std::string as = post("Content-Length: 5\r\n", "hello");
  all.push_back(taken("ALength", post("Content-Length: 5\r\n", "hello"), as));
  all.push_back(taken("ALengthInOddCase", post("CONTENT-length: 5\r\n", "hello"), as));
  all.push_back(taken("ALengthWithoutABlank", post("Content-Length:5\r\n", "hello"), as));
  all.push_back(taken("ALengthBetweenBlanks", post("Content-Length: \t 5 \t\r\n", "hello"), as));
  all.push_back(taken("ALengthWithZeros", post("Content-Length: 0005\r\n", "hello"), as));
  all.push_back(taken("ALengthOfZero", post("Content-Length: 0\r\n"), post("Content-Length: 0\r\n")));
  const std::string inner = "Content-Length: " + std::to_string(smuggled().size()) + "\r\n";
  all.push_back(taken("ABodyThatLooksLikeARequest", post(inner, smuggled()), post(inner, smuggled())));
  all.push_back(taken("AGetWithABody", get("/payment/7", "Content-Length: 5\r\n") + "hello",
                      get("/payment/7", "Content-Length: 5\r\n") + "hello"));
  all.push_back(
      taken("ADeleteWithChunks",
            "DELETE /payment/7 HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
            "DELETE /payment/7 HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\nx"));
  // A length that is only similar is another field.
  all.push_back(taken("AnUnderscoreInTheLength", get("/payment/7", "Content_Length: 5\r\n"),
                      get("/payment/7", "Content_Length: 5\r\n")));
  all.push_back(taken("AnXBeforeTheLength", get("/payment/7", "X-Content-Length: 5\r\n"),
                      get("/payment/7", "X-Content-Length: 5\r\n")));
  // TE.0, CL.0: a request without a framing has no body; what follows is the next request, here none.
  scene none = refused("APostWithoutAFramingHasNoBody", "", 400);
  none.client = {post("", "5\r\nhello\r\n0\r\n\r\n") + smuggled()};
  none.statuses = {200, 400};
  none.requests = 1;
  none.untouched = false;
  none.request_is = {post("")};
  all.push_back(none);
  none.name = "BytesBehindABodyAreNoPartOfIt";
  none.client = {post("Content-Length: 5\r\n", "helloX") + smuggled()};
  none.request_is = {as};
  none.statuses = {200, 200};
  none.client = {post("Content-Length: 5\r\n", "helloX") + get("/payment/second")};
  none.requests = 2;
  none.request_is = {as, "XGET /payment/second HTTP/1.1\r\nHost: shop\r\n\r\n"};
  none.answer_has = {};
  none.end = ending::kept;
  all.push_back(none);
  return all;
}

/// The head went on before the chunk was seen, so the instance has seen a beginning; but never an end.
scene broken(std::string name, const std::string& chunks, unsigned status = 400) {
  scene s = refused(std::move(name), chunked(chunks), status);
  s.untouched = false;
  return s;
}

std::vector<scene> chunk_tricks() {
  std::vector<scene> all{
      broken("NoSize", "\r\nhello\r\n0\r\n\r\n"),
      broken("AWordForASize", "xyz\r\nhello\r\n0\r\n\r\n"),
      broken("AnExtensionAlone", ";x=y\r\nhello\r\n0\r\n\r\n"),
      broken("APlus", "+5\r\nhello\r\n0\r\n\r\n"),
      broken("AMinus", "-5\r\nhello\r\n0\r\n\r\n"),
      broken("MinusZero", "-0\r\n\r\n"),
      broken("AHexPrefix", "0x5\r\nhello\r\n0\r\n\r\n"),
      broken("AHexPrefixOfZero", "0x0\r\n\r\n"),
      broken("AnH", "5h\r\nhello\r\n0\r\n\r\n"),
      broken("APoint", "5.\r\nhello\r\n0\r\n\r\n"),
      broken("AComma", "5,5\r\nhello\r\n0\r\n\r\n"),
      broken("AnUnderscore", "0_5\r\nhello\r\n0\r\n\r\n"),
      broken("ABlankBefore", " 5\r\nhello\r\n0\r\n\r\n"),
      broken("ATabBefore", "\t5\r\nhello\r\n0\r\n\r\n"),
      broken("AVerticalTabBefore", "\x0b"s + "5\r\nhello\r\n0\r\n\r\n"),
      broken("AVerticalTabBehind", "5\x0b\r\nhello\r\n0\r\n\r\n"),
      broken("ANulBehind", "5\0\r\nhello\r\n0\r\n\r\n"s),
      broken("ANulBefore", "\0005\r\nhello\r\n0\r\n\r\n"s),
      broken("AQuote", "\"5\"\r\nhello\r\n0\r\n\r\n"),
      broken("AnEightBitDigit", "\xb5\r\nhello\r\n0\r\n\r\n"),
      broken("TwoSizes", "5 5\r\nhello\r\n0\r\n\r\n"),
      broken("SeventeenDigits", "00000000000000005\r\nhello\r\n0\r\n\r\n"),
      broken("SixteenFs", "ffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
      broken("TwoToThe64AndFive", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
      broken("TwoToThe32AndFiveInManyDigits", "0000000000000000000100000005\r\nhello\r\n0\r\n\r\n"),
      broken("TwoHundredZeros", std::string(200, '0') + "\r\n\r\n"),
      broken("ABareLfBehindTheSize", "5\nhello\r\n0\r\n\r\n"),
      broken("ABareCrBehindTheSize", "5\rhello\r\n0\r\n\r\n"),
      broken("ACrBeforeTheCrLf", "5\r\r\nhello\r\n0\r\n\r\n"),
      broken("ABareLfBehindTheData", "5\r\nhello\n0\r\n\r\n"),
      broken("ABareCrBehindTheData", "5\r\nhello\r0\r\n\r\n"),
      broken("NothingBehindTheData", "5\r\nhello0\r\n\r\n"),
      broken("OtherBytesForTheCrLf", "5\r\nhelloXX0\r\n\r\n"),
      broken("MoreDataThanSaid", "5\r\nhello!\r\n0\r\n\r\n"),
      broken("LessDataThanSaid", "6\r\nhello\r\n0\r\n\r\n"),
      broken("AnEmptyLineBehindTheData", "5\r\nhello\r\n\r\n0\r\n\r\n"),
      broken("ALfInAnExtension", "5;x=\ny\r\nhello\r\n0\r\n\r\n"),
      broken("ALfInAQuotedExtension", "5;x=\"\n\"\r\nhello\r\n0\r\n\r\n"),
      broken("ACrInAnExtension", "5;x=\ry\r\nhello\r\n0\r\n\r\n"),
      broken("ANulInAnExtension", "5;x=\0\r\nhello\r\n0\r\n\r\n"s),
      broken("ADelInAnExtension", "5;x=\x7f\r\nhello\r\n0\r\n\r\n"),
      broken("ALongExtension", "5;" + std::string(300, 'x') + "\r\nhello\r\n0\r\n\r\n"),
      broken("AnExtensionWithoutEnd", "5;" + std::string(20'000, 'x')),
      broken("AnExtensionOfTheLastChunkThatIsLong", "0;" + std::string(300, 'x') + "\r\n\r\n"),
      broken("TheLastChunkEndsWithABareLf", "0\n\r\n"),
      broken("TheLastLineIsABareLf", "5\r\nhello\r\n0\r\n\n"),
      broken("TheLastLineIsABareCr", "5\r\nhello\r\n0\r\n\rX"),
      // Trailers are read as strictly as fields.
      broken("ATrailerThatEndsWithABareLf", "0\r\nX: y\n\r\n"),
      broken("ATrailerWithABareCr", "0\r\nX: a\rb\r\n\r\n"),
      broken("ATrailerWithANul", "0\r\nX: a\0b\r\n\r\n"s),
      broken("ATrailerWithoutAColon", "0\r\nno colon\r\n\r\n"),
      broken("ATrailerWithoutAName", "0\r\n: y\r\n\r\n"),
      broken("ATrailerWithABlankBeforeTheColon", "0\r\nX : y\r\n\r\n"),
      broken("AFoldedTrailer", "0\r\nX: y\r\n z\r\n\r\n"),
      broken("ARequestForATrailer", "0\r\nGET /payment/x HTTP/1.1\r\nHost: evil\r\n\r\n"),
      broken(
          "ManyTrailers", "0\r\n" +
                              [] {
                                std::string t;
                                for (int i = 0; i < 2000; ++i) t += "X: y\r\n";
                                return t;
                              }() +
                              "\r\n"),
      broken("ALongTrailer", "0\r\nX: " + std::string(9'000, 'y') + "\r\n\r\n"),
      broken("ATrailerWithoutEnd", "0\r\nX: " + std::string(20'000, 'y')),
  };
  const std::string as = post("Transfer-Encoding: chunked\r\n", "hello");
  const auto fine = [&](std::string name, const std::string& chunks, std::string_view body = "hello") {
    scene s = taken(std::move(name), chunked(chunks), post("Transfer-Encoding: chunked\r\n", body));
    s.request_lacks = {";", "ext", "X-Trailer", "Evil"};
    all.push_back(s);
  };
  fine("OneChunk", "5\r\nhello\r\n0\r\n\r\n");
  fine("NoChunk", "0\r\n\r\n", "");
  fine("ManyChunks", "1\r\nh\r\n2\r\nel\r\n1\r\nl\r\n1\r\no\r\n0\r\n\r\n");
  fine("HexDigitsInBothCases", "A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n", "01234567890123456789a");
  fine("LeadingZeros", "0000005\r\nhello\r\n000\r\n\r\n");
  fine("AnExtension", "5;ext=1\r\nhello\r\n0;ext\r\n\r\n");
  fine("AQuotedExtension", "5;ext=\"a;b, c\"\r\nhello\r\n0\r\n\r\n");
  fine("AnExtensionThatLooksLikeAChunk", "5;ext=\"0 \"\r\nhello\r\n0\r\n\r\n");
  fine("DataThatLooksLikeChunks", "c\r\n0\r\n\r\nGET /\r\n\r\n0\r\n\r\n", "0\r\n\r\nGET /\r\n");
  fine("DataThatLooksLikeAnEnd", "5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n");
  fine("ATrailer", "5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n");
  fine("ATrailerThatWouldFrame",
       "5\r\nhello\r\n0\r\nContent-Length: 100\r\nTransfer-Encoding: gzip\r\nX-Trailer: 1\r\n\r\n");
  fine("ATrailerThatWouldRoute", "5\r\nhello\r\n0\r\nHost: Evil\r\nX-Forwarded-For: Evil\r\n\r\n");
  fine("ATrailerThatWouldClose", "5\r\nhello\r\n0\r\nConnection: close\r\n\r\n");
  fine("ATrailerThatWouldExpect", "5\r\nhello\r\n0\r\nExpect: 100-continue\r\n\r\n");
  return all;
}

/// Fields of a request that speak about the connection: what the instance must and must not get.
std::vector<scene> upgrades() {
  std::vector<scene> all;
  const std::string as = get("/payment/7");
  all.push_back(taken(
      "H2cIsNeverPassedOn",
      get("/payment/7", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"), as));
  all.push_back(taken("H2cInOddCase", get("/payment/7", "Connection: upgrade\r\nUpgrade: H2C\r\n"), as));
  all.push_back(taken("H2cNotNominated", get("/payment/7", "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"), as));
  all.push_back(taken("H2cNominatedElsewhere",
                      get("/payment/7", "Connection: HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"), as));
  all.push_back(taken("AnUnknownProtocol", get("/payment/7", "Connection: upgrade\r\nUpgrade: foo/2\r\n"), as));
  all.push_back(taken("Tls", get("/payment/7", "Connection: upgrade\r\nUpgrade: TLS/1.0, HTTP/1.1\r\n"), as));
  all.push_back(taken("AnUpgradeThatConnectionDoesNotName", get("/payment/7", "Upgrade: websocket\r\n"), as));
  scene post_upgrade =
      taken("AnUpgradeWithABody", post("Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n", "hello"),
            post("Content-Length: 5\r\n", "hello"));
  all.push_back(post_upgrade);
  // An instance that switches without being asked opens no tunnel: the next bytes of the client are no business of it.
  scene unasked{.name = "AnUnaskedSwitchIs502",
                .client = {get("/payment/7", "Connection: upgrade\r\nUpgrade: h2c\r\n")}};
  unasked.instance = {{"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"}};
  unasked.statuses = {502};
  unasked.answer_has = {"details=\"bad-response\""};
  unasked.request_is = {as};
  all.push_back(unasked);
  return all;
}

TEST(ConformanceOfFraming, TwoFramings) {
  play(two_framings());
}
TEST(ConformanceOfFraming, Codings) {
  play(codings());
}
TEST(ConformanceOfFraming, Lengths) {
  play(lengths());
}
TEST(ConformanceOfFraming, Chunks) {
  play(chunk_tricks());
}
TEST(ConformanceOfFraming, Upgrades) {
  play(upgrades());
}

}  // namespace
}  // namespace meshgauge::proxy::conformance
