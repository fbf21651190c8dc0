#compdef kz
# Completion of kz for zsh. What can be typed is asked of kz itself.
_kz() {
    local -a lines found folders named
    local line names=""
    lines=("${(@f)$(kz __complete -- "${(@)words[2,$CURRENT]}" 2>/dev/null)}")
    for line in $lines; do
        case $line in
        :files) names=files ;;
        :folders) names=folders ;;
        ?*/$'\t'*)
            folders+=("${${line%%/$'\t'*}//:/\\:}:${line#*$'\t'}")
            named+=("${(b)${line%%/$'\t'*}}")
            ;;
        ?*) found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        esac
    done
    (( $#found )) && _describe -V kz found
    (( $#folders )) && _describe -V kz folders -qS /
    case $names in
    files) _files ;;
    folders) _path_files -/ -F named ;;
    esac
}
if [[ $funcstack[1] == _kz ]]; then
    _kz "$@"
else
    compdef _kz kz
fi
