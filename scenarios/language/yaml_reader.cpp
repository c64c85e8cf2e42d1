#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>

#include "scenarios/language/readers.hpp"

namespace meshgauge::language {
namespace {

/// Thrown through yaml-cpp, which knows no other way to stop early.
struct stopped {};

class builder final : public YAML::EventHandler {
 public:
  explicit builder(sink& out) : out_(out), text_(out.source().text()) {}

  std::optional<node> root;

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    if (awaits_key()) refuse(spot(mark), "yaml-key", "a key is expected here");
    node n;
    n.kind = node::type::null;
    n.at = spot(mark);
    add(std::move(n));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse(spot(mark), "yaml-alias", "YAML anchors and aliases are not part of the language",
           {"write the value where it is used, or make it a parameter"});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    text t = located(mark, value);
    if (awaits_key()) {
      limit();
      member& m = top().members.emplace_back();
      m.key = value;
      m.at = t.whole;
      key_open_ = true;
      return;
    }
    node n;
    n.at = t.whole;
    if (tag == "?" && is_json_number(value)) {
      n.kind = node::type::number;
    } else if (tag == "?" && (value == "true" || value == "false")) {
      n.kind = node::type::boolean;
      n.flag = value == "true";
    } else if (tag == "?" && (value == "null" || value == "~" || value.empty())) {
      n.kind = node::type::null;
    } else {
      n.kind = node::type::string;
    }
    n.value = std::move(t);
    add(std::move(n));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, node::type::list);
  }
  void OnSequenceEnd() override { stack_.pop_back(), key_open_ = false; }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, node::type::object);
  }
  void OnMapEnd() override { stack_.pop_back(), key_open_ = false; }

 private:
  node& top() { return *stack_.back(); }
  bool awaits_key() { return !stack_.empty() && top().is(node::type::object) && !key_open_; }

  [[noreturn]] void refuse(span at, std::string_view id, std::string message, std::vector<std::string> notes = {}) {
    out_.error(at, id, std::move(message), std::move(notes));
    throw stopped{};
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) OnAlias(mark, anchor);
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.size() > 1) refuse(spot(mark), "yaml-tag", "YAML tags are not part of the language");
  }

  void limit() {
    if (top().members.size() + top().items.size() > items_max) {
      refuse(opening(top()), "syntax", fmt::format("this holds more than {} things", items_max));
    }
  }

  node& add(node n) {
    if (stack_.empty()) return root.emplace(std::move(n));
    limit();
    if (top().is(node::type::list)) return top().items.emplace_back(std::move(n));
    key_open_ = false;
    return top().members.back().value = std::move(n);
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, node::type kind) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (awaits_key()) refuse(spot(mark), "yaml-key", "a key is one word, not a list or an object");
    if (stack_.size() > static_cast<std::size_t>(depth_max)) {
      refuse(spot(mark), "syntax", fmt::format("more than {} levels inside each other", depth_max));
    }
    node n;
    n.kind = kind;
    n.at = spot(mark);
    stack_.push_back(&add(std::move(n)));
    key_open_ = false;
  }

  std::size_t offset(const YAML::Mark& mark) const {
    return mark.pos < 0 ? 0 : std::min(static_cast<std::size_t>(mark.pos), text_.size());
  }
  /// One character at the mark.
  span spot(const YAML::Mark& mark) const {
    const std::size_t at = std::min(offset(mark), text_.empty() ? 0 : text_.size() - 1);
    return {at, at + 1};
  }

  /// Finds the scalar's characters in the source. Folded, escaped and block scalars are located as a whole only.
  text located(const YAML::Mark& mark, const std::string& value) const {
    text t;
    t.value = value;
    const std::size_t at = spot(mark).begin;
    const bool quoted = at < text_.size() && (text_[at] == '"' || text_[at] == '\'');
    const std::size_t begin = at + (quoted ? 1 : 0);
    if (!value.empty() && text_.compare(begin, value.size(), value) == 0) {
      for (std::size_t i = 0; i < value.size(); ++i) t.origin.push_back({begin + i, begin + i + 1});
      const std::size_t end = begin + value.size();
      t.whole = {at, quoted && end < text_.size() ? end + 1 : end};
    } else {
      std::size_t end = std::min(text_.find('\n', at), text_.size());
      if (quoted)
        end =
            std::min(end, text_.find(text_[at], at + 1) == std::string::npos ? end : text_.find(text_[at], at + 1) + 1);
      while (end > at + 1 && (text_[end - 1] == ' ' || text_[end - 1] == '\r')) --end;
      t.whole = {at, std::max(end, at + 1)};
    }
    return t;
  }

  sink& out_;
  const std::string& text_;
  std::vector<node*> stack_;
  bool key_open_ = false;  ///< the innermost object has a key that waits for its value
};

/// yaml-cpp reports a tab in the indentation in three different ways; say it once and plainly.
bool tabs(sink& out) {
  const std::string& s = out.source().text();
  for (std::size_t begin = 0; begin < s.size();) {
    std::size_t i = begin;
    while (i < s.size() && s[i] == ' ') ++i;
    if (i < s.size() && s[i] == '\t') {
      out.error({i, i + 1}, "yaml-tab", "YAML does not allow tabs in the indentation", {"use spaces"});
      return true;
    }
    const std::size_t end = s.find('\n', begin);
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  return false;
}

}  // namespace

std::optional<node> read_yaml(sink& out) {
  if (tabs(out)) return std::nullopt;
  const std::string& s = out.source().text();
  builder b(out);
  try {
    std::istringstream in(s);
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(b) || !b.root) {
      out.error(s.empty() ? span{} : span{s.size() - 1, s.size()}, "syntax", "this file holds nothing",
                {"a scenario has at least the keys fleets, load, phases and expect"});
      return std::nullopt;
    }
    builder rest(out);
    if (parser.HandleNextDocument(rest)) {
      out.error(rest.root ? span{rest.root->at.begin, rest.root->at.begin + 1} : span{s.size() - 1, s.size()}, "syntax",
                "a second YAML document starts here", {"a file holds one scenario"});
      return std::nullopt;
    }
  } catch (const stopped&) {
    return std::nullopt;
  } catch (const YAML::Exception& e) {
    const std::size_t at =
        e.mark.pos < 0 ? 0 : std::min<std::size_t>(static_cast<std::size_t>(e.mark.pos), s.empty() ? 0 : s.size() - 1);
    out.error(s.empty() ? span{} : span{at, at + 1}, "syntax", fmt::format("YAML: {}", e.msg));
    return std::nullopt;
  }
  return std::move(b.root);
}

}  // namespace meshgauge::language
