# Completion of kz for PowerShell. What can be typed is asked of kz itself.
Register-ArgumentCompleter -Native -CommandName kz -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '' }
    $names = ''
    $folders = @()
    kz __complete -- @words 2>$null | ForEach-Object {
        $text, $about = $_ -split "`t", 2
        if ($text -eq ':files' -or $text -eq ':folders') { $names = $text; return }
        if ($text.EndsWith('/')) { $folders += Split-Path -Leaf $text }
        if (-not $about) { $about = $text }
        [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $about)
    }
    if ($names) {
        Get-ChildItem -Path "$wordToComplete*" -ErrorAction SilentlyContinue |
            Where-Object { $names -eq ':files' -or $_.PSIsContainer } |
            Where-Object { $folders -notcontains $_.Name } |
            ForEach-Object { Resolve-Path -Relative -LiteralPath $_.FullName } |
            ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ProviderItem', $_) }
    }
}
