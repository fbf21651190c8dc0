# Completion of kz for bash. What can be typed is asked of kz itself.
_kz() {
    local IFS=$'\n' line names="" word=${COMP_WORDS[COMP_CWORD]}
    local words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    # bash takes a word apart at `=`, `:` and `@`: what it replaces is what stands behind the last of them.
    if declare -F _get_comp_words_by_ref >/dev/null; then
        local cword prev
        _get_comp_words_by_ref -n =:@ -w words -i cword -c word
        words=("${words[@]:1:cword}")
    fi
    COMPREPLY=()
    while read -r line; do
        case $line in
        :files) names=f ;;
        :folders) names=d ;;
        # bash finds folders itself, and shows nothing beside them.
        */$'\t'*) ;;
        *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <(kz __complete -- "${words[@]}" 2>/dev/null)
    if [[ -n $names ]]; then
        compopt -o filenames 2>/dev/null
        COMPREPLY+=($(compgen -"$names" -- "$word"))
    fi
    if declare -F __ltrim_colon_completions >/dev/null; then
        __ltrim_colon_completions "$word"
    fi
}
complete -F _kz kz
