#include "harness/record/bucket_line.hpp"

#include "router/core/assert.hpp"

namespace meshgauge::record {
namespace {

void add_sparse(std::vector<instance_count>& counts, std::uint32_t instance, std::uint32_t by) {
  const auto it = std::lower_bound(counts.begin(), counts.end(), instance,
                                   [](const instance_count& c, std::uint32_t v) { return c.instance < v; });
  if (it != counts.end() && it->instance == instance) {
    it->attempts += by;
  } else {
    counts.insert(it, {instance, by});
  }
}

}  // namespace

duration bucket_line::width_for(duration length, std::size_t grid_max) {
  using namespace std::chrono_literals;
  duration width = 100ms;
  for (int step = 0; length / width >= static_cast<duration::rep>(grid_max); ++step) {
    width = step % 3 == 1 ? width / 2 * 5 : width * 2;  // 1, 2, 5, 10, 20, 50, ...
  }
  return width;
}

bucket_line::bucket_line(duration width, std::size_t count_max) : width_(width), count_max_(count_max) {
  MESHGAUGE_ASSERT(width > duration::zero());
  open_.resize(open_count);
  append(instant{});
}

void bucket_line::append(instant start) {
  const std::size_t i = buckets_.size();
  if (i >= open_count) fold(i - open_count);
  if (!open_[i % open_count]) open_[i % open_count] = std::make_unique<open_bucket>();
  bucket& b = buckets_.emplace_back();
  b.start = start;
  // Ends at the next grid point until something cuts it shorter.
  const duration into = start.time_since_epoch() % width_;
  b.end = start - into + width_;
  starts_.push_back(start);
  if (into == duration::zero()) first_in_.push_back(static_cast<std::uint32_t>(i));
}

void bucket_line::plan(instant at, duration step) {
  if (step > duration::zero() && at < starts_.back()) at += (starts_.back() - at + step - duration(1)) / step * step;
  if (at <= starts_.back() && step <= duration::zero()) return;
  planned_.push({at, step});
}

void bucket_line::advance(instant now) {
  for (;;) {
    while (!planned_.empty() && planned_.top().at <= starts_.back()) {  // already a boundary
      const planned p = planned_.top();
      planned_.pop();
      if (p.step > duration::zero()) planned_.push({p.at + p.step, p.step});
    }
    bucket& last = buckets_.back();
    if (!planned_.empty() && planned_.top().at < last.end && planned_.top().at <= now) {
      const planned p = planned_.top();
      planned_.pop();
      if (buckets_.size() >= count_max_) {
        ++cuts_dropped_;
        if (p.step > duration::zero()) planned_.push({p.at + p.step, p.step});
        continue;
      }
      if (p.step > duration::zero()) planned_.push({p.at + p.step, p.step});
      last.end = p.at;
      append(p.at);
      continue;
    }
    if (now < last.end) return;
    append(last.end);
  }
}

void bucket_line::cut(instant now) {
  advance(now);
  bucket& last = buckets_.back();
  if (now <= last.start) return;
  if (buckets_.size() >= count_max_) {
    ++cuts_dropped_;
    return;
  }
  last.end = now;
  append(now);
}

std::size_t bucket_line::find(instant due) {
  if (due < instant{}) return 0;
  if (due >= buckets_.back().end || (!planned_.empty() && planned_.top().at <= due)) advance(due);
  std::size_t i = first_in_[static_cast<std::size_t>(due.time_since_epoch() / width_)];
  while (i + 1 < starts_.size() && starts_[i + 1] <= due) ++i;
  return i;
}

void bucket_line::add_latency(std::size_t i, duration d) {
  if (open_bucket* o = open(i)) {
    o->latency.add(d);
  } else {
    buckets_[i].latency.add(d);
  }
}

void bucket_line::add_response(std::size_t i, duration d) {
  if (open_bucket* o = open(i)) {
    o->response.add(d);
  } else {
    buckets_[i].response.add(d);
  }
}

void bucket_line::add_attempt(std::size_t i, std::uint32_t instance) {
  ++buckets_[i].attempts;
  open_bucket* o = open(i);
  if (o == nullptr) {
    add_sparse(buckets_[i].instances, instance, 1);
    return;
  }
  if (o->instances.size() <= instance) o->instances.resize(instance + 1);
  ++o->instances[instance];
}

void bucket_line::fold(std::size_t i) {
  open_bucket& o = *open_[i % open_count];
  bucket& b = buckets_[i];
  o.latency.drain_into(b.latency);
  o.response.drain_into(b.response);
  std::size_t used = 0;
  for (const std::uint32_t n : o.instances) used += n != 0;
  b.instances.reserve(used);
  for (std::uint32_t k = 0; k < o.instances.size(); ++k) {
    if (o.instances[k] != 0) b.instances.push_back({k, o.instances[k]});
    o.instances[k] = 0;
  }
  b.statuses.shrink_to_fit();
  b.failures.shrink_to_fit();
}

std::vector<bucket> bucket_line::finish(instant end) {
  advance(end);
  for (std::size_t i = buckets_.size() > open_count ? buckets_.size() - open_count : 0; i < buckets_.size(); ++i)
    fold(i);
  bucket& last = buckets_.back();
  if (last.start == end && buckets_.size() > 1 && last.requests == 0 && last.attempts == 0 && last.staleness.empty()) {
    buckets_.pop_back();
  } else if (end > last.start) {
    last.end = std::min(end, last.end);
  }
  return std::move(buckets_);
}

}  // namespace meshgauge::record
