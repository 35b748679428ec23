# Sourced by run: a real Docker Engine, a real Kubernetes and the programs that tests use, where they are at hand.
testbed=../shared/testbed

# Its Engine, images and cluster are used by the tests, which may not leave out those of containers and pods.
testbed_up() {
  local name value image
  if [[ -x $testbed/docker-up ]]; then
    "$testbed/docker-up"
    value=$("$testbed/images-up" rabbitmq pgbouncer kafka)
    value=$(grep '_IMAGE=' <<<"$value")
    while IFS='=' read -r name image; do export "SCALE_LAB_$name=$image"; done <<<"$value"
    export SCALE_LAB_REQUIRE_DOCKER=1
  fi
  if [[ -x $testbed/kafka-up ]]; then
    value=$("$testbed/kafka-up")
    value=$(grep '^KAFKA_HOME=' <<<"$value")
    export "${value?}"
  fi
  if [[ -x $testbed/kubernetes-up ]]; then
    value=$("$testbed/kubernetes-up")
    value=$(grep '^KUBECONFIG=' <<<"$value")
    export "${value?}" SCALE_LAB_REQUIRE_KUBERNETES=1
  fi
  if [[ -x $testbed/minikube-up ]]; then
    # Its kubeconfig and its profile are the test's own.
    value=$("$testbed/minikube-up")
    value=$(grep -E '^MINIKUBE(_HOME)?=' <<<"$value")
    while IFS= read -r name; do export "${name?}"; done <<<"$value"
    export SCALE_LAB_REQUIRE_MINIKUBE=1
  fi
}

# The browser that reports are looked at with, the shells that complete commands, the broker and the pooler.
programs_up() {
  local program become=(env) missing=()
  for program in zsh fish rabbitmq-server pgbouncer; do is_there "$program" || missing+=("$program"); done
  is_there chromium || is_there chromium-browser || is_there google-chrome || is_there google-chrome-stable || missing+=(chromium)
  [[ -e /usr/share/bash-completion/bash_completion ]] || missing+=(bash-completion)
  if ((${#missing[@]})); then
    is_there apt-get || return 0
    echo "ci: installing ${missing[*]}" >&2
    ((EUID == 0)) || become=(sudo -n env)
    { "${become[@]}" apt-get update -qq || true; } >/dev/null
    "${become[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
  export SCALE_LAB_REQUIRE_CHROMIUM=1 SCALE_LAB_REQUIRE_SHELLS=1
}

is_there() { command -v "$1" >/dev/null; }
