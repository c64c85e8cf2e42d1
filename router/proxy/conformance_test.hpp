#pragma once
/// The rig of the conformance tests: a router between a client that says any bytes and an instance that says any bytes.
///
/// A test is a *scene*, plain data: what the client sends, what the instance does for each request, what either must
/// have seen. Both see through wire::read, which is stricter than peers in the wild. Each scene is played in the
/// simulated world, there once more with every byte arriving alone in both directions (what a message means must not
/// depend on how it was cut), and over real sockets.

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "router/proxy/options.hpp"

namespace meshgauge::proxy::conformance {

using namespace std::chrono_literals;

/// One thing that a peer does.
struct act {
  enum class what { say, pause, until, finish, leave, reset, change };
  act(const char* t) : text(t) {}             // NOLINT(google-explicit-constructor): a script reads as what is said
  act(std::string t) : text(std::move(t)) {}  // NOLINT(google-explicit-constructor)
  act(what w, std::string t, duration d = {}) : does(w), text(std::move(t)), wait(d) {}
  what does = what::say;
  std::string text;
  duration wait{};
  std::size_t times = 1;  ///< that `text` is said
};
using script = std::vector<act>;

inline act pause(duration d) {
  return {act::what::pause, "", d};
}
/// Waits until the peer has said this, somewhere in what it said on this connection.
inline act until(std::string text) {
  return {act::what::until, std::move(text)};
}
/// A long text, without holding it.
inline act repeat(std::string text, std::size_t times) {
  act a(std::move(text));
  a.times = times;
  return a;
}
/// Ends the sending side.
inline act finish() {
  return {act::what::finish, ""};
}
/// Closes both sides politely.
inline act leave() {
  return {act::what::leave, ""};
}
inline act reset() {
  return {act::what::reset, ""};
}
/// Of an instance: what follows on this connection is no HTTP.
inline act change() {
  return {act::what::change, ""};
}

/// How the client's connection ends.
enum class ending {
  kept,    ///< it does not
  closed,  ///< politely
  reset,
  over,  ///< in either way
  cut,   ///< in a way that shows that the last answer is not whole
  gone,  ///< the client itself has left
};

struct scene {
  std::string name;
  std::function<void(options&)> with;  ///< changes options of the router
  unsigned instances = 1;              ///< 0 to 2; two play the same scripts, each from the start
  script client;
  std::vector<script> instance{{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"}};  ///< one a request; last repeats
  bool early = false;  ///< the instance answers when the head is there, without waiting for the body
  std::size_t appetite = std::string::npos;  ///< of the instance: with so many bytes it reads no more
  bool absent = false;                       ///< nobody listens where instance `a` should be
  bool to_head = false;                      ///< the answers are to HEAD
  bool sim_only = false;                     ///< takes too long on a real clock
  bool whole_only = false;                   ///< cutting it into bytes would change its meaning
  bool patient = true;                       ///< the client goes on reading to the end
  // What the client must have seen.
  std::vector<unsigned> statuses{200};  ///< of all answers, interim ones too
  std::vector<std::string> answer_has, answer_lacks;
  std::vector<std::string> answer_is;    ///< all answers, without the router's own fields and chunk lines
  std::optional<std::string> last_body;  ///< of the last answer, whole or not
  ending end = ending::kept;
  // What the instances must have seen.
  std::size_t requests = 1;     ///< whole ones
  bool untouched = false;       ///< not even a connection
  std::size_t connections = 0;  ///< 0: does not matter
  std::vector<std::string> request_has, request_lacks;
  std::vector<std::string> request_is;  ///< all requests, without the router's own fields and chunk lines
};

/// Plays each of them in all worlds; failures name the scene.
void play(const std::vector<scene>& table);

// ------------------------------------------------------------------------------------------------- words for tables

inline std::string get(std::string_view target = "/payment/7", std::string_view fields = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: shop\r\n" + std::string(fields) + "\r\n";
}
inline std::string post(std::string_view fields, std::string_view body = "") {
  return "POST /payment/ HTTP/1.1\r\nHost: shop\r\n" + std::string(fields) + "\r\n" + std::string(body);
}
inline std::string chunked(std::string_view chunks, std::string_view fields = "") {
  return post("Transfer-Encoding: chunked\r\n" + std::string(fields), chunks);
}
inline std::string ok(std::string_view body = "hi", std::string_view fields = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields) + "\r\n" +
         std::string(body);
}
/// What a smuggler would like to see served.
inline std::string smuggled() {
  return "GET /payment/smuggled HTTP/1.1\r\nHost: shop\r\n\r\n";
}
std::string_view cause_of(unsigned status);

/// `bytes` are refused before anything is forwarded, and what stands behind them is never looked at.
inline scene refused(std::string name, const std::string& bytes, unsigned status) {
  scene s{.name = std::move(name), .client = {bytes + smuggled()}};
  s.statuses = {status};
  s.answer_has = {"\r\nConnection: close\r\n", "details=\"" + std::string(cause_of(status)) + "\""};
  s.end = ending::closed;
  s.requests = 0;
  s.untouched = true;
  s.request_lacks = {"smuggled"};
  return s;
}
/// `bytes` are one request that the instance sees as `as`, and a second one behind it is a second one.
inline scene taken(std::string name, const std::string& bytes, const std::string& as) {
  scene s{.name = std::move(name), .client = {bytes + get("/payment/second")}};
  s.statuses = {200, 200};
  s.requests = 2;
  s.request_is = {as, get("/payment/second")};
  return s;
}

}  // namespace meshgauge::proxy::conformance
