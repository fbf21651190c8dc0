#!/bin/sh
in=$(cat)
value() { printf '%s\n' "$in" | sed -n "s|^ *$1: ||p" | tr -d "'\"" | tr '\n' ' '; }
printf '%s\n' "$in" | sed '/^functionConfig:/,$d'
cat <<O
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: told}
  data:
    new: "$(value internal.config.kubernetes.io/path)"
    old: "$(value config.kubernetes.io/path)"
O
