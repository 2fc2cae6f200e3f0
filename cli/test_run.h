// SPDX-License-Identifier: GPL-2.0-or-later
// For tests only: the program as its users meet it, run in a folder of its own.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "harness/kernels/cache.h"

namespace lockstep::test {

namespace fs = std::filesystem;

struct Ran {
  int code = -1;  // 128 + n if a signal ended it
  std::string out, err;
};

inline std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// By what `lockstep targets` says.
inline bool says_live_is_available(const std::string& targets) {
  return std::regex_search(targets, std::regex("(^|\\n)live +available"));
}

// A cache with the user's proofs and no kernel: guests take their time, and most nightlies of tests are about others.
inline void use_cache_without_kernels(const fs::path& folder) {
  fs::create_directories(kernels::cache_folder());
  fs::create_directories(folder);
  fs::create_symlink(kernels::cache_folder() / "proofs", folder / "proofs");
  setenv("LOCKSTEP_CACHE", folder.c_str(), 1);
}

class Cli : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/lockstep-cli-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    setenv("XDG_STATE_HOME", (folder_ / "state").c_str(), 1);
    use_cache_without_kernels(folder_ / "no-kernels");
  }
  void TearDown() override {
    unsetenv("LOCKSTEP_CACHE");
    fs::remove_all(folder_);
  }

  // The program, found along PATH, and its arguments. before: what the child does before it becomes that program.
  pid_t start_program(std::vector<std::string> arguments, void (*before)() = nullptr) {
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const auto out = folder_ / ".out", err = folder_ / ".err";
    const pid_t pid = fork();
    if (pid == 0) {
      dup2(open(out.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), STDOUT_FILENO);
      dup2(open(err.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), STDERR_FILENO);
      if (before != nullptr) before();
      execvp(argv[0], argv.data());
      _exit(99);
    }
    return pid;
  }
  pid_t start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), LOCKSTEP_BINARY);
    return start_program(std::move(arguments));
  }
  Ran finish(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), slurp(folder_ / ".out"),
            slurp(folder_ / ".err")};
  }
  Ran run(std::vector<std::string> arguments) { return finish(start(std::move(arguments))); }

  // Until something stands in this file of the folder: ".out" and ".err" are what the program says.
  void await_text(const std::string& name) {
    while (slurp(folder_ / name).empty()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  std::string corpus(const std::string& name) { return LOCKSTEP_SOURCE_DIR "/corpus/" + name; }

  fs::path folder_;
};

inline std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of('\n');
  const auto begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1, end - begin);
}

}  // namespace lockstep::test
