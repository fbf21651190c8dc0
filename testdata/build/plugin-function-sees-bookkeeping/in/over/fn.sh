#!/bin/sh
# Passes on what it gets, and adds an object that tells what was in it.
in=$(cat)
value() { printf '%s\n' "$in" | sed -n "s|^ *$1: ||p" | tr -d "'\"" | tr '\n' ' '; }
printf '%s\n' "$in" | sed '/^functionConfig:/,$d'
cat <<O
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: told}
  data:
    wrapper: "$(printf '%s\n' "$in" | sed -n '1,2p' | tr '\n' ' ')"
    previousNames: "$(value internal.config.kubernetes.io/previousNames)"
    previousNamespaces: "$(value internal.config.kubernetes.io/previousNamespaces)"
    previousKinds: "$(value internal.config.kubernetes.io/previousKinds)"
    prefixes: "$(value internal.config.kubernetes.io/prefixes)"
    hash: "$(value internal.config.kubernetes.io/needsHashSuffix)"
    index: "$(value internal.config.kubernetes.io/index)"
    legacyIndex: "$(value config.kubernetes.io/index)"
    id: "$(value internal.config.kubernetes.io/id)"
    legacyId: "$(value config.k8s.io/id)"
    migration: "$(value internal.config.kubernetes.io/annotations-migration-resource-id)"
    local: "$(value config.kubernetes.io/local-config)"
    origins: "$(printf '%s\n' "$in" | grep -c config.kubernetes.io/origin)"
    ids: "$(printf '%s\n' "$in" | grep -A4 'kustomize.config.k8s.io/id' | grep 'name' | sed 's/ *//' | tr '\n' ' ')"
    mine: "$(value mine)"
O
