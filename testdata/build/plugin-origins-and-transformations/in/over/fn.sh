#!/bin/sh
# The object `plain` comes back without its annotations, as if it were new.
cat >/dev/null
cat <<O
apiVersion: v1
kind: ConfigMap
metadata: {name: plain}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: told
  annotations:
    config.kubernetes.io/origin: |
      path: made/up.yaml
      ref: v1
O
