#include "harness/soak/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meshgauge::soak {
namespace {

/// `n` requests, POST and GET in turn, of which nothing bad can be said.
ledger flawless(unsigned n) {
  ledger l;
  for (unsigned i = 0; i < n; ++i) {
    const method m = i % 2 == 0 ? method::post : method::get;
    const request_number id = l.begin(m);
    l.seen(id, m);
    l.answered(id, 200, cause::none, true);
    l.logged(id, 200, cause::none);
  }
  return l;
}

std::string judged(const ledger& l) {
  findings f;
  l.judge(f);
  return f.text();
}

TEST(Ledger, AFlawlessRunHolds) {
  const ledger l = flawless(10);
  EXPECT_EQ(judged(l), "");
  EXPECT_EQ(l.statuses(), (std::map<unsigned, std::uint64_t>{{200, 10}}));
  EXPECT_EQ(l.seen_in_all(), 10U);
  EXPECT_EQ(l.logged_in_all(), 10U);
}

TEST(Ledger, ALostRequestIsFound) {
  ledger l = flawless(3);
  l.logged(l.begin(method::get), 499, cause::client_abort);
  l.lost(3);
  EXPECT_EQ(judged(l), "VIOLATED: a request without an answer: soak-3\n");
}

TEST(Ledger, ARequestStillWaitedForIsFound) {
  ledger l;
  l.logged(l.begin(method::get), 200, cause::none);
  EXPECT_EQ(judged(l), "VIOLATED: a request whose client has not ended: soak-0\n");
}

TEST(Ledger, APostThatTwoInstancesGotIsFoundAndAGetIsNot) {
  ledger l = flawless(2);
  l.seen(0, method::post);
  l.seen(1, method::get);  // the keep-alive race
  EXPECT_EQ(judged(l), "VIOLATED: a POST that instances got more than once: soak-0\n");
}

TEST(Ledger, SwappedAnswersAreFound) {
  ledger l;
  for (int i = 0; i < 2; ++i) {
    const request_number n = l.begin(method::get);
    l.seen(n, method::get);
    l.answered(n, 200, cause::none, false);
    l.logged(n, 200, cause::none);
  }
  EXPECT_EQ(judged(l), "VIOLATED: the answer to another request (2 times): soak-0, soak-1\n");
}

TEST(Ledger, ASecondAnswerIsFound) {
  ledger l = flawless(1);
  l.answered(0, 200, cause::none, true);
  EXPECT_EQ(judged(l), "VIOLATED: a request that ended twice: soak-0\n");
}

TEST(Ledger, AnAnswerFromNowhereIsFound) {
  ledger l;
  const request_number n = l.begin(method::get);
  l.answered(n, 200, cause::none, true);
  l.logged(n, 200, cause::none);
  EXPECT_EQ(judged(l), "VIOLATED: an answer to a request that no instance has seen: soak-0\n");
}

TEST(Ledger, AFailureWithItsCauseIsNoBreach) {
  ledger l;
  for (const cause c : {cause::connection_refused, cause::connection_reset_before_response, cause::no_instance}) {
    const request_number n = l.begin(method::post);
    l.answered(n, status_of(c), c, false);
    l.logged(n, status_of(c), c);
  }
  l.seen(1, method::post);  // it was reset after it was read
  EXPECT_EQ(judged(l), "");
}

TEST(Ledger, APostThatWasSentThoughItsCauseSaysNotIsFound) {
  ledger l;
  const request_number n = l.begin(method::post);
  l.seen(n, method::post);
  l.answered(n, 502, cause::connection_refused, false);
  l.logged(n, 502, cause::connection_refused);
  EXPECT_EQ(judged(l), "VIOLATED: a POST that was sent, though its cause says not: soak-0\n");
}

TEST(Ledger, StatusesThatNobodyGivesAndFailuresWithoutCauseAreFound) {
  ledger l;
  for (const unsigned status : {404U, 503U}) {
    const request_number n = l.begin(method::get);
    l.answered(n, status, cause::none, false);
    l.logged(n, status, cause::none);
  }
  EXPECT_EQ(judged(l),
            "VIOLATED: a failure without a cause: soak-1\n"
            "VIOLATED: a status that nobody here gives: soak-0\n");
}

TEST(Ledger, TheLogHasOneLineThatSaysTheSame) {
  ledger l = flawless(4);
  l.logged(1, 200, cause::none);
  l.logged(l.begin(method::get), 502, cause::bad_response);
  l.answered(4, 504, cause::response_timeout, false);
  const request_number unlogged = l.begin(method::get);
  l.answered(unlogged, 503, cause::no_instance, false);
  EXPECT_EQ(judged(l),
            "VIOLATED: a log line that says something else than the client saw: soak-4\n"
            "VIOLATED: a request with more than one line in the log: soak-1\n"
            "VIOLATED: a request without a line in the log: soak-5\n");
}

TEST(Ledger, ARequestThatNobodyMadeOrThatBecameAnotherIsFound) {
  ledger l = flawless(2);
  l.seen(7, method::get);
  EXPECT_EQ(judged(l), "VIOLATED: a request that nobody has made: soak-7\n");
  ledger other = flawless(1);
  const request_number n = other.begin(method::get);
  other.seen(n, method::post);
  other.answered(n, 200, cause::none, true);
  other.logged(n, 200, cause::none);
  EXPECT_EQ(judged(other), "VIOLATED: a request that reached an instance with another method: soak-1\n");
}

TEST(Ledger, NumbersComeBackFromIds) {
  EXPECT_EQ(number_of(id_of(1234567)), 1234567U);
  for (const char* id : {"", "soak-", "soak-1x", "soak--1", "other-1", "soak-99999999999"}) {
    EXPECT_EQ(number_of(id), std::nullopt) << id;
  }
}

TEST(Findings, OnlyTheFirstOfManyAreNamed) {
  findings f;
  for (int i = 0; i < 12; ++i) f.add("bad", std::to_string(i));
  EXPECT_EQ(f.text(), "VIOLATED: bad (12 times): 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...\n");
  EXPECT_EQ(f.count("bad"), 12U);
}

}  // namespace
}  // namespace meshgauge::soak
