#include "harness/record/view_watch.hpp"

#include <algorithm>

namespace meshgauge::record {

void view_watch::measure() {
  known_ = {0xffffffffU, 0};
  wrong_ = missing_ = dead_ = {};
  for (const view& v : views_) {
    const auto known = static_cast<std::uint32_t>(v.members.size());
    const std::uint32_t wrong = known - v.serving;
    const std::uint32_t missing = serving_[v.fleet] - v.serving;
    known_.worst = std::min(known_.worst, known);
    wrong_.worst = std::max(wrong_.worst, wrong);
    missing_.worst = std::max(missing_.worst, missing);
    dead_.worst = std::max(dead_.worst, v.dead);
    known_.total += known;
    wrong_.total += wrong;
    missing_.total += missing;
    dead_.total += v.dead;
  }
  stale_ = false;
}

void view_watch::catch_up(instant now) {
  if (now <= done_) return;
  line_.advance(now);
  if (!views_.empty()) {
    if (stale_) measure();
    const auto viewers = static_cast<std::int64_t>(views_.size());
    for (std::size_t i = line_.find(done_); i < line_.size() && line_.at(i).start < now; ++i) {
      bucket& b = line_.at(i);
      const std::int64_t span = (std::min(now, b.end) - std::max(done_, b.start)).count();
      if (span <= 0) continue;
      view_gauges& g = b.views;
      const bool first = g.viewer_time == 0;
      g.viewer_time += viewers * span;
      g.known.worst = first ? known_.worst : std::min(g.known.worst, known_.worst);
      g.wrong.worst = std::max(g.wrong.worst, wrong_.worst);
      g.missing.worst = std::max(g.missing.worst, missing_.worst);
      g.dead.worst = std::max(g.dead.worst, dead_.worst);
      g.known.integral += known_.total * span;
      g.wrong.integral += wrong_.total * span;
      g.missing.integral += missing_.total * span;
      g.dead.integral += dead_.total * span;
    }
  }
  done_ = now;
}

void view_watch::sample(instant since, instant now) {
  line_.at(line_.find(since)).staleness.add(now - since);
}

bool view_watch::truth_changed(instant at, std::uint32_t instance, meshgauge::truth now) {
  const meshgauge::truth before = truth_[instance];
  if (before == now) return false;
  catch_up(at);
  stale_ = true;
  truth_[instance] = now;
  const std::uint32_t fleet = fleet_of_[instance];
  const bool was = before == truth::serving;
  const bool is = now == truth::serving;
  if (is && !was) ++serving_[fleet];
  if (was && !is) --serving_[fleet];
  for (view& v : views_) {
    if (v.fleet != fleet) continue;
    const bool in = std::binary_search(v.members.begin(), v.members.end(), instance);
    if (in) {
      if (is && !was) ++v.serving;
      if (was && !is) --v.serving;
      if (now == truth::stopped) ++v.dead;
      if (before == truth::stopped) --v.dead;
    }
    if (is == was) continue;
    const auto pending =
        std::find_if(v.pending.begin(), v.pending.end(), [&](const waiting& w) { return w.instance == instance; });
    if (pending != v.pending.end()) {
      // It waited for the opposite, which is no longer so: the view agrees again without having noticed.
      v.pending.erase(pending);
    } else if (in == is) {
      sample(at, at);
    } else {
      v.pending.push_back({instance, at});
    }
  }
  return true;
}

bool view_watch::view_changed(instant at, std::uint32_t viewer, std::uint32_t fleet,
                              std::span<const std::uint32_t> instances, std::vector<std::uint32_t>& added,
                              std::vector<std::uint32_t>& removed) {
  std::vector<std::uint32_t> now(instances.begin(), instances.end());
  std::sort(now.begin(), now.end());
  now.erase(std::unique(now.begin(), now.end()), now.end());
  added.clear();
  removed.clear();
  std::uint32_t& index = views_of_[viewer * fleets_ + fleet];
  const bool first = index == nobody;
  if (!first && views_[index].members == now) return false;
  catch_up(at);
  stale_ = true;
  if (first) {
    index = static_cast<std::uint32_t>(views_.size());
    views_.emplace_back().fleet = fleet;
  }
  view& v = views_[index];
  std::set_difference(now.begin(), now.end(), v.members.begin(), v.members.end(), std::back_inserter(added));
  std::set_difference(v.members.begin(), v.members.end(), now.begin(), now.end(), std::back_inserter(removed));
  v.members = std::move(now);
  v.serving = v.dead = 0;
  for (const std::uint32_t i : v.members) {
    v.serving += truth_[i] == truth::serving;
    v.dead += truth_[i] == truth::stopped;
  }
  std::erase_if(v.pending, [&](const waiting& w) {
    const bool in = std::binary_search(v.members.begin(), v.members.end(), w.instance);
    const bool agrees = in == (truth_[w.instance] == truth::serving);
    if (agrees) sample(w.since, at);
    return agrees;
  });
  return true;
}

void view_watch::finish(instant end) {
  catch_up(end);
  for (view& v : views_) {
    for (const waiting& w : v.pending) sample(w.since, std::max(end, w.since));
    v.pending.clear();
  }
}

}  // namespace meshgauge::record
