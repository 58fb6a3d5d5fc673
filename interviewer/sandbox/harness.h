// Reads requests as lines of JSON, calls the candidate's function, writes replies as JSON.
// Compiled in one file with the candidate's code, which stands above it: it is no judge.
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace harness {

struct Reader {
  const std::string& text;
  std::size_t at = 0;

  char peek() {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at]))) ++at;
    return at < text.size() ? text[at] : '\0';
  }
  bool takes(char one) {
    if (peek() != one) return false;
    ++at;
    return true;
  }
  void expect(char one) {
    if (!takes(one)) throw std::runtime_error("the request can't be read");
  }
  std::string token() {
    peek();
    std::size_t from = at;
    while (at < text.size() && std::string(",]}: \n").find(text[at]) == std::string::npos) ++at;
    return text.substr(from, at - from);
  }
};

inline void read(Reader& in, bool& value) { value = in.token() == "true"; }
inline void read(Reader& in, long long& value) { value = std::stoll(in.token()); }
inline void read(Reader& in, double& value) {
  std::string token = in.token();
  if (token == "NaN") value = NAN;
  else if (token == "Infinity") value = INFINITY;
  else if (token == "-Infinity") value = -INFINITY;
  else value = std::stod(token);
}

inline unsigned hex(Reader& in) {
  unsigned code = std::stoul(in.text.substr(in.at, 4), nullptr, 16);
  in.at += 4;
  return code;
}

inline void utf8(std::string& value, unsigned code) {
  if (code < 0x80) { value += static_cast<char>(code); return; }
  int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static const unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
  value += static_cast<char>(lead[more] | (code >> (6 * more)));
  while (more-- > 0) value += static_cast<char>(0x80 | ((code >> (6 * more)) & 0x3F));
}

inline void read(Reader& in, std::string& value) {
  in.expect('"');
  value.clear();
  while (in.at < in.text.size() && in.text[in.at] != '"') {
    char one = in.text[in.at++];
    if (one != '\\') { value += one; continue; }
    one = in.text[in.at++];
    if (one == 'u') {
      unsigned code = hex(in);
      if (code >= 0xD800 && code < 0xDC00) {
        in.at += 2;
        code = 0x10000 + ((code - 0xD800) << 10) + (hex(in) - 0xDC00);
      }
      utf8(value, code);
    } else {
      static const std::string from = "nrtbf", to = "\n\r\t\b\f";
      std::size_t place = from.find(one);
      value += place == std::string::npos ? one : to[place];
    }
  }
  in.expect('"');
}

template <class T> void read(Reader& in, std::vector<T>& value);
template <class T> void read(Reader& in, std::map<std::string, T>& value);
template <class... T> void read(Reader& in, std::tuple<T...>& value);
template <class T> void read(Reader& in, std::optional<T>& value) {
  if (in.peek() == 'n') { in.token(); value.reset(); return; }
  T inner{};
  read(in, inner);
  value = inner;
}
template <class T> void read(Reader& in, std::vector<T>& value) {
  in.expect('[');
  value.clear();
  while (in.peek() != ']') {
    T one{};
    read(in, one);
    value.push_back(one);
    if (!in.takes(',')) break;
  }
  in.expect(']');
}
template <class T> void read(Reader& in, std::map<std::string, T>& value) {
  in.expect('{');
  value.clear();
  while (in.peek() != '}') {
    std::string key;
    read(in, key);
    in.expect(':');
    read(in, value[key]);
    if (!in.takes(',')) break;
  }
  in.expect('}');
}
template <class... T> void read(Reader& in, std::tuple<T...>& value) {
  in.expect('[');
  std::apply([&](auto&... one) { ((read(in, one), in.takes(',')), ...); }, value);
  in.expect(']');
}

inline void write(std::string& out, bool value) { out += value ? "true" : "false"; }
inline void write(std::string& out, const std::string& value) {
  out += '"';
  for (char one : value) {
    char text[8];
    if (one == '"' || one == '\\') { out += '\\'; out += one; }
    else if (static_cast<unsigned char>(one) < 0x20) {
      std::snprintf(text, sizeof text, "\\u%04x", one);
      out += text;
    } else out += one;
  }
  out += '"';
}
inline void write(std::string& out, const char* value) { write(out, std::string(value)); }
template <class T> std::enable_if_t<std::is_arithmetic_v<T>> write(std::string& out, T value) {
  if constexpr (std::is_floating_point_v<T>) {
    char text[40];
    double number = value;
    std::snprintf(text, sizeof text, "%.17g", number);
    out += std::isnan(number) ? "NaN" : std::isinf(number) ? (number < 0 ? "-Infinity" : "Infinity") : text;
  } else out += std::to_string(value);
}
template <class T> void write(std::string& out, const std::vector<T>& value);
template <class T> void write(std::string& out, const std::map<std::string, T>& value);
template <class... T> void write(std::string& out, const std::tuple<T...>& value);
template <class T> void write(std::string& out, const std::optional<T>& value) {
  if (value) write(out, *value);
  else out += "null";
}
template <class T> void write(std::string& out, const std::vector<T>& value) {
  out += '[';
  for (std::size_t n = 0; n < value.size(); ++n) {
    if (n) out += ',';
    write(out, static_cast<const T&>(value[n]));
  }
  out += ']';
}
template <class T> void write(std::string& out, const std::map<std::string, T>& value) {
  out += '{';
  const char* before = "";
  for (const auto& [key, one] : value) {
    out += before;
    write(out, key);
    out += ':';
    write(out, one);
    before = ",";
  }
  out += '}';
}
template <class... T> void write(std::string& out, const std::tuple<T...>& value) {
  out += '[';
  const char* before = "";
  std::apply([&](const auto&... one) { ((out += before, write(out, one), before = ","), ...); }, value);
  out += ']';
}

inline double thread_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

inline void allow_more_time(double seconds) {
  rusage used;
  rlimit limit;
  getrusage(RUSAGE_SELF, &used);
  getrlimit(RLIMIT_CPU, &limit);
  rlim_t until = used.ru_utime.tv_sec + used.ru_stime.tv_sec + static_cast<rlim_t>(seconds) + 2;
  limit.rlim_cur = until < limit.rlim_max ? until : limit.rlim_max;
  setrlimit(RLIMIT_CPU, &limit);
}

template <class Arguments, class Call> std::string answer(Reader& in, long long repeat, Call call) {
  Arguments arguments;
  read(in, arguments);
  std::string seconds, value;
  double took = 0;
  for (long long n = 0; n < repeat; ++n) {
    Arguments fresh = arguments;
    double started = thread_seconds();
    auto result = std::apply(call, fresh);
    took = thread_seconds() - started;
    seconds += (n ? "," : "") + std::to_string(took * 1e9) + "e-9";
    if (!n) write(value, result);
  }
  if (value.size() > 2'000'000) return "\"error\":\"the returned value is too large to be shown\"";
  return "\"value\":" + value + ",\"seconds\":[" + seconds + "]";
}

// A request: {"n": 1, "repeat": 1, "case_seconds": 5.0, "arguments": [...]}, keys in this order.
template <class Arguments, class Call> int serve(int replies, Call call) {
  std::string line;
  while (std::getline(std::cin, line)) {
    Reader in{line};
    long long n = 0, repeat = 1;
    double seconds = 5;
    std::string key, body;
    in.expect('{');
    read(in, key); in.expect(':'); read(in, n); in.expect(',');
    read(in, key); in.expect(':'); read(in, repeat); in.expect(',');
    read(in, key); in.expect(':'); read(in, seconds); in.expect(',');
    read(in, key); in.expect(':');
    allow_more_time(seconds);
    try {
      body = answer<Arguments>(in, repeat, call);
    } catch (const std::bad_alloc&) {
      body = "\"kind\":\"MemoryError\",\"error\":\"std::bad_alloc\"";
    } catch (const std::exception& error) {
      body = "\"error\":";
      write(body, std::string("an exception left your code: ") + error.what());
    } catch (...) {
      body = "\"error\":\"something that is no std::exception was thrown\"";
    }
    std::cout.flush();
    std::fflush(nullptr);
    body = "{\"n\":" + std::to_string(n) + "," + body + "}\n";
    for (std::size_t sent = 0; sent < body.size();) {
      ssize_t written = ::write(replies, body.data() + sent, body.size() - sent);
      if (written <= 0) return 1;
      sent += written;
    }
  }
  return 0;
}

}  // namespace harness
