# Sourced by run: a real Docker Engine and a real Kubernetes where the testbed is at hand, and the tests while they answer.
testbed=../shared/testbed
testbed_state=${TESTBED_STATE:-${XDG_CACHE_HOME:-$HOME/.cache}/testbed}
# What test_with_the_engine ends with when the Engine stopped answering (EX_TEMPFAIL of sysexits.h).
engine_hung=75

# Its Engine, images and cluster are used by the tests, which may not leave out those of containers and pods.
testbed_up() {
  if [[ -x $testbed/docker-up ]]; then
    "$testbed/docker-up"
    # The bridge of an Engine that runs for the first time has no gateway on record, which the cluster's set-up looks for.
    if [[ -z $(docker network inspect bridge -f '{{(index .IPAM.Config 0).Gateway}}') ]]; then
      "$testbed/down"
      for _ in {1..60}; do docker info >/dev/null 2>&1 || break; sleep 0.5; done
      sleep 1
      "$testbed/docker-up"
    fi
    local name image
    while IFS='=' read -r name image; do export "SCALE_LAB_$name=$image"; done < <("$testbed/images-up" | grep '_IMAGE=')
    export SCALE_LAB_REQUIRE_DOCKER=1
  fi
  if [[ -x $testbed/kubernetes-up ]]; then
    local answer
    answer=$("$testbed/kubernetes-up")
    export "$(grep '^KUBECONFIG=' <<<"$answer")" SCALE_LAB_REQUIRE_KUBERNETES=1
  fi
}

# The browser that reports are looked at with, and the shells that complete commands.
programs_up() {
  local program missing=()
  for program in chromium zsh fish; do command -v "$program" >/dev/null || missing+=("$program"); done
  [[ -e /usr/share/bash-completion/bash_completion ]] || missing+=(bash-completion)
  if ((${#missing[@]})); then
    command -v apt-get >/dev/null || return 0
    echo "ci: installing ${missing[*]}" >&2
    { apt-get update -qq || true; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null
  fi
  export SCALE_LAB_REQUIRE_CHROMIUM=1 SCALE_LAB_REQUIRE_SHELLS=1
}

# Runs the tests. Docker 20.10 can hang when many containers end at one moment, and then every test of containers fails for
# a reason that is not ours: the tests are ended where the Engine gives no answer for a minute, and its stacks are printed.
test_with_the_engine() {
  [[ ${SCALE_LAB_REQUIRE_DOCKER:-} == 1 ]] || { npm test; return; }
  setsid npm test &
  local tests=$! silent=0
  trap 'kill -TERM -- "-$tests" 2>/dev/null || true' EXIT
  while kill -0 "$tests" 2>/dev/null; do
    sleep 5
    if timeout 20 docker info >/dev/null 2>&1; then silent=0; else silent=$((silent + 1)); fi
    if ((silent == 3)); then
      show_stacks
      kill -TERM -- "-$tests" 2>/dev/null || true
      sleep 15
      kill -KILL -- "-$tests" 2>/dev/null || true
      wait "$tests" || true
      trap - EXIT
      return "$engine_hung"
    fi
  done
  trap - EXIT
  wait "$tests"
}

# What the goroutines of the Engine wait for: asked for with SIGUSR1, and counted by their first lines.
show_stacks() {
  local stacks
  kill -USR1 "$(cat "$testbed_state/dockerd.pid")" 2>/dev/null || return 0
  sleep 5
  stacks=$(grep -ao 'goroutine stacks written to [^" ]*' "$testbed_state/log/dockerd.log" | tail -1 | sed 's/.* to //') || true
  [[ -f $stacks ]] || return 0
  echo "ci: what the Engine waits for ($stacks):" >&2
  awk 'BEGIN { RS = "" } { split($0, line, "\n"); sub(/^goroutine [0-9]+ /, "", line[1]); print line[1] " " line[2] }' "$stacks" |
    sed 's/, [0-9]* minutes//; s/(0x.*//' | sort | uniq -c | sort -rn | head -40 >&2
}

# An Engine that hangs does not end when it is asked to.
testbed_anew() {
  local engine
  engine=$(cat "$testbed_state/dockerd.pid") || true
  if [[ -n $engine ]]; then
    local child
    for child in $(cat /proc/"$engine"/task/*/children 2>/dev/null); do kill -KILL "$child" 2>/dev/null || true; done
    kill -KILL "$engine" 2>/dev/null || true
  fi
  "$testbed/down"
  sleep 2
  testbed_up
}
