{{- define "it" }}{{ . }}{{ end }}
