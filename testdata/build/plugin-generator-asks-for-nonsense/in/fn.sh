#!/bin/sh
cat <<O
apiVersion: v1
kind: ConfigMap
metadata:
  name: hashed
  annotations: {kustomize.config.k8s.io/needs-hash: "yes"}
O
