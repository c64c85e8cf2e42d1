#include "scenarios/language/load.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "scenarios/language/builder.hpp"
#include "scenarios/language/expand.hpp"
#include "scenarios/language/params.hpp"
#include "scenarios/language/readers.hpp"
#include "scenarios/language/shape.hpp"

namespace meshgauge::language {
namespace {

loaded refused(const std::string& file, std::string_view id, std::string text) {
  diagnostic d;
  d.where.file = file;
  d.id = id;
  d.text = std::move(text);
  return {std::nullopt, {std::move(d)}, {}};
}

/// The engine decides which parameters hold, so it is looked up before they are replaced.
scenarios::engine engine_of(const node& root, const load_options& options) {
  if (options.engine) return *options.engine;
  const node* run = root.find("run");
  const node* engine = run == nullptr ? nullptr : run->find("engine");
  return engine != nullptr && engine->value.value == "live" ? scenarios::engine::live : scenarios::engine::sim;
}

}  // namespace

loaded load_text(std::string text, const std::string& file, const load_options& options) {
  if (text.size() > file_size_max) return refused(file, "too-large", "this file is larger than 4 MiB");
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  if (const std::size_t bad = first_bad_utf8(text); bad != std::string::npos) {
    const source whole(file, text);
    const auto where = whole.at(bad);
    diagnostic d;
    d.where = where;
    d.id = "not-text";
    d.text = fmt::format("this is no UTF-8 text: byte 0x{:02x}", static_cast<unsigned char>(text[bad]));
    return {std::nullopt, {std::move(d)}, {}};
  }
  const source src(file, std::move(text));
  sink out(src);
  const bool yaml = file.ends_with(".yaml") || file.ends_with(".yml");
  auto root = yaml ? read_yaml(out) : read_json(out);
  loaded result;
  if (root) {
    context c(out);
    const auto engine = engine_of(*root, options);
    if (root->is(node::type::object)) substitute_params(c, *root, engine == scenarios::engine::live, options.set);
    check_shape(c, *root, engine);
    if (root->is(node::type::object)) {
      auto scenario = builder(c, *root, engine).build();
      if (!out.failed()) {
        result.scenario = std::move(scenario);
        result.expanded = expand(*root);
      }
    }
  }
  result.diagnostics = out.take();
  return result;
}

loaded load_file(const std::string& path, const load_options& options) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) return refused(path, "no-file", "there is no such file");
  if (fs::is_directory(status)) return refused(path, "no-file", "this is a directory, not a scenario file");
  std::ifstream in(path, std::ios::binary);
  if (!in) return refused(path, "no-file", "this file cannot be read");
  std::string text;
  char block[65536];
  while (in.read(block, sizeof block), in.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(in.gcount()));
    if (text.size() > file_size_max) return refused(path, "too-large", "this file is larger than 4 MiB");
  }
  if (in.bad()) return refused(path, "no-file", "this file cannot be read");
  return load_text(std::move(text), path, options);
}

}  // namespace meshgauge::language
