/**
 * A script that stands for minikube, for a ProgramFolder: it keeps which names the images have in an archive that it is told to
 * load, and lists them, as it would do itself. The last one that has a name has it alone.
 */
export const fakeMinikube = `
case "$4" in
  load)
    touch listed
    tar -xOf "$5" manifest.json | grep -o '"RepoTags":\\[[^]]*\\]' | sed 's/"RepoTags"/{"id":"sha256:99","repoTags"/; s/$/}/' >new
    sed 's/.*repoTags":\\["\\([^"]*\\)".*/"\\1"/' new >names
    grep -vFf names listed >kept
    cat kept new >listed ;;
  ls) echo "[$(paste -sd, listed 2>/dev/null)]" ;;
esac`;
