# Sourced by run: a real Docker Engine, a real Kubernetes and the programs that tests use, where they are at hand.
testbed=../shared/testbed

# Its Engine, images and cluster are used by the tests, which may not leave out those of containers and pods.
testbed_up() {
  local name value
  if [[ -x $testbed/docker-up ]]; then
    "$testbed/docker-up"
    while IFS='=' read -r name value; do export "SCALE_LAB_$name=$value"; done < <("$testbed/images-up" | grep '_IMAGE=')
    export SCALE_LAB_REQUIRE_DOCKER=1
  fi
  if [[ -x $testbed/kubernetes-up ]]; then
    value=$("$testbed/kubernetes-up")
    export "$(grep '^KUBECONFIG=' <<<"$value")" SCALE_LAB_REQUIRE_KUBERNETES=1
  fi
  if [[ -x $testbed/minikube-up ]]; then
    # Its kubeconfig and its profile are the test's own.
    while IFS= read -r value; do export "${value?}"; done < <("$testbed/minikube-up" | grep -E '^MINIKUBE(_HOME)?=')
    export SCALE_LAB_REQUIRE_MINIKUBE=1
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
