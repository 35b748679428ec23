/**
 * The script with which bash completes what is typed. Words go to the command as they were typed, and what it says comes back as
 * it is: nothing of either is ever expanded, as `eval` and `compgen -W` would.
 */
export const bashCompletion = `# bash completion for scale-lab; needs the package bash-completion

__scale_lab_complete() {
    local cur prev words cword out line directive=0
    _get_comp_words_by_ref -n "=:" cur prev words cword
    out=$(scale-lab complete -- "\${words[@]:1:cword}" 2>/dev/null) || return 0
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line =~ ^:[0-9]+$ ]]; then
            directive=\${line#:}
            continue
        fi
        line=\${line%%$'\\t'*}
        if [[ -n $line && $line == "$cur"* ]]; then
            COMPREPLY+=("$(printf '%q' "$line")")
        fi
    done <<< "$out"
    if (( directive & 2 )); then compopt -o nospace; fi
    if (( directive & 4 )); then compopt +o default; fi
    if (( directive & 32 )); then compopt -o nosort; fi
    return 0
}

complete -F __scale_lab_complete scale-lab
`;
