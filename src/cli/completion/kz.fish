# Completion of kz for fish. What can be typed is asked of kz itself.
function __kz_complete
    set -l words (commandline -opc) (commandline -ct)
    set -e words[1]
    for line in (kz __complete -- $words 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (commandline -ct)
            case :folders
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c kz -f -a '(__kz_complete)'
