// validate, list, describe, explain, schema: what can be said about the language and about a file without running it.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "harness/cli/commands.hpp"
#include "harness/cli/exit_code.hpp"
#include "scenarios/language/did_you_mean.hpp"
#include "scenarios/language/load.hpp"
#include "scenarios/language/pages.hpp"

namespace meshgauge::cli {
namespace {

int validate(const std::vector<std::string>& files, const language::load_options& options, bool expand) {
  bool good = true;
  for (const std::string& file : files) {
    const language::loaded l = language::load_file(file, options);
    fmt::print(stderr, "{}", language::report(l.diagnostics));
    if (!l.scenario) {
      good = false;
    } else if (expand) {
      fmt::print("{}\n", l.expanded);
    } else {
      const auto warnings = l.diagnostics.size();
      fmt::print("{}: good{}\n", file,
                 warnings == 0 ? "" : fmt::format(", {} warning{}", warnings, warnings == 1 ? "" : "s"));
    }
  }
  return good ? holds : wrong_input;
}

int no_page(std::string_view what, std::string_view word, const std::vector<std::string>& names) {
  fmt::print(stderr, "meshgauge: there is no {} called \"{}\"", what, word);
  const auto guess = language::did_you_mean(word, names);
  if (guess) fmt::print(stderr, "; did you mean \"{}\"?", *guess);
  fmt::print(stderr, "\n");
  return wrong_input;
}

}  // namespace

void add_language(CLI::App& app, action& chosen) {
  struct arguments {
    std::vector<std::string> files, set;
    std::string word, engine;
    bool expand = false;
  };
  auto a = std::make_shared<arguments>();

  CLI::App* v = app.add_subcommand("validate", "Check scenario files without running them");
  v->add_option("FILE", a->files, "Scenario files, JSON with comments or YAML")->required();
  v->add_option("--set", a->set, "NAME=VALUE: a parameter of the scenario")->allow_extra_args(false);
  v->add_option("--engine", a->engine, "Check for this engine")->check(CLI::IsMember({"sim", "live"}));
  v->add_flag("--expand", a->expand, "Print the file with its parameters replaced");
  v->footer("Exit codes: 0 every file is good, 2 one is not.");
  v->callback([a, &chosen] {
    chosen = [a] {
      language::load_options o;
      for (const std::string& s : a->set) {
        const auto equals = s.find('=');
        if (equals == std::string::npos || equals == 0) {
          fmt::print(stderr, "meshgauge: --set takes NAME=VALUE, but here is \"{}\"\n", s);
          return int{wrong_input};
        }
        o.set.emplace_back(s.substr(0, equals), s.substr(equals + 1));
      }
      if (!a->engine.empty()) o.engine = a->engine == "live" ? scenarios::engine::live : scenarios::engine::sim;
      return validate(a->files, o, a->expand);
    };
  });

  CLI::App* l = app.add_subcommand(
      "list", "List what the language knows: " + fmt::format("{}", fmt::join(language::list_kinds(), ", ")));
  l->add_option("KIND", a->word, "What to list")->required();
  l->callback([a, &chosen] {
    chosen = [a] {
      const std::string page = language::list_page(a->word);
      if (page.empty()) return no_page("list", a->word, language::list_kinds());
      fmt::print("{}", page);
      return int{holds};
    };
  });

  CLI::App* d = app.add_subcommand("describe", "One page about a name of the language: a key, a metric, a fault, ...");
  d->add_option("NAME", a->word, "The name")->required();
  d->callback([a, &chosen] {
    chosen = [a] {
      const auto page = language::describe_page(a->word);
      if (!page) return no_page("name", a->word, language::described_names());
      fmt::print("{}", *page);
      return int{holds};
    };
  });

  CLI::App* e = app.add_subcommand("explain", "One page about an error id or a cause of failure");
  e->add_option("ID", a->word, "As it stands in [brackets] behind an error")->required();
  e->callback([a, &chosen] {
    chosen = [a] {
      const auto page = language::explain_page(a->word);
      if (!page) return no_page("error or cause", a->word, language::explained_ids());
      fmt::print("{}", *page);
      return int{holds};
    };
  });

  CLI::App* s = app.add_subcommand("schema", "Print the JSON Schema of the language, for editors");
  s->callback([&chosen] {
    chosen = [] {
      fmt::print("{}", language::json_schema());
      return int{holds};
    };
  });
}

}  // namespace meshgauge::cli
