// run and compare: scenarios in, verdicts out.

#include <fmt/format.h>
#include <unistd.h>

#include <fnmatch.h>
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>

#include "harness/cli/commands.hpp"
#include "harness/cli/console.hpp"
#include "harness/cli/exit_code.hpp"
#include "harness/cli/output.hpp"
#include "harness/judge/judge.hpp"
#include "harness/run/double_run.hpp"
#include "harness/run/run.hpp"
#include "reports/compare/compare.hpp"
#include "reports/json/json.hpp"
#include "reports/junit/junit.hpp"
#include "reports/text/text.hpp"
#include "scenarios/language/load.hpp"

namespace meshgauge::cli {
namespace {

std::atomic<int> caught_signal{0};
extern "C" void on_signal(int number) {
  caught_signal = number;
}

struct arguments {
  std::vector<std::string> files, set, outputs;
  std::string variant, only, engine, format = "text";
  std::optional<std::uint64_t> seed;
  std::optional<unsigned> seeds;
  double time_limit = 0;  // seconds
  when colour = when::automatic;
  progress_style progress = progress_style::automatic;
  bool compare = false, fail_fast = false, allow_inconclusive = false, bisect = false, quiet = false, verbose = false;
  bool twice = false;
};

/// Everything that one call of the command carries from file to file.
class session {
 public:
  explicit session(const arguments& a)
      : args_(a), progress_(a.quiet || a.format == "json" ? progress_style::none : a.progress) {
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    if (a.time_limit > 0)
      deadline_ =
          clock::now() + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(a.time_limit));
  }

  int run() {
    for (const std::string& text : args_.outputs) {
      output o;
      if (const auto wrong = parse_output(text, o)) return complain(wrong_input, *wrong);
      if (args_.files.size() > 1 && o.path != "-") o.path += ".";  // one file a scenario, see path_of
      outputs_.push_back(std::move(o));
    }
    language::load_options options;
    for (const std::string& s : args_.set) {
      const auto equals = s.find('=');
      if (equals == std::string::npos || equals == 0) {
        return complain(wrong_input, fmt::format("--set takes NAME=VALUE, but here is \"{}\"", s));
      }
      options.set.emplace_back(s.substr(0, equals), s.substr(equals + 1));
    }
    if (!args_.engine.empty())
      options.engine = args_.engine == "live" ? scenarios::engine::live : scenarios::engine::sim;
    // All files are checked before the first one runs.
    std::vector<scenarios::scenario> all;
    bool good = true;
    for (const std::string& file : args_.files) {
      language::loaded l = language::load_file(file, options);
      if (!args_.quiet || !l.scenario) fmt::print(stderr, "{}", language::report(l.diagnostics));
      good = good && l.scenario.has_value();
      if (l.scenario) all.push_back(std::move(*l.scenario));
    }
    if (!good) return wrong_input;
    overrides_ = options.set;
    int code = holds;
    std::size_t passed = 0, failed = 0, unclear = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const int one = run_one(all[i], i + 1 == all.size(), passed, failed, unclear);
      code = worse(code, one);
      if (one >= environment && one != nothing_to_run) break;
      if (args_.fail_fast && one == broken) break;
    }
    if (all.size() > 1 && args_.format == "text") {
      if (unclear > 0) fmt::print("inconclusive: {}\n", unclear);
      fmt::print("expectations: {} passed, {} failed\n", passed, failed);
    }
    return code;
  }

 private:
  using clock = std::chrono::steady_clock;

  static int complain(int code, std::string_view text) {
    fmt::print(stderr, "meshgauge: {}\n", text);
    return code;
  }
  /// Broken wins over inconclusive; what ended the command early wins over both.
  static int worse(int a, int b) {
    const auto rank = [](int c) {
      return c == holds ? 0 : c == inconclusive ? 1 : c == nothing_to_run ? 2 : c == broken ? 3 : 4 + c;
    };
    return rank(b) > rank(a) ? b : a;
  }
  bool out_of_time() const { return deadline_ && clock::now() >= *deadline_; }

  std::vector<std::size_t> chosen_variants(const scenarios::scenario& s) const {
    std::vector<std::size_t> out;
    for (std::size_t v = 0; v < s.variants.size(); ++v) {
      if (args_.variant.empty() || ::fnmatch(args_.variant.c_str(), s.variants[v].name.c_str(), 0) == 0)
        out.push_back(v);
    }
    return out;
  }

  unsigned seeds_of(const scenarios::scenario& s) const {
    if (args_.seeds) return *args_.seeds;
    if (s.run.seeds) return *s.run.seeds;
    if (args_.seed && !args_.compare) return 1;
    for (const auto& e : s.expect) {
      if (e.compares_variants) return 10;
    }
    return args_.compare ? 10 : 1;
  }

  std::string path_of(const output& o, const scenarios::scenario& s) const {
    if (!o.path.ends_with('.')) return o.path;
    // "out/r.json." of several scenarios -> "out/NAME.r.json"
    std::string path = o.path.substr(0, o.path.size() - 1);
    const auto slash = path.rfind('/');
    return path.insert(slash == std::string::npos ? 0 : slash + 1, s.name + ".");
  }

  int run_one(const scenarios::scenario& s, bool last, std::size_t& passed, std::size_t& failed, std::size_t& unclear) {
    const auto variants = chosen_variants(s);
    if (variants.empty()) {
      std::string names;
      for (const auto& v : s.variants) names += (names.empty() ? "" : ", ") + v.name;
      return complain(nothing_to_run,
                      fmt::format("{}: no variant matches \"{}\"; there are {}", s.name, args_.variant, names));
    }
    std::optional<unsigned> only;
    if (!args_.only.empty()) {
      only = expectation_number(s);
      if (!only)
        return complain(nothing_to_run,
                        fmt::format("{}: no expectation is called or numbered \"{}\"", s.name, args_.only));
    }
    const std::uint64_t first = args_.seed.value_or(1);
    const unsigned seeds = seeds_of(s);
    std::vector<std::unique_ptr<record::result>> results;
    for (const std::size_t v : variants) {
      for (unsigned i = 0; i < seeds; ++i) {
        progress_.begin(fmt::format("{}  {}  {}/{}", s.name, s.variants[v].name, i + 1, seeds));
        run::options o{.seed = first + i, .engine = s.run.engine};
        o.watch = [&](const run::progress& p) {
          progress_.update(to_seconds(p.now.time_since_epoch()) / std::max(1e-9, to_seconds(p.end.time_since_epoch())),
                           fmt::format("{:.0f} s, {} requests", to_seconds(p.now.time_since_epoch()), p.requests));
          return caught_signal != 0 || out_of_time();
        };
        run::outcome r = run::run_once(s, v, o);
        progress_.clear();
        if (!r.problem.empty())
          return complain(environment, fmt::format("{}, variant {}: {}", s.name, s.variants[v].name, r.problem));
        if (r.interrupted) return stopped(s, results);
        if (args_.twice && s.run.engine == scenarios::engine::sim) {
          const std::string difference = run::compare_runs(s, v, first + i, *r.result);
          if (!difference.empty()) {
            return complain(internal_error, fmt::format("{}, variant {}, seed {}: two runs differ: {}", s.name,
                                                        s.variants[v].name, first + i, difference));
          }
        }
        results.push_back(std::move(r.result));
      }
    }
    std::vector<const record::result*> views;
    for (const auto& r : results) views.push_back(r.get());
    judge::options jo;
    jo.compare = args_.compare;
    jo.only = only;
    jo.overrides = overrides_;
    judge::judged j = judge::judge(s, views, jo);
    // A flag that chose the engine is part of the command that does it again.
    if (!args_.engine.empty()) {
      j.file_engine = j.engine == scenarios::engine::sim ? scenarios::engine::live : scenarios::engine::sim;
    }
    passed += j.passed();
    failed += j.failed();
    unclear += j.count(judge::verdict::inconclusive);
    const int code = report(s, j, last);
    for (const auto& r : results) {
      if (!r->invariant_violations.empty()) {
        return complain(internal_error,
                        fmt::format("{}: the record contradicts itself: {}", s.name, r->invariant_violations.front()));
      }
    }
    return code;
  }

  std::optional<unsigned> expectation_number(const scenarios::scenario& s) const {
    for (std::size_t i = 0; i < s.expect.size(); ++i) {
      if (s.expect[i].name == args_.only || std::to_string(i + 1) == args_.only) return static_cast<unsigned>(i + 1);
    }
    return std::nullopt;
  }

  /// What was finished before is still worth seeing.
  int stopped(const scenarios::scenario& s, const std::vector<std::unique_ptr<record::result>>& results) {
    if (!results.empty()) {
      std::vector<const record::result*> views;
      for (const auto& r : results) views.push_back(r.get());
      judge::judged j = judge::judge(s, views, {.overrides = overrides_});
      j.problems.emplace_back("partial: the command ended before every seed of every variant had run");
      report(s, j, true);
    }
    if (caught_signal != 0) return complain(128 + caught_signal, fmt::format("{}: interrupted", s.name));
    return complain(environment, fmt::format("{}: the time limit of {:g} s is over", s.name, args_.time_limit));
  }

  int report(const scenarios::scenario& s, const judge::judged& j, bool last) {
    reports::text::options text{.colour = use_colour(args_.colour, STDOUT_FILENO), .verbose = args_.verbose};
    std::optional<std::string> unwritten;
    for (const output& o : outputs_) {
      const std::string path = path_of(o, s);
      std::string content;
      if (o.kind == "json") content = reports::json::render(without_folders(j));
      if (o.kind == "junit") content = reports::junit::render(j, {.allow_inconclusive = args_.allow_inconclusive});
      if (o.kind == "text")
        content = reports::text::render(j, {.verbose = args_.verbose}) + reports::compare::render(j, {.ascii = true});
      const auto wrong = write_file(path, content);
      if (wrong && !unwritten) unwritten = wrong;
      if (path != "-" && !wrong) text.notes.push_back(fmt::format("{}: {}", o.kind, path));
    }
    if (args_.format == "json") {
      fmt::print("{}\n", reports::json::render(without_folders(j)));
    } else {
      if (args_.compare && j.variants.size() < 2) {
        fmt::print("{} has one variant: there is nothing to compare\n\n", s.name);
      } else if (args_.compare) {
        fmt::print("{}\n\n{}\n", j.about.empty() ? s.name : j.about, reports::compare::render(j, {.ascii = !utf8()}));
      }
      fmt::print("{}", reports::text::render(j, text));
      if (!last) fmt::print("\n");
    }
    if (unwritten) return complain(environment, *unwritten);
    return j.exit_code(args_.allow_inconclusive);
  }

  /// A result file is the same wherever the command stood: it names the scenario's file, not the way to it.
  static judge::judged without_folders(judge::judged j) {
    const auto last = [](std::string& path) { path.erase(0, path.rfind('/') + 1); };
    last(j.file);
    for (judge::check& c : j.checks) last(c.where.file);
    return j;
  }

  static bool utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
      const char* value = std::getenv(name);
      if (value != nullptr && *value != '\0') {
        const std::string_view v(value);
        return v.find("UTF-8") != std::string_view::npos || v.find("utf8") != std::string_view::npos;
      }
    }
    return false;
  }

  const arguments& args_;
  progress_line progress_;
  std::vector<output> outputs_;
  std::vector<std::pair<std::string, std::string>> overrides_;
  std::optional<clock::time_point> deadline_;
};

void add(CLI::App& app, action& chosen, bool compare) {
  auto a = std::make_shared<arguments>();
  a->compare = compare;
  CLI::App* c =
      compare ? app.add_subcommand("compare", "Run a scenario's variants over the same seeds and set them side by side")
              : app.add_subcommand("run", "Run scenarios and judge their expectations");
  c->add_option("FILE", a->files, "Scenario files, JSON with comments or YAML")->required()->option_text("FILE...");
  c->add_option("--set", a->set, "A parameter of the scenario (repeatable)")
      ->allow_extra_args(false)
      ->option_text("NAME=VALUE");
  c->add_option("--variant", a->variant, "Only variants that match this pattern (* and ?)")->option_text("PATTERN");
  c->add_option("--only", a->only, "Only one expectation, by number or name")->option_text("NAME|N");
  c->add_option("--seed", a->seed, "First seed (1)")->check(CLI::NonNegativeNumber)->option_text("N");
  c->add_option("--seeds", a->seeds, "How many seeds; default: the file's, else 10 when variants are compared, else 1")
      ->check(CLI::Range(1U, 10'000U))
      ->option_text("N");
  c->add_option("--engine", a->engine, "sim: virtual time, exact; live: loopback sockets")
      ->check(CLI::IsMember({"sim", "live"}))
      ->option_text("sim|live");
  c->add_option("-o", a->outputs, "Write a report (repeatable); kinds: json, junit, text; PATH - is stdout")
      ->allow_extra_args(false)
      ->option_text("KIND=PATH");
  c->add_option("--format", a->format, "What stdout is: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->option_text("text|json");
  c->add_flag("--fail-fast", a->fail_fast, "Stop after the first scenario that is broken");
  c->add_flag("--allow-inconclusive", a->allow_inconclusive, "Inconclusive checks do not change the exit code");
  c->add_flag("--bisect", a->bisect, "Exit codes for git bisect run");
  c->add_flag("--double-run", a->twice, "sim: run everything twice and name the first event that differs");
  c->add_option("--time-limit", a->time_limit, "Wall clock of the whole command, e.g. 90s or 5m")
      ->transform(CLI::AsNumberWithUnit(std::map<std::string, double>{{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}},
                                        CLI::AsNumberWithUnit::UNIT_REQUIRED))
      ->option_text("TIME");
  c->add_flag("-q,--quiet", a->quiet, "No progress, no warnings");
  c->add_flag("-v,--verbose", a->verbose, "List what passed, too");
  c->add_option("--progress", a->progress, "auto, bar, plain or none")
      ->transform(CLI::CheckedTransformer(std::map<std::string, progress_style>{{"auto", progress_style::automatic},
                                                                                {"bar", progress_style::bar},
                                                                                {"plain", progress_style::plain},
                                                                                {"none", progress_style::none}}))
      ->option_text("STYLE");
  c->add_option("--color", a->colour, "auto, always or never")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, when>{{"auto", when::automatic}, {"always", when::always}, {"never", when::never}}))
      ->option_text("WHEN");
  c->footer(
      "Exit codes: 0 every expectation holds, 1 one is broken, 2 wrong command line or file, 3 inconclusive,\n"
      "4 environment (port, file, time limit), 5 nothing to run, 70 a bug in meshgauge, 130 interrupted.");
  c->callback([a, &chosen] {
    chosen = [a] {
      const int code = session(*a).run();
      return a->bisect ? for_bisect(code) : code;
    };
  });
}

}  // namespace

void add_run(CLI::App& app, action& chosen) {
  add(app, chosen, false);
  add(app, chosen, true);
}

}  // namespace meshgauge::cli
