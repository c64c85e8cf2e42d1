#pragma once
/// The registry without its sockets: leases, what of them is visible to whom and when, and who waits for a change.
///
/// Three stages. The *lease table* is the truth. Each change of it travels down one delay line to the *catalogue*,
/// which plain reads see; and down one delay line for every *watcher*, each with delays of its own (propagation.hpp).
/// With a delay of zero all three are one.
///
/// Leases that have lapsed leave in `sweep`, not when they lapse: a heartbeat that comes before the sweep still saves
/// one, as in the registries that this one stands for.
///
/// Pure but for one thing: a watcher is told (`wake`) that its `due()` has changed. The driver then arms a timer.
///
/// A life of a registry has a name, the *epoch*. Revisions count within a life; who comes with another epoch, or with a
/// revision from the future, knows nothing of this life and is answered at once.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "router/registry/catalogue.hpp"
#include "router/registry/codec.hpp"
#include "router/registry/lease_table.hpp"
#include "router/registry/propagation.hpp"

namespace meshgauge::registry {

using text_ptr = std::shared_ptr<const std::string>;

struct directory_options {
  duration default_ttl = std::chrono::seconds(15);
  distribution propagation{};
  std::size_t tombstones_max = 1024;
  std::size_t watchers_max = 16384;
  std::string epoch = "0";
};

/// Where a reader stands: what it was told last, and in which life.
struct position {
  std::optional<std::uint64_t> index;  ///< nothing: first question, wants an answer at once
  std::string epoch;                   ///< empty: did not say
};

struct answer {
  std::uint64_t revision = 0;
  text_ptr body;
};

class directory;

/// One reader that waits. Attached by `directory::wait`, detached when destroyed.
class watcher {
 public:
  /// \param wake called when due() may have become earlier; may be empty. Must not call into the directory.
  explicit watcher(std::function<void()> wake) : wake_(std::move(wake)) {}
  watcher(const watcher&) = delete;
  watcher& operator=(const watcher&) = delete;
  ~watcher();
  void on_wake(std::function<void()> wake) { wake_ = std::move(wake); }

  /// When there will be something to take; `never` while nothing has changed.
  instant due() const { return line_ ? line_->next_due() : never; }
  /// The answer, once due() has come. Detaches.
  answer take(instant now);
  /// The time is over and nothing changed: the answer that says so. Detaches.
  answer give_up();
  bool attached() const { return home_ != nullptr; }

 private:
  friend class directory;
  void detach();

  std::function<void()> wake_;
  directory* home_ = nullptr;
  std::string service_;  ///< empty: all
  std::uint64_t index_ = 0;
  std::uint64_t number_ = 0;
  std::optional<delay_line> line_;
};

class directory {
 public:
  directory(directory_options options, const rng& random);
  directory(const directory&) = delete;
  directory& operator=(const directory&) = delete;
  ~directory();

  // --- changes; each is published at once, that is, starts on its way
  lease_table::put_result put(instance what, instant now);
  bool heartbeat(std::string_view service, std::string_view id, instant now);
  bool remove(std::string_view service, std::string_view id, instant now);
  bool set_status(std::string_view service, std::string_view id, status to, instant now);
  /// Takes out lapsed leases; returns who left.
  std::vector<instance_ptr> sweep(instant now);

  // --- reads of what is visible
  /// `service` empty: all of them.
  answer read(const std::string& service, const position& from, instant now);
  std::vector<std::pair<std::string, std::size_t>> services(instant now);

  /// True: the reader knows all there is to see, and now waits. False: read() has something for it.
  bool knows_all(const std::string& service, const position& from, instant now);
  /// False: there are too many watchers. Call when knows_all() holds.
  /// \param client name of the reader, for draws that do not depend on who else reads; empty: a number.
  bool wait(watcher& w, const std::string& service, std::uint64_t index, std::string_view client, instant now);
  std::size_t watchers() const { return all_watchers_; }

  /// Called for each changed service when the truth changes (not when that becomes visible).
  std::function<void(instant, const list_ptr&)> on_change;

  const lease_table& table() const { return table_; }
  const std::string& epoch() const { return options_.epoch; }

  lease_table::saved save() const { return table_.save(); }
  /// Into an empty directory; visible at once.
  void restore(const lease_table::saved& from, instant now);

 private:
  friend class watcher;
  using waiting = std::map<std::uint64_t, watcher*>;

  void publish(instant now);
  /// Lets out what has become visible by `now`.
  void settle(instant now);
  answer encoded(const list_ptr& list);
  answer encoded_changes(catalogue::changes changes);

  directory_options options_;
  rng random_;
  lease_table table_;
  catalogue visible_;
  delay_line line_;
  std::deque<change> under_way_;  ///< changes that are not visible yet, `at` is when they happened
  std::map<std::string, waiting, std::less<>> watchers_;
  std::size_t all_watchers_ = 0;
  std::uint64_t watcher_count_ = 0;
  /// Last text of each service, so that a list is written once for all its readers.
  std::map<std::string, std::pair<list_ptr, text_ptr>, std::less<>> texts_;
  catalogue::changes last_changes_;  ///< the same for the answer to readers of everything
  text_ptr last_changes_text_;
};

}  // namespace meshgauge::registry
