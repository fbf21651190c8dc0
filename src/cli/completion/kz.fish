# Completion of kz for fish. What can be typed is asked of kz itself.
function __kz_complete
    set -l words (commandline -opc) (commandline -ct)
    set -e words[1]
    set -l told (kz __complete -- $words 2>/dev/null)
    set -l named (string replace -r '\t.*' '' -- $told)
    for line in $told
        switch $line
            case :files
                __fish_complete_path (commandline -ct)
            case :folders
                for folder in (__fish_complete_directories (commandline -ct))
                    contains -- (string replace -r '\t.*' '' -- $folder) $named; or echo $folder
                end
            case '*'
                echo $line
        end
    end
end
complete -c kz -f -a '(__kz_complete)'
