#!/bin/sh
cat >/dev/null
cat <<EOF
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: made
    annotations:
      kustomize.config.k8s.io/needs-hash: "true"
  data: {a: b}
EOF
